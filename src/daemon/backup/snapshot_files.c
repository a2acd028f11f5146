/*
 * Three processes: one keeps the view, and looks whether the container is still
 * there; its child is the enclosed one's parent, and is killed with it; and the
 * enclosed one reads.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "daemon/backup/backup_lock.h"
#include "daemon/backup/backup_path.h"
#include "daemon/backup/snapshot_files.h"
#include "daemon/backup/view_files.h"
#include "daemon/backup/view_tar.h"
#include "daemon/base/enclose.h"
#include "daemon/base/job.h"
#include "daemon/base/run_folder.h"


#define VZ_SNAPSHOT_FILES_OUT     3     /* its descriptors, from the third on */
#define VZ_SNAPSHOT_FILES_NOTE    4
#define VZ_SNAPSHOT_FILES_LINE    (VZ_BACKUP_PATH_NAME + 128)
#define VZ_SNAPSHOT_FILES_LOOK    2000  /* ms between looks at the container */
#define VZ_SNAPSHOT_FILES_MEMORY  (256ULL << 20)    /* bytes, at most */
#define VZ_SNAPSHOT_FILES_OPEN    1024  /* descriptors, at most */
#define VZ_SNAPSHOT_FILES_NICE    19
#define VZ_SNAPSHOT_FILES_IDLE    (3 << 13)     /* ioprio_set(2) */

typedef struct {
    vz_code_e   code;
    char        words[VZ_WORDS_MAX];
} vz_snapshot_files_said_t;

typedef struct {
    vz_job_t     *job;
    const char   *snapshot;
    const char   *path;                 /* below the snapshot's root */
    unsigned      list;
    pid_t         pid;                  /* -1: none */
    int           out;                  /* what it writes */
} vz_snapshot_files_t;


static vz_code_e vz_snapshot_files_open(vz_snapshot_files_t *files);
static vz_code_e vz_snapshot_files_begin(vz_snapshot_files_t *files);
static vz_code_e vz_snapshot_files_begun(vz_snapshot_files_t *files,
    int note);
static int vz_snapshot_files_end(vz_snapshot_files_t *files, unsigned now);
static vz_code_e vz_snapshot_files_lines(vz_snapshot_files_t *files);
static char *vz_snapshot_files_line(vz_job_t *job, char *text, char *end,
    unsigned *n);
static void vz_snapshot_files_keep(vz_snapshot_files_t *files, pid_t parent,
    int out, int note) __attribute__((noreturn));
static int vz_snapshot_files_alone(pid_t parent, int out, int note);
static vz_code_e vz_snapshot_files_view(const vz_snapshot_files_t *files,
    char *path, char *words);
static int vz_snapshot_files_watch(const vz_job_t *job, const char *tag,
    pid_t pid);
static int vz_snapshot_files_work(const vz_snapshot_files_t *files);
static void vz_snapshot_files_say(vz_code_e code, const char *words);


vz_code_e
vz_snapshot_files_list(vz_job_t *job, const char *snapshot, const char *path)
{
    vz_code_e             code;
    vz_snapshot_files_t   files = { job, snapshot, path, .list = 1 };

    code = vz_snapshot_files_open(&files);

    if (code == VZ_OK) {
        code = vz_snapshot_files_lines(&files);
        vz_backup_lock_drop();
    }

    return code;
}


vz_code_e
vz_snapshot_files_read(vz_job_t *job, const char *snapshot, const char *path)
{
    int                   to;
    vz_code_e             code;
    vz_snapshot_files_t   files = { job, snapshot, path, .list = 0 };

    code = vz_snapshot_files_open(&files);

    if (code != VZ_OK) {
        return code;
    }

    to = open("/dev/null", O_WRONLY|O_CLOEXEC);

    if (to == -1) {
        code = vz_job_end(job, VZ_INTERNAL, "/dev/null: %s", strerror(errno));
        (void) vz_snapshot_files_end(&files, 1);
        vz_backup_lock_drop();
        return code;
    }

    /* whoever ends the stream asks it how it ended */

    job->child = files.pid;

    return vz_job_stream(job, files.out, to);
}


/* one of the reads that a node does at a time: VZ_OK, and its lock is held */
static vz_code_e
vz_snapshot_files_open(vz_snapshot_files_t *files)
{
    vz_code_e  code;

    files->path += strlen(VZ_BACKUP_PATH_ROOT);
    code = vz_backup_lock_read(files->job);

    if (code == VZ_OK) {
        code = vz_snapshot_files_begin(files);

        if (code != VZ_OK) {
            vz_backup_lock_drop();
        }
    }

    return code;
}


/* until it has found what is asked for, or said why not */
static vz_code_e
vz_snapshot_files_begin(vz_snapshot_files_t *files)
{
    int        out[2], note[2];
    pid_t      parent;
    vz_code_e  code;

    out[0] = out[1] = note[0] = note[1] = -1;
    parent = getpid();
    files->pid = -1;

    if (pipe2(out, O_CLOEXEC) == 0 && pipe2(note, O_CLOEXEC) == 0) {
        files->pid = fork();

        if (files->pid == 0) {
            vz_snapshot_files_keep(files, parent, out[1], note[1]);
        }
    }

    code = files->pid == -1
           ? vz_job_end(files->job, VZ_INTERNAL, "its process: %s",
                        strerror(errno))
           : VZ_OK;

    (void) close(out[1]);
    (void) close(note[1]);
    files->out = out[0];

    if (code == VZ_OK) {
        code = vz_snapshot_files_begun(files, note[0]);
    }

    (void) close(note[0]);

    if (code != VZ_OK) {
        (void) vz_snapshot_files_end(files, 1);
    }

    return code;
}


