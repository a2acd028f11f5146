#include <dirent.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "openvz/musl.h"


#define VZ_MUSL_MOST  1024          /* descriptors, where /proc says nothing */


static int vz_musl_each(int first, int (*visit)(void *data, int fd),
    void *data);
static int vz_musl_close(void *data, int fd);
static int vz_musl_add(void *data, int fd);


void
closefrom(int first)
{
    (void) vz_musl_each(first, vz_musl_close, NULL);
}


int
posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *acts,
    int first)
{
    return vz_musl_each(first, vz_musl_add, acts);
}


int
pidfd_open(pid_t pid, unsigned flags)
{
    return (int) syscall(SYS_pidfd_open, pid, flags);
}


int
pidfd_send_signal(int fd, int signo, siginfo_t *info, unsigned flags)
{
    return (int) syscall(SYS_pidfd_send_signal, fd, signo, info, flags);
}


/* 0, or what visit said first */

static int
vz_musl_each(int first, int (*visit)(void *data, int fd), void *data)
{
    int             fd, rc;
    DIR            *dir;
    struct dirent  *entry;

    rc = 0;
    dir = opendir("/proc/self/fd");

    if (dir == NULL) {
        for (fd = first; fd < VZ_MUSL_MOST && rc == 0; fd++) {
            rc = visit(data, fd);
        }

        return rc;
    }

    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        fd = atoi(entry->d_name);

        if (entry->d_name[0] != '.' && fd >= first && fd != dirfd(dir)) {
            rc = visit(data, fd);
        }
    }

    closedir(dir);

    return rc;
}


static int
vz_musl_close(void *data, int fd)
{
    (void) data;
    (void) close(fd);

    return 0;
}


static int
vz_musl_add(void *data, int fd)
{
    return posix_spawn_file_actions_addclose(data, fd);
}
