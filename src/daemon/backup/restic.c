#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "daemon/backup/backup_cache.h"
#include "daemon/backup/backup_lock.h"
#include "daemon/backup/restic.h"
#include "daemon/backup/restic_why.h"
#include "daemon/base/job.h"
#include "daemon/base/monotonic.h"
#include "daemon/base/process.h"


#define VZ_RESTIC_LOOK    5000      /* ms between two looks whether it works */
#define VZ_RESTIC_TURN    1000      /* ms of one wait, at most */
#define VZ_RESTIC_NICE    19
#define VZ_RESTIC_MEMORY  (1ULL << 30)      /* bytes that it can't exceed */
#define VZ_RESTIC_ARGS    64
#define VZ_RESTIC_ENV     (VZ_REPOSITORY_EXTRA + 16)
#define VZ_RESTIC_IDLE    (3 << 13)         /* ioprio_set(2): the idle class */

/* so that its garbage is collected well before VZ_RESTIC_MEMORY */
#define VZ_RESTIC_GOGC    "GOGC=50"
#define VZ_RESTIC_GOMOST  "GOMEMLIMIT=512MiB"

typedef struct {
    vz_code_e   code;
    char        words[VZ_WORDS_MAX];
} vz_restic_note_t;

/* What a child needs, made before the fork. */
typedef struct {
    const char   *argv[VZ_RESTIC_ARGS];
    char         *envp[VZ_RESTIC_ENV];
    char          limit[16];
    char          url[VZ_REPOSITORY_URL + 32];
    char          password[VZ_REPOSITORY_PASSWORD + 32];
    char          cache[PATH_MAX + 32];
    char          tmp[PATH_MAX + 32];
} vz_restic_exec_t;

typedef struct {
    vz_job_t              *job;
    vz_restic_t           *run;
    vz_restic_process_t    process;
    char                  *line;
    size_t                 size;
    size_t                 len;
    int64_t                looked;
    uint64_t               written;
} vz_restic_watch_t;


static vz_code_e vz_restic_prepare(const vz_config_t *conf,
    const vz_restic_t *run, vz_restic_exec_t *exec, char *words);
static vz_code_e vz_restic_environment(const vz_config_t *conf,
    const vz_restic_t *run, vz_restic_exec_t *exec, char *words);
static unsigned vz_restic_options(const vz_restic_t *run,
    vz_restic_exec_t *exec, const char **argv);
static void vz_restic_child(const vz_restic_t *run, vz_restic_exec_t *exec,
    pid_t parent, int out, int err, int note) __attribute__((noreturn));
static int vz_restic_limits(const vz_restic_t *run);
static vz_code_e vz_restic_begun(int note, char *words);
static vz_code_e vz_restic_watch(vz_restic_watch_t *watch);
static int vz_restic_time(vz_restic_watch_t *watch);
static vz_code_e vz_restic_lines(vz_restic_watch_t *watch, int *end);
static void vz_restic_close_fd(int *fd);


static vz_repositories_t  vz_restic_list;   /* one verb, one process */


vz_code_e
vz_restic_open(vz_job_t *job, const char *name,
    const vz_repository_t **repository)
{
    char       words[VZ_CONFIG_WORDS];
    vz_code_e  code;

    code = vz_repositories_load(job->conf, &vz_restic_list, words);

    if (code != VZ_OK) {
        return vz_job_end(job, code == VZ_DENIED ? VZ_FAILED : code,
                          "the node's repositories can't be used: %.140s",
                          words);
    }

    *repository = vz_repositories_find(&vz_restic_list, name);

    if (*repository == NULL) {
        vz_restic_close();
        return vz_job_end(job, VZ_UNSUPPORTED, "this node has no repository "
                          "%s", name);
    }

    return VZ_OK;
}


void
vz_restic_close(void)
{
    vz_repositories_wipe(&vz_restic_list);
}


