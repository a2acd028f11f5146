#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "daemon/backup/backup_cache.h"
#include "daemon/backup/backup_lock.h"
#include "daemon/backup/restic_process.h"


#define VZ_RESTIC_KEPT    64        /* the first descriptor that is not */
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


static vz_code_e vz_restic_process_prepare(const vz_config_t *conf,
    const vz_restic_t *run, vz_restic_exec_t *exec, char *words);
static vz_code_e vz_restic_process_environment(const vz_config_t *conf,
    const vz_restic_t *run, vz_restic_exec_t *exec, char *words);
static unsigned vz_restic_process_options(const vz_restic_t *run,
    vz_restic_exec_t *exec, const char **argv);
static void vz_restic_process_child(const vz_restic_t *run,
    vz_restic_exec_t *exec, pid_t parent, int out, int err, int note)
    __attribute__((noreturn));
static int vz_restic_process_limits(const vz_restic_t *run);
static vz_code_e vz_restic_process_begun(int note, char *words);


vz_code_e
vz_restic_process_start(const vz_config_t *conf, const vz_restic_t *run,
    vz_restic_process_t *process, char *words)
{
    int                        out[2], err[2], note[2];
    pid_t                      parent;
    vz_code_e                  code;
    static vz_restic_exec_t    exec;

    process->pid = -1;
    process->out = process->err = -1;

    code = vz_restic_process_prepare(conf, run, &exec, words);
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
            vz_restic_process_child(run, &exec, parent, out[1], err[1],
                                    note[1]);
        }
    }

    explicit_bzero(&exec, sizeof(exec));
    vz_restic_process_close(&out[1]);
    vz_restic_process_close(&err[1]);
    vz_restic_process_close(&note[1]);

    process->out = out[0];
    process->err = err[0];

    if (code == VZ_OK && process->pid == -1) {
        (void) snprintf(words, VZ_WORDS_MAX, "fork: %s", strerror(errno));
        code = VZ_INTERNAL;
    }

    if (code == VZ_OK) {
        code = vz_restic_process_begun(note[0], words);
    }

    vz_restic_process_close(&note[0]);

    if (code != VZ_OK) {
        (void) vz_restic_process_end(process, 1);
    }

    return code;
}


static vz_code_e
vz_restic_process_prepare(const vz_config_t *conf, const vz_restic_t *run,
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
        code = vz_restic_process_environment(conf, run, exec, words);

        if (code != VZ_OK) {
            return code;
        }

        n += vz_restic_process_options(run, exec, &exec->argv[n]);
    }

    for (i = 0; run->args[i] != NULL && n < VZ_RESTIC_ARGS - 1; i++) {
        exec->argv[n++] = run->args[i];
    }

    exec->argv[n] = NULL;

    return VZ_OK;
}


/* what must not be in its arguments, which everybody reads */
static vz_code_e
vz_restic_process_environment(const vz_config_t *conf, const vz_restic_t *run,
    vz_restic_exec_t *exec, char *words)
{
    char                    *p, cache[PATH_MAX], why[VZ_WORDS_MAX];
    unsigned                 i, n;
    const vz_repository_t   *repository;

    repository = run->repository;

    if (vz_repositories_there(repository, why) != VZ_OK) {
        (void) snprintf(words, VZ_WORDS_MAX, "repository %s does not answer: "
                        "%.130s", repository->name, why);
        return VZ_FAILED;
    }

    p = stpcpy(exec->password, "RESTIC_PASSWORD=");

    if (vz_repositories_password(repository, run->tag, p, why) != VZ_OK) {
        (void) snprintf(words, VZ_WORDS_MAX, "the node's repositories can't be "
                        "used: %.150s", why);
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
vz_restic_process_options(const vz_restic_t *run, vz_restic_exec_t *exec,
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
vz_restic_process_child(const vz_restic_t *run, vz_restic_exec_t *exec,
    pid_t parent, int out, int err, int note)
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

        /* what it leaves open is what its mounts last by */

        for (null = note + 1; null < VZ_RESTIC_KEPT; null++) {
            (void) fcntl(null, F_SETFD, 0);
        }
    }

    if (said.code == VZ_OK) {
        said.code = VZ_INTERNAL;

        if (vz_restic_process_limits(run) == 0
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
vz_restic_process_limits(const vz_restic_t *run)
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
vz_restic_process_begun(int note, char *words)
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
vz_restic_process_end(vz_restic_process_t *process, unsigned now)
{
    int    status;
    pid_t  pid;

    vz_restic_process_close(&process->out);
    vz_restic_process_close(&process->err);

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


void
vz_restic_process_close(int *fd)
{
    if (*fd != -1) {
        (void) close(*fd);
        *fd = -1;
    }
}