static vz_code_e
vz_snapshot_files_begun(vz_snapshot_files_t *files, int note)
{
    int                        n;
    vz_job_t                  *job;
    struct pollfd              pfd;
    vz_snapshot_files_said_t    said;

    job = files->job;
    pfd.fd = note;
    pfd.events = POLLIN;

    do {
        n = poll(&pfd, 1, vz_job_left(job));
    } while (n == -1 && errno == EINTR);

    if (n == 0) {
        return vz_job_end(job, VZ_TIMEOUT, "opening the snapshot took too "
                          "long");
    }

    /* it is less than a pipe writes at once */

    if (n == -1 || read(note, &said, sizeof(said)) != (ssize_t) sizeof(said)) {
        return vz_job_end(job, VZ_INTERNAL, "the process that reads the "
                          "snapshot ended early");
    }

    said.words[sizeof(said.words) - 1] = '\0';

    return said.code == VZ_OK
           ? VZ_OK : vz_job_end(job, said.code, "%s", said.words);
}


/* its status, 0 where all went well */
static int
vz_snapshot_files_end(vz_snapshot_files_t *files, unsigned now)
{
    int    status;
    pid_t  pid;

    (void) close(files->out);

    if (files->pid == -1) {
        return -1;
    }

    if (now) {
        (void) kill(files->pid, SIGKILL);
    }

    do {
        pid = waitpid(files->pid, &status, 0);
    } while (pid == -1 && errno == EINTR);

    return pid == -1 ? -1 : status;
}


static vz_code_e
vz_snapshot_files_lines(vz_snapshot_files_t *files)
{
    int            n;
    char           text[2 * VZ_SNAPSHOT_FILES_LINE], *end;
    ssize_t        got;
    unsigned       lines;
    vz_code_e      code;
    struct pollfd  pfd;

    pfd.fd = files->out;
    pfd.events = POLLIN;
    end = text;
    lines = 0;

    for ( ;; ) {
        n = poll(&pfd, 1, vz_job_left(files->job));

        if (n == -1 && errno == EINTR) {
            continue;
        }

        got = n == 1 ? read(files->out, end, text + sizeof(text) - end) : -1;

        if (got <= 0) {
            code = got == 0 ? VZ_OK : n == 0 ? VZ_TIMEOUT : VZ_FAILED;
            break;
        }

        end = vz_snapshot_files_line(files->job, text, end + got, &lines);

        /* no more is told than there can be, and no line is that long */

        if (lines > VZ_VIEW_FILES_MOST + 1 || end == text + sizeof(text)) {
            code = VZ_FAILED;
            break;
        }
    }

    if (vz_snapshot_files_end(files, code != VZ_OK) != 0 && code == VZ_OK) {
        code = VZ_FAILED;
    }

    return code == VZ_OK
           ? VZ_OK : vz_job_end(files->job, code, code == VZ_TIMEOUT
                                ? "reading the folder took too long"
                                : "the folder could not be read");
}


/* tell the whole lines that are there; where the rest of them ends */
static char *
vz_snapshot_files_line(vz_job_t *job, char *text, char *end, unsigned *n)
{
    char  *line, *lf;

    for (line = text; (lf = memchr(line, '\n', (size_t) (end - line))) != NULL;
         line = lf + 1)
    {
        vz_job_data(job, "%.*s", (int) (lf - line), line);
        ++*n;
    }

    (void) memmove(text, line, (size_t) (end - line));

    return text + (end - line);
}


/* in a process of its own, whose end is that of the view */
static void
vz_snapshot_files_keep(vz_snapshot_files_t *files, pid_t parent, int out,
    int note)
{
    char       path[PATH_MAX], words[VZ_WORDS_MAX], tag[VZ_TAG_LEN + 1];
    pid_t      pid, self;
    vz_code_e  code;

    self = getpid();

    if (vz_snapshot_files_alone(parent, out, note) == -1) {
        _exit(1);
    }

    words[0] = '\0';
    code = vz_snapshot_files_view(files, path, words);

    if (code == VZ_OK && files->job->driver->tag(files->job->conf,
                                                 files->job->ctid, tag)
                         != VZ_OK)
    {
        code = VZ_NOENT;
        (void) snprintf(words, sizeof(words), "container %u does not exist",
                        files->job->ctid);
    }

    if (code != VZ_OK) {
        vz_snapshot_files_say(code, words);
        _exit(1);
    }

    pid = fork();

    if (pid == 0) {
        _exit(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0
              && getppid() == self
              && vz_enclose(path, VZ_SNAPSHOT_FILES_NOTE) == 0
              && vz_snapshot_files_work(files) == 0 ? 0 : 1);
    }

    /* the end of what it writes is its own end alone */

    (void) close(VZ_SNAPSHOT_FILES_OUT);
    (void) close(VZ_SNAPSHOT_FILES_NOTE);

    _exit(pid == -1 || vz_snapshot_files_watch(files->job, tag, pid) != 0);
}