vz_code_e
vz_restic_start(const vz_config_t *conf, const vz_restic_t *run,
    vz_restic_process_t *process, char *words)
{
    int                        out[2], err[2], note[2];
    pid_t                      parent;
    vz_code_e                  code;
    static vz_restic_exec_t    exec;

    process->pid = -1;
    process->out = process->err = -1;

    code = vz_restic_prepare(conf, run, &exec, words);
    if (code != VZ_OK) {
        return code;
    }

    out[0] = out[1] = err[0] = err[1] = note[0] = note[1] = -1;

    if (pipe2(out, O_CLOEXEC) == -1 || pipe2(err, O_CLOEXEC) == -1
        || pipe2(note, O_CLOEXEC) == -1)
    {
        (void) snprintf(words, VZ_WORDS_MAX, "pipe: %s", strerror(errno));
        code = VZ_INTERNAL;

    } else {
        parent = getpid();
        process->pid = fork();

        if (process->pid == 0) {
            vz_restic_child(run, &exec, parent, out[1], err[1], note[1]);
        }
    }

    explicit_bzero(&exec, sizeof(exec));
    vz_restic_close_fd(&out[1]);
    vz_restic_close_fd(&err[1]);
    vz_restic_close_fd(&note[1]);

    process->out = out[0];
    process->err = err[0];

    if (code == VZ_OK && process->pid == -1) {
        (void) snprintf(words, VZ_WORDS_MAX, "fork: %s", strerror(errno));
        code = VZ_INTERNAL;
    }

    if (code == VZ_OK) {
        code = vz_restic_begun(note[0], words);
    }

    vz_restic_close_fd(&note[0]);

    if (code != VZ_OK) {
        (void) vz_restic_end(process, 1);
    }

    return code;
}


