#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/pidfd.h>
#include "daemon/base/file.h"
#include "daemon/base/process.h"


#define VZ_PROCESS_FORKNOEXEC  0x40UL   /* PF_FORKNOEXEC of linux/sched.h */


static uint64_t vz_process_group(pid_t group, unsigned read);
static uint64_t vz_process_io(const char *io, const char *name);


int
vz_process_of(pid_t pid, vz_process_t *process)
{
    int   field;
    char  path[32], buf[1024], *p;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);

    if (vz_file_read(path, buf, sizeof(buf)) <= 0) {
        return -1;
    }

    /*
     * the name may contain anything: fields are counted from the last
     * parenthesis
     */

    p = strrchr(buf, ')');

    if (p == NULL || p[1] == '\0' || p[2] == 'Z' || p[2] == 'X') {
        return -1;
    }

    for (field = 2; field < 22 && p != NULL; field++) {
        p = strchr(p + 1, ' ');
    }

    if (p == NULL) {
        return -1;
    }

    process->pid = pid;
    process->start = strtoull(p + 1, NULL, 10);

    return 0;
}


int
vz_process_alive(const vz_process_t *process)
{
    vz_process_t  now;

    return process->pid > 0
           && vz_process_of(process->pid, &now) == 0
           && now.start == process->start;
}


/* A descriptor of the process, or -1 where it has ended. */

static int
vz_process_open(const vz_process_t *process)
{
    int  fd;

    if (process->pid <= 0) {
        return -1;
    }

    fd = pidfd_open(process->pid, 0);

    if (fd != -1 && !vz_process_alive(process)) {
        close(fd);
        return -1;
    }

    return fd;
}


int
vz_process_wait(const vz_process_t *process, int ms)
{
    int            n;
    struct pollfd  event;

    event.fd = vz_process_open(process);
    event.events = POLLIN;

    if (event.fd == -1) {
        return 1;
    }

    do {
        n = poll(&event, 1, ms);
    } while (n == -1 && errno == EINTR);

    close(event.fd);

    return n == 1;
}


int
vz_process_kill(const vz_process_t *process, int sig)
{
    int  fd, rc;

    fd = vz_process_open(process);
    if (fd == -1) {
        return 0;
    }

    rc = pidfd_send_signal(fd, sig, NULL, 0);

    if (rc == -1 && errno == ESRCH) {
        rc = 0;
    }

    close(fd);

    return rc;
}


int
vz_process_executed(const vz_process_t *process)
{
    int            field;
    char           path[32], buf[1024], *p;
    unsigned long  flags;

    snprintf(path, sizeof(path), "/proc/%d/stat", process->pid);

    if (vz_file_read(path, buf, sizeof(buf)) <= 0) {
        return 0;
    }

    p = strrchr(buf, ')');

    for (field = 2; field < 9 && p != NULL; field++) {
        p = strchr(p + 1, ' ');
    }

    if (p == NULL) {
        return 0;
    }

    flags = strtoul(p + 1, NULL, 10);

    return (flags & VZ_PROCESS_FORKNOEXEC) == 0 && vz_process_alive(process);
}


/*
 * The process is checked after open(): its number could belong to another by
 * now, and the namespace to the host.
 */

int
vz_process_ns(const vz_process_t *process, const char *name)
{
    int   fd;
    char  path[48];

    snprintf(path, sizeof(path), "/proc/%d/ns/%s", process->pid, name);

    fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd != -1 && !vz_process_alive(process)) {
        close(fd);
        fd = -1;
        errno = ESRCH;
    }

    return fd;
}


uint64_t
vz_process_group_written(pid_t group)
{
    return vz_process_group(group, 0);
}


uint64_t
vz_process_group_moved(pid_t group)
{
    return vz_process_group(group, 1);
}


static uint64_t
vz_process_group(pid_t group, unsigned read)
{
    DIR            *dir;
    char            path[NAME_MAX + 16], buf[512];
    uint64_t        bytes;
    struct dirent  *entry;

    dir = opendir("/proc");
    if (dir == NULL) {
        return 0;
    }

    bytes = 0;

    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9'
            || getpgid((pid_t) atoi(entry->d_name)) != group)
        {
            continue;
        }

        snprintf(path, sizeof(path), "/proc/%s/io", entry->d_name);

        if (vz_file_read(path, buf, sizeof(buf)) > 0) {
            bytes += vz_process_io(buf, "wchar: ")
                     + (read ? vz_process_io(buf, "rchar: ") : 0);
        }
    }

    closedir(dir);

    return bytes;
}


static uint64_t
vz_process_io(const char *io, const char *name)
{
    const char  *p;

    p = strstr(io, name);

    return p ? strtoull(p + strlen(name), NULL, 10) : 0;
}


uint64_t
vz_process_age(const vz_process_t *process)
{
    uint64_t         ticks, hz;
    struct timespec  now;

    hz = (uint64_t) sysconf(_SC_CLK_TCK);

    clock_gettime(CLOCK_BOOTTIME, &now);
    ticks = (uint64_t) now.tv_sec * hz
            + (uint64_t) now.tv_nsec / (1000000000 / hz);

    return ticks > process->start ? (ticks - process->start) / hz : 0;
}
