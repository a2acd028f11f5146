/*
 * take WHAT [MOST]: one of a kernel's limits, as much of it as there is, held
 * until its stdin ends.  It prints how many it got and what the kernel then
 * said, "-" where it had enough.  With MOST 1 it is who is harmed: a process
 * of another container or of the host, who wants only one.
 *
 * Static, so that it runs in any root.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/aio_abi.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>


typedef int (*take_pt)(long number);

static char  ptmx[64] = "/dev/ptmx";
static int   held;                  /* by children */


/* a devpts of its own: its limit is another than that of the one it has */

static int
take_pty(long number)
{
    int  fd;

    if (number == 0 && mkdir("/tmp/pts", 0755) == 0
        && mount("devpts", "/tmp/pts", "devpts", 0, "newinstance,ptmxmode=666")
           == 0)
    {
        strcpy(ptmx, "/tmp/pts/ptmx");
    }

    fd = open(ptmx, O_RDWR | O_NOCTTY);

    return fd == -1 ? -1 : 0;
}


static int
take_aio(long number)
{
    aio_context_t  context;

    (void) number;
    context = 0;

    return (int) syscall(SYS_io_setup, 1024, &context);
}


static int
take_fanotify(long number)
{
    (void) number;

    return (int) syscall(SYS_fanotify_init, FAN_CLASS_NOTIF
                         | FAN_REPORT_FID, O_RDONLY) == -1 ? -1 : 0;
}


static int
take_mqueue(long number)
{
    char             name[32];
    struct mq_attr   attr;

    snprintf(name, sizeof(name), "/take.%d.%ld", (int) getpid(), number);
    memset(&attr, 0, sizeof(attr));
    attr.mq_maxmsg = 10;
    attr.mq_msgsize = 8192;

    return mq_open(name, O_CREAT | O_RDWR, 0600, &attr) == -1 ? -1 : 0;
}


static int
take_signal(long number)
{
    union sigval  value;
    sigset_t      set;

    if (number == 0) {
        sigemptyset(&set);
        sigaddset(&set, SIGRTMIN);
        sigprocmask(SIG_BLOCK, &set, NULL);
    }

    value.sival_int = 0;

    return sigqueue(getpid(), SIGRTMIN, value);
}


static int
take_inotify(long number)
{
    (void) number;

    return inotify_init1(0) == -1 ? -1 : 0;
}


/* held by the child that made it, each in one */

static int
take_namespace(int flag)
{
    int    ready[2], error;
    pid_t  pid;

    if (pipe(ready) == -1) {
        return -1;
    }

    pid = fork();
    held = 1;

    if (pid == 0) {
        error = unshare(flag) == -1 ? errno : 0;
        close(ready[0]);

        if (write(ready[1], &error, sizeof(error)) == sizeof(error) && !error) {
            close(ready[1]);

            for ( ;; ) {
                pause();
            }
        }

        _exit(0);
    }

    close(ready[1]);

    if (pid == -1 || read(ready[0], &error, sizeof(error)) != sizeof(error)) {
        error = EAGAIN;
    }

    close(ready[0]);
    errno = error;

    return error ? -1 : 0;
}


static int
take_net(long number)
{
    (void) number;

    return take_namespace(CLONE_NEWNET);
}


static int
take_uts(long number)
{
    (void) number;

    /* each unshare lets go of the one before, but for those that are open */

    return unshare(CLONE_NEWUTS) == -1
           || open("/proc/self/ns/uts", O_RDONLY) == -1 ? -1 : 0;
}


static int
take_key(long number)
{
    char  name[32], payload[64];

    snprintf(name, sizeof(name), "take%ld", number);
    memset(payload, 'k', sizeof(payload));

    return syscall(SYS_add_key, "user", name, payload, sizeof(payload), -4)
           == -1 ? -1 : 0;
}


static int
take_uring(long number)
{
    char  params[120];

    (void) number;
    memset(params, 0, sizeof(params));

    return syscall(SYS_io_uring_setup, 8, params) == -1 ? -1 : 0;
}


#define TAKE(name)  { #name, take_##name }

static const struct {
    const char   *name;
    take_pt       take;
} takes[] = {
    TAKE(pty),
    TAKE(aio),
    TAKE(fanotify),
    TAKE(mqueue),
    TAKE(signal),
    TAKE(inotify),
    TAKE(net),
    TAKE(uts),
    TAKE(key),
    TAKE(uring)
};


int
main(int argc, char **argv)
{
    long           n, most;
    char           byte;
    size_t         i;
    const char    *said;
    struct rlimit  files;

    if (argc < 2) {
        return 2;
    }

    most = argc > 2 ? atol(argv[2]) : LONG_MAX;
    (void) setpgid(0, 0);

    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    files.rlim_cur = files.rlim_max = RLIM_INFINITY;
    setrlimit(RLIMIT_SIGPENDING, &files);
    setrlimit(RLIMIT_MSGQUEUE, &files);

    for (i = 0; i < sizeof(takes) / sizeof(takes[0]); i++) {
        if (strcmp(takes[i].name, argv[1]) != 0) {
            continue;
        }

        said = "-";

        for (n = 0; n < most; n++) {
            if (takes[i].take(n) == -1) {
                said = strerror(errno);
                break;
            }
        }

        printf("%s %ld %s\n", argv[1], n, said);
        fflush(stdout);

        while (read(0, &byte, 1) > 0) { /* void */ }

        return held && kill(0, SIGKILL) == -1;
    }

    return 2;
}