static vz_code_e
vz_restic_prepare(const vz_config_t *conf, const vz_restic_t *run,
    vz_restic_exec_t *exec, char *words)
{
    unsigned    i, n;
    vz_code_e   code;

    n = 0;
    exec->argv[n++] = run->program ? run->program : VZ_REPOSITORY_RESTIC;
    exec->envp[0] = (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    exec->envp[1] = (char *) "LC_ALL=C";
    exec->envp[2] = NULL;

    if (run->program == NULL) {
        code = vz_restic_environment(conf, run, exec, words);

        if (code != VZ_OK) {
            return code;
        }

        n += vz_restic_options(run, exec, &exec->argv[n]);
    }

    for (i = 0; run->args[i] != NULL && n < VZ_RESTIC_ARGS - 1; i++) {
        exec->argv[n++] = run->args[i];
    }

    exec->argv[n] = NULL;

    return VZ_OK;
}


/* what must not be in its arguments, which everybody reads */
static vz_code_e
vz_restic_environment(const vz_config_t *conf, const vz_restic_t *run,
    vz_restic_exec_t *exec, char *words)
{
    char                    *p, cache[PATH_MAX];
    unsigned                 i, n;
    vz_code_e                code;
    const vz_repository_t   *repository;

    repository = run->repository;
    code = vz_repositories_there(repository, words);

    if (code == VZ_OK) {
        p = stpcpy(exec->password, "RESTIC_PASSWORD=");
        code = vz_repositories_password(repository, run->tag, p, words);
    }

    if (code != VZ_OK) {
        return VZ_FAILED;
    }

    if (vz_backup_cache_make(conf, run->tag, cache) == -1) {
        (void) snprintf(words, VZ_WORDS_MAX, "%.120s: %s", conf->backup_cache,
                        strerror(errno));
        return VZ_INTERNAL;
    }

    p = stpcpy(exec->url, "RESTIC_REPOSITORY=");

    if (vz_repositories_url(repository, run->tag, p) == -1) {
        (void) snprintf(words, VZ_WORDS_MAX, "the url of repository %s is too "
                        "long", repository->name);
        return VZ_FAILED;
    }

    (void) sprintf(exec->cache, "RESTIC_CACHE_DIR=%s", cache);
    (void) sprintf(exec->tmp, "TMPDIR=%s", cache);

    n = 2;
    exec->envp[n++] = (char *) "HOME=/root";
    exec->envp[n++] = (char *) "TZ=UTC";
    exec->envp[n++] = (char *) "RESTIC_PROGRESS_FPS=1";
    exec->envp[n++] = (char *) VZ_RESTIC_GOGC;
    exec->envp[n++] = (char *) VZ_RESTIC_GOMOST;
    exec->envp[n++] = exec->cache;
    exec->envp[n++] = exec->tmp;
    exec->envp[n++] = exec->url;
    exec->envp[n++] = exec->password;

    for (i = 0; i < repository->nenv; i++) {
        exec->envp[n++] = (char *) repository->env[i];
    }

    exec->envp[n] = NULL;

    return VZ_OK;
}


/* the repository's own options of restic; how many words they are */
static unsigned
vz_restic_options(const vz_restic_t *run, vz_restic_exec_t *exec,
    const char **argv)
{
    unsigned                 i, n;
    const vz_repository_t   *repository;

    n = 0;
    repository = run->repository;

    for (i = 0; i < repository->noption; i++) {
        argv[n++] = "-o";
        argv[n++] = repository->option[i];
    }

    if (run->upload && repository->upload) {
        (void) snprintf(exec->limit, sizeof(exec->limit), "%u",
                        repository->upload);
        argv[n++] = "--limit-upload";
        argv[n++] = exec->limit;
    }

    return n;
}


static void
vz_restic_child(const vz_restic_t *run, vz_restic_exec_t *exec, pid_t parent,
    int out, int err, int note)
{
    int                null;
    struct sigaction   sa;
    vz_restic_note_t   said;

    (void) memset(&said, 0, sizeof(said));
    (void) memset(&sa, 0, sizeof(sa));
    sa.sa_handler = SIG_DFL;
    (void) sigaction(SIGTERM, &sa, NULL);
    (void) sigaction(SIGALRM, &sa, NULL);
    (void) sigemptyset(&sa.sa_mask);
    (void) sigprocmask(SIG_SETMASK, &sa.sa_mask, NULL);
    (void) alarm(0);

    null = open("/dev/null", O_RDONLY|O_CLOEXEC);
    said.code = VZ_INTERNAL;

    /*
     * neither the client's socket nor our locks are its own, and the number of
     * the note's pipe is above the three that it gets
     */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent
        || setpgid(0, 0) == -1
        || null == -1 || dup2(null, STDIN_FILENO) == -1
        || dup2(out, STDOUT_FILENO) == -1 || dup2(err, STDERR_FILENO) == -1
        || (note != 3 && dup3(note, 3, O_CLOEXEC) == -1))
    {
        (void) snprintf(said.words, sizeof(said.words), "its process: %s",
                        strerror(errno));
        note = note > STDERR_FILENO ? note : 3;

    } else {
        note = 3;
        closefrom(note + 1);
        said.code = run->begin ? run->begin(run->begin_data, said.words)
                               : VZ_OK;
    }

    if (said.code == VZ_OK) {
        said.code = VZ_INTERNAL;

        if (vz_restic_limits(run) == 0
            && chdir(run->folder ? run->folder : "/") == 0)
        {
            (void) execve(exec->argv[0], (char *const *) exec->argv,
                          exec->envp);
        }

        (void) snprintf(said.words, sizeof(said.words), "%s: %s%s",
                        exec->argv[0], strerror(errno),
                        errno == ENOENT ? ": install the package restic"
                                        : "");
    }

    (void) !write(note, &said, sizeof(said));
    _exit(127);
}


/* a node serves its containers first */
static int
vz_restic_limits(const vz_restic_t *run)
{
    struct rlimit  most;

    most.rlim_cur = most.rlim_max = VZ_RESTIC_MEMORY;

    if (!run->urgent) {
        (void) syscall(SYS_ioprio_set, 1, 0, VZ_RESTIC_IDLE);
        (void) setpriority(PRIO_PROCESS, 0, VZ_RESTIC_NICE);
    }

    return setrlimit(RLIMIT_DATA, &most);
}


