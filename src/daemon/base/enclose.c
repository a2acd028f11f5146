#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "daemon/base/enclose.h"


#define VZ_ENCLOSE_SPACES  (CLONE_NEWNS|CLONE_NEWNET|CLONE_NEWIPC             \
                            |CLONE_NEWPID|CLONE_NEWUTS)

/*
 * CAP_DAC_READ_SEARCH is left out: with it, open_by_handle_at(2) opens any
 * file of the folder's file system.
 */
#define VZ_ENCLOSE_CAPS    ((1u << CAP_CHOWN)|(1u << CAP_DAC_OVERRIDE)        \
                            |(1u << CAP_FOWNER)|(1u << CAP_FSETID)            \
                            |(1u << CAP_SETFCAP))


static int vz_enclose_streams(void);
static int vz_enclose_fork(void);
static void vz_enclose_wait(pid_t pid) __attribute__((noreturn));
static int vz_enclose_root(const char *folder);
static int vz_enclose_drop(void);


int
vz_enclose(const char *folder, int keep)
{
    closefrom(keep + 1);

    return vz_enclose_streams() == -1
           || unshare(VZ_ENCLOSE_SPACES) == -1
           || vz_enclose_fork() == -1
           || setsid() == -1
           || vz_enclose_root(folder) == -1
           || vz_enclose_drop() == -1
           ? -1 : 0;
}


static int
vz_enclose_streams(void)
{
    int  fd, i;

    fd = open("/dev/null", O_RDWR|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    for (i = STDIN_FILENO; i <= STDERR_FILENO; i++) {
        if (dup2(fd, i) == -1) {
            return -1;
        }
    }

    return close(fd);
}


/* Only a child is in the new process namespace. */
static int
vz_enclose_fork(void)
{
    int            pipes[2];
    pid_t          pid;
    struct pollfd  pfd;

    if (pipe2(pipes, O_CLOEXEC) == -1) {
        return -1;
    }

    pid = fork();

    if (pid == -1) {
        return -1;
    }

    if (pid > 0) {
        (void) close(pipes[0]);
        vz_enclose_wait(pid);
    }

    (void) close(pipes[1]);

    /*
     * a parent that has died already sends no signal, but its end of the pipe
     * is closed
     */
    pfd.fd = pipes[0];
    pfd.events = POLLIN;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1
        || poll(&pfd, 1, 0) != 0)
    {
        return -1;
    }

    return close(pipes[0]);
}


static void
vz_enclose_wait(pid_t pid)
{
    int  status;

    while (waitpid(pid, &status, 0) == -1 && errno == EINTR) { /* void */ }

    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}


/*
 * pivot_root(2) instead of chroot(2): afterwards nothing outside the folder is
 * mounted anywhere. What "/" is now is checked, because much of it is going to
 * be removed.
 */
static int
vz_enclose_root(const char *folder)
{
    struct stat  inside, root;

    if (stat(folder, &inside) == -1
        || mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL) == -1
        || mount(folder, folder, NULL, MS_BIND, NULL) == -1
        || mount(NULL, folder, NULL,
                 MS_REMOUNT|MS_BIND|MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL) == -1
        || chdir(folder) == -1
        || syscall(SYS_pivot_root, ".", ".") == -1
        || umount2(".", MNT_DETACH) == -1
        || chdir("/") == -1
        || stat("/", &root) == -1)
    {
        return -1;
    }

    if (root.st_dev != inside.st_dev || root.st_ino != inside.st_ino) {
        errno = EXDEV;
        return -1;
    }

    return 0;
}


static int
vz_enclose_drop(void)
{
    unsigned                         cap;
    struct __user_cap_data_struct    data[2];
    struct __user_cap_header_struct  head;

    for (cap = 0; cap <= CAP_LAST_CAP; cap++) {

        if (cap < 32 && (VZ_ENCLOSE_CAPS & (1u << cap))) {
            continue;
        }

        /* EINVAL: this kernel does not know the capability */
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == -1 && errno != EINVAL) {
            return -1;
        }
    }

    (void) memset(data, 0, sizeof(data));

    head.version = _LINUX_CAPABILITY_VERSION_3;
    head.pid = 0;
    data[0].effective = VZ_ENCLOSE_CAPS;
    data[0].permitted = VZ_ENCLOSE_CAPS;

    if (syscall(SYS_capset, &head, data) == -1) {
        return -1;
    }

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