/* it has neither the client's socket nor any lock */
static int
vz_snapshot_files_alone(pid_t parent, int out, int note)
{
    struct rlimit      most;
    struct sigaction   sa;

    (void) memset(&sa, 0, sizeof(sa));
    sa.sa_handler = SIG_DFL;
    (void) sigaction(SIGTERM, &sa, NULL);
    (void) sigaction(SIGALRM, &sa, NULL);
    (void) sigaction(SIGPIPE, &sa, NULL);
    (void) sigemptyset(&sa.sa_mask);
    (void) sigprocmask(SIG_SETMASK, &sa.sa_mask, NULL);

    /* out of the way of the numbers that they get */

    out = fcntl(out, F_DUPFD_CLOEXEC, VZ_SNAPSHOT_FILES_NOTE + 1);
    note = fcntl(note, F_DUPFD_CLOEXEC, VZ_SNAPSHOT_FILES_NOTE + 1);

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent
        || out == -1 || note == -1
        || dup3(out, VZ_SNAPSHOT_FILES_OUT, O_CLOEXEC) == -1
        || dup3(note, VZ_SNAPSHOT_FILES_NOTE, O_CLOEXEC) == -1)
    {
        return -1;
    }

    closefrom(VZ_SNAPSHOT_FILES_NOTE + 1);

    /* a node serves its containers first */

    (void) syscall(SYS_ioprio_set, 1, 0, VZ_SNAPSHOT_FILES_IDLE);
    (void) setpriority(PRIO_PROCESS, 0, VZ_SNAPSHOT_FILES_NICE);

    most.rlim_cur = most.rlim_max = VZ_SNAPSHOT_FILES_OPEN;
    (void) setrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = most.rlim_max = VZ_SNAPSHOT_FILES_MEMORY;

    return setrlimit(RLIMIT_DATA, &most);
}


static vz_code_e
vz_snapshot_files_view(const vz_snapshot_files_t *files, char *path,
    char *words)
{
    vz_job_t  *job;

    job = files->job;

    if (vz_run_folder_make(job->conf, "view", NULL, path) == -1) {
        (void) snprintf(words, VZ_WORDS_MAX, "%.120s: %s", path,
                        strerror(errno));
        return VZ_INTERNAL;
    }

    return job->driver->backup_view(job->conf, job->ctid, files->snapshot,
                                    path, words);
}


/*
 * Wait for its end.  Its image would stay on the disk for as long as somebody
 * takes to download from it, after its container is gone.
 */
static int
vz_snapshot_files_watch(const vz_job_t *job, const char *tag, pid_t pid)
{
    int            n, status;
    char           now[VZ_TAG_LEN + 1];
    vz_code_e      code;
    struct pollfd  pfd;

    pfd.fd = (int) syscall(SYS_pidfd_open, pid, 0);
    pfd.events = POLLIN;

    while (pfd.fd != -1
           && (n = poll(&pfd, 1, VZ_SNAPSHOT_FILES_LOOK)) != 1)
    {
        code = n == 0 ? job->driver->tag(job->conf, job->ctid, now)
                      : VZ_AGAIN;

        if (code == VZ_NOENT || (code == VZ_OK && strcmp(now, tag) != 0)) {
            (void) kill(pid, SIGKILL);
            break;
        }
    }

    while (waitpid(pid, &status, 0) == -1) {
        if (errno != EINTR) {
            return -1;
        }
    }

    return status;
}


/* the enclosed one */
static int
vz_snapshot_files_work(const vz_snapshot_files_t *files)
{
    int          fd, root;
    struct stat  st;

    root = open("/", O_PATH|O_DIRECTORY|O_CLOEXEC);
    fd = root == -1 ? -1 : vz_view_files_find(root, files->path, &st);

    if (fd == -1
        || (!files->list && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
    {
        vz_snapshot_files_say(VZ_NOENT, fd == -1
                              ? "the snapshot has no such file"
                              : "that is neither a file nor a folder");
        return -1;
    }

    (void) close(fd);
    vz_snapshot_files_say(VZ_OK, "");

    return files->list
           ? vz_view_files_list(root, files->path, VZ_SNAPSHOT_FILES_OUT)
           : S_ISDIR(st.st_mode)
             ? vz_view_tar(root, files->path, VZ_SNAPSHOT_FILES_OUT)
             : vz_view_files_send(root, files->path, VZ_SNAPSHOT_FILES_OUT);
}


static void
vz_snapshot_files_say(vz_code_e code, const char *words)
{
    vz_snapshot_files_said_t  said;

    (void) memset(&said, 0, sizeof(said));
    said.code = code;
    (void) snprintf(said.words, sizeof(said.words), "%s", words);
    (void) !write(VZ_SNAPSHOT_FILES_NOTE, &said, sizeof(said));
}