/* the end of the note's pipe is that restic runs */
static vz_code_e
vz_restic_begun(int note, char *words)
{
    ssize_t            n;
    vz_restic_note_t   said;

    do {
        n = read(note, &said, sizeof(said));
    } while (n == -1 && errno == EINTR && !vz_backup_lock_ended());

    if (n == 0) {
        return VZ_OK;
    }

    if (n != (ssize_t) sizeof(said)) {
        (void) snprintf(words, VZ_WORDS_MAX, "restic could not be begun");
        return VZ_INTERNAL;
    }

    said.words[sizeof(said.words) - 1] = '\0';
    (void) strcpy(words, said.words);

    return said.code;
}


int
vz_restic_end(vz_restic_process_t *process, unsigned now)
{
    int    status;
    pid_t  pid;

    vz_restic_close_fd(&process->out);
    vz_restic_close_fd(&process->err);

    if (process->pid == -1) {
        return 0;
    }

    if (now) {
        (void) kill(-process->pid, SIGKILL);
        (void) kill(process->pid, SIGKILL);
    }

    do {
        pid = waitpid(process->pid, &status, 0);
    } while (pid == -1 && errno == EINTR);

    process->pid = -1;

    return pid == -1 ? 255
           : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}


vz_code_e
vz_restic_run(vz_job_t *job, vz_restic_t *run)
{
    char                words[VZ_WORDS_MAX];
    vz_code_e           code;
    vz_restic_watch_t   watch;

    (void) memset(&watch, 0, sizeof(watch));
    watch.job = job;
    watch.run = run;
    watch.size = run->line_max ? run->line_max : VZ_RESTIC_LINE;
    watch.line = malloc(watch.size);
    watch.looked = vz_monotonic_msec();
    run->said[0] = '\0';
    run->status = 0;

    if (watch.line == NULL) {
        return vz_job_end(job, VZ_INTERNAL, "no memory");
    }

    code = vz_restic_start(job->conf, run, &watch.process, words);

    if (code != VZ_OK) {
        free(watch.line);
        return vz_job_end(job, code, "%s", words);
    }

    code = vz_restic_watch(&watch);
    free(watch.line);

    if (code == VZ_OK) {
        run->status = vz_restic_end(&watch.process, 0);
        code = run->status == 0 ? VZ_OK
               : run->program ? VZ_FAILED : vz_restic_why(job, run);

    } else {
        (void) vz_restic_end(&watch.process, 1);
        code = code == VZ_AGAIN ? VZ_OK : code;
    }

    if (run->program == NULL) {
        vz_backup_cache_bound(job->conf, run->tag);
    }

    return code;
}


/* VZ_OK at the end of all that it says */
static vz_code_e
vz_restic_watch(vz_restic_watch_t *watch)
{
    int             end, time;
    vz_code_e       code;
    struct pollfd   pfd[2];

    for ( ;; ) {
        time = vz_restic_time(watch);

        if (vz_backup_lock_ended()) {
            return vz_job_end(watch->job, VZ_STATE, "the backup was ended: its "
                              "container is removed or gets another disk");
        }

        if (time == 0) {
            return vz_restic_why_silent(watch->job, watch->run);
        }

        pfd[0].fd = watch->process.out;
        pfd[1].fd = watch->process.err;
        pfd[0].events = pfd[1].events = POLLIN;
        pfd[0].revents = pfd[1].revents = 0;

        if (poll(pfd, 2, time) == -1 && errno != EINTR) {
            return vz_job_end(watch->job, VZ_INTERNAL, "poll: %s",
                              strerror(errno));
        }

        if (pfd[1].revents) {
            if (vz_restic_read(watch->run, watch->process.err) == 0) {
                vz_restic_close_fd(&watch->process.err);
            }

            /* it would try for minutes */

            if (vz_restic_why_final(watch->run)) {
                return vz_restic_why(watch->job, watch->run);
            }
        }

        if (pfd[0].revents) {
            code = vz_restic_lines(watch, &end);

            if (code != VZ_OK) {
                return code;
            }

            if (end) {
                vz_restic_close_fd(&watch->process.out);
            }
        }

        if (watch->process.out == -1 && watch->process.err == -1) {
            return VZ_OK;
        }
    }
}


