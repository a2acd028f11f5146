#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "daemon/base/caps.h"
#include "daemon/cgroup/userns.h"
#include "daemon/ct/ct_store.h"


/*
 * What a container may have of each kind, its own namespaces included. A
 * network namespace has a connection table whose memory nobody is charged for.
 */

static const struct {
    const char   *path;
    const char   *most;
} vz_userns_most[] = {
    { "/proc/sys/user/max_net_namespaces", "32" },
    { "/proc/sys/user/max_user_namespaces", "1024" },
    { "/proc/sys/user/max_mnt_namespaces", "1024" },
    { "/proc/sys/user/max_pid_namespaces", "1024" },
    { "/proc/sys/user/max_ipc_namespaces", "1024" },
    { "/proc/sys/user/max_uts_namespaces", "1024" },
    { "/proc/sys/user/max_cgroup_namespaces", "1024" },
    { "/proc/sys/user/max_time_namespaces", "1024" }
};

#define VZ_USERNS_MOST  (sizeof(vz_userns_most) / sizeof(vz_userns_most[0]))


static void vz_userns_outer(uint32_t base, int in, int out)
    __attribute__((noreturn));
static void vz_userns_inner(int out) __attribute__((noreturn));
static int vz_userns_owner(uint32_t base);
static int vz_userns_bound(void);
static int vz_userns_map(pid_t pid, uint32_t first);
static int vz_userns_put(const char *path, const char *text);


int
vz_userns_make(uint32_t base)
{
    int    fd, saved, up[2], down[2];
    char   path[32];
    pid_t  outer, inner;

    fd = -1;

    if (pipe2(up, O_CLOEXEC) == -1) {
        return -1;
    }

    if (pipe2(down, O_CLOEXEC) == -1) {
        close(up[0]);
        close(up[1]);
        return -1;
    }

    outer = fork();

    if (outer == 0) {
        vz_userns_outer(base, down[0], up[1]);
    }

    close(up[1]);
    close(down[0]);

    /*
     * first the byte that says it is in its namespace, then the process that
     * made the other one
     */

    errno = EPERM;
    inner = -1;

    if (outer != -1
        && read(up[0], &inner, sizeof(inner)) == sizeof(inner)
        && vz_userns_map(outer, base) == 0
        && write(down[1], "", 1) == 1
        && read(up[0], &inner, sizeof(inner)) == sizeof(inner))
    {
        snprintf(path, sizeof(path), "/proc/%d/ns/user", inner);
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }

    saved = errno;
    close(up[0]);
    close(down[1]);

    if (outer != -1) {
        (void) kill(outer, SIGKILL);
        while (waitpid(outer, NULL, 0) == -1 && errno == EINTR) { /* void */ }
    }

    errno = saved;

    return fd;
}


static void
vz_userns_outer(uint32_t base, int in, int out)
{
    int    ready[2];
    char   byte;
    pid_t  pid;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pid = 0;

    if (vz_userns_owner(base) == -1
        || unshare(CLONE_NEWUSER) == -1
        || prctl(PR_SET_DUMPABLE, 1) == -1
        || write(out, &pid, sizeof(pid)) != sizeof(pid)
        || read(in, &byte, 1) != 1
        || vz_userns_bound() == -1
        || pipe2(ready, O_CLOEXEC) == -1)
    {
        _exit(1);
    }

    /* changing ids has cleared the request above */

    prctl(PR_SET_PDEATHSIG, SIGKILL);

    pid = fork();

    if (pid == 0) {
        vz_userns_inner(ready[1]);
    }

    close(ready[1]);

    /*
     * some kernels let nobody create one inside another: then ours has to do
     */

    if (pid == -1
        || read(ready[0], &byte, 1) != 1
        || vz_userns_map(pid, 0) == -1)
    {
        pid = getpid();
    }

    if (write(out, &pid, sizeof(pid)) == sizeof(pid)) {
        _exit(read(in, &byte, 1) != 0);
    }

    _exit(1);
}


static void
vz_userns_inner(int out)
{
    if (unshare(CLONE_NEWUSER) == 0
        && prctl(PR_SET_DUMPABLE, 1) == 0
        && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0
        && write(out, "", 1) == 1)
    {
        pause();
    }

    _exit(1);
}


/*
 * The limits of the creator are the limits of everybody in the namespace
 * together. Locked memory and processes are limited by cgroups instead.
 */

static int
vz_userns_owner(uint32_t base)
{
    size_t         i;
    struct rlimit  most;

    static const int  free[] = { RLIMIT_MEMLOCK, RLIMIT_NPROC };

    most.rlim_cur = RLIM_INFINITY;
    most.rlim_max = RLIM_INFINITY;

    for (i = 0; i < sizeof(free) / sizeof(free[0]); i++) {
        if (setrlimit(free[i], &most) == -1 && errno != EPERM) {
            return -1;
        }
    }

    /* keep the capability that lets root create one where others may not */

    if (prctl(PR_SET_KEEPCAPS, 1) == -1
        || setgroups(0, NULL) == -1
        || setresgid(base, base, base) == -1
        || setresuid(base, base, base) == -1)
    {
        return -1;
    }

    return vz_caps_raise();
}


static int
vz_userns_bound(void)
{
    size_t  i;

    for (i = 0; i < VZ_USERNS_MOST; i++) {
        if (vz_userns_put(vz_userns_most[i].path, vz_userns_most[i].most) == -1
            && errno != ENOENT)
        {
            return -1;
        }
    }

    return 0;
}


static int
vz_userns_map(pid_t pid, uint32_t first)
{
    size_t              i;
    char                path[32], map[64];
    static const char  *files[] = { "uid_map", "gid_map" };

    snprintf(map, sizeof(map), "0 %u %u", first, VZ_CT_IDS);

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i]);

        if (vz_userns_put(path, map) == -1) {
            return -1;
        }
    }

    return 0;
}


static int
vz_userns_put(const char *path, const char *text)
{
    int      fd, saved;
    ssize_t  n;

    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    n = write(fd, text, strlen(text));
    saved = errno;
    close(fd);
    errno = saved;

    return n == (ssize_t) strlen(text) ? 0 : -1;
}
