#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/lxc/lxcfs.h"


#define VZ_LXCFS_DEVICE  24         /* "0:4294967295" of mountinfo */


static int vz_lxcfs_device(const char *pid, const char *point,
    char device[VZ_LXCFS_DEVICE]);


int
vz_lxcfs_alive(const vz_config_t *conf)
{
    int      fd;
    char     path[PATH_MAX + 16];
    ssize_t  n;

    if (strcmp(conf->lxcfs, "none") == 0) {
        return 1;
    }

    snprintf(path, sizeof(path), "%s/proc/meminfo", conf->lxcfs);

    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1) {
        return 0;
    }

    n = read(fd, path, 16);
    close(fd);

    return n > 0;
}


int
vz_lxcfs_gone(const vz_config_t *conf, const vz_ct_state_t *run)
{
    char  pid[16], host[VZ_LXCFS_DEVICE], guest[VZ_LXCFS_DEVICE];

    if (run->init.pid == 0 || strcmp(conf->lxcfs, "none") == 0) {
        return 0;
    }

    snprintf(pid, sizeof(pid), "%d", run->init.pid);

    if (!vz_lxcfs_device(pid, "/proc/meminfo", guest)
        || !vz_process_alive(&run->init))
    {
        return 0;
    }

    return !vz_lxcfs_device("self", conf->lxcfs, host)
           || strcmp(host, guest) != 0;
}


/*
 * A line of mountinfo, proc(5): "36 35 0:57 / /proc/meminfo ... - fuse.lxcfs
 * ..."
 */

static int
vz_lxcfs_device(const char *pid, const char *point,
    char device[VZ_LXCFS_DEVICE])
{
    int      found;
    char     path[64], *line, at[PATH_MAX];
    FILE    *fp;
    size_t   room;

    snprintf(path, sizeof(path), "/proc/%s/mountinfo", pid);

    fp = fopen(path, "re");
    if (fp == NULL) {
        return 0;
    }

    found = 0;
    line = NULL;
    room = 0;

    /* the last mount hides those before it */

    while (getline(&line, &room, fp) > 0) {
        if (strstr(line, " - fuse.lxcfs ") != NULL
            && sscanf(line, "%*s %*s %23s %*s %4095s", path, at) == 2
            && strcmp(at, point) == 0)
        {
            snprintf(device, VZ_LXCFS_DEVICE, "%.23s", path);
            found = 1;
        }
    }

    free(line);
    fclose(fp);

    return found;
}