/* milliseconds to wait; 0: it has done nothing for too long */
static int
vz_restic_time(vz_restic_watch_t *watch)
{
    int       time;
    int64_t   now;
    uint64_t  written;

    now = vz_monotonic_msec();

    if (!watch->run->told && now - watch->looked >= VZ_RESTIC_LOOK) {
        watch->looked = now;
        written = vz_process_written(watch->process.pid);

        if (written != watch->written) {
            watch->written = written;
            vz_job_moves(watch->job);
        }
    }

    time = vz_job_beat(watch->job);

    return time > VZ_RESTIC_TURN ? VZ_RESTIC_TURN : time;
}


static vz_code_e
vz_restic_lines(vz_restic_watch_t *watch, int *end)
{
    char       *lf, *from;
    ssize_t     n;
    vz_code_e   code;

    *end = 0;

    n = read(watch->process.out, watch->line + watch->len,
             watch->size - 1 - watch->len);

    if (n == -1 && errno == EINTR) {
        return VZ_OK;
    }

    if (n <= 0) {
        *end = 1;
        return VZ_OK;
    }

    if (watch->run->line == NULL) {
        return VZ_OK;
    }

    watch->len += (size_t) n;
    watch->line[watch->len] = '\0';
    code = VZ_OK;

    for (from = watch->line; code == VZ_OK; from = lf + 1) {
        lf = memchr(from, '\n', watch->len - (size_t) (from - watch->line));

        if (lf == NULL) {
            break;
        }

        *lf = '\0';
        code = watch->run->line(watch->job, from, (size_t) (lf - from),
                                watch->run->line_data);
    }

    watch->len -= (size_t) (from - watch->line);
    (void) memmove(watch->line, from, watch->len);

    if (code == VZ_OK && watch->len == watch->size - 1) {
        return vz_job_end(watch->job, VZ_FAILED, "restic printed a line of "
                          "more than %zu bytes", watch->size);
    }

    return code;
}


int
vz_restic_read(vz_restic_t *run, int err)
{
    char     buf[1024];
    size_t   have, keep;
    ssize_t  n;

    n = read(err, buf, sizeof(buf));

    if (n == -1 && (errno == EINTR || errno == EAGAIN)) {
        return 1;
    }

    if (n <= 0) {
        return 0;
    }

    have = strlen(run->said);

    /* the last of it says why */

    if (have + (size_t) n >= sizeof(run->said)) {
        keep = sizeof(run->said) - 1 - (size_t) n;
        keep = keep < have ? keep : have;
        (void) memmove(run->said, run->said + have - keep, keep);
        have = keep;
    }

    (void) memcpy(run->said + have, buf, (size_t) n);
    run->said[have + (size_t) n] = '\0';

    return 1;
}


vz_code_e
vz_restic_again(vz_job_t *job, vz_restic_t *run)
{
    vz_code_e           code;
    vz_restic_t         unlock;
    static const char  *args[] = { "unlock", NULL };

    code = vz_restic_run(job, run);

    if (code != VZ_BUSY || vz_restic_why_find(run->said) != VZ_RESTIC_LOCKED) {
        return code;
    }

    (void) memset(&unlock, 0, sizeof(unlock));
    unlock.repository = run->repository;
    unlock.tag = run->tag;
    unlock.args = args;

    /* restic knows its own host's processes, and whose lock is old */

    code = vz_restic_run(job, &unlock);

    return code == VZ_OK ? vz_restic_run(job, run) : code;
}


static void
vz_restic_close_fd(int *fd)
{
    if (*fd != -1) {
        (void) close(*fd);
        *fd = -1;
    }
}
