#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/base/log.h"
#include "daemon/base/sysinfo.h"


/*
 * Limits of a stock kernel that many containers exceed. Each systemd needs
 * three inotify instances, but the default is 128 for each owner. Neighbour
 * entries are needed for each address that the host talks to. Terminals,
 * asynchronous reads and process numbers cost memory of their owner, which is
 * limited elsewhere, so these limits may be as high as any memory allows.
 */

static const struct {
    const char   *path;
    uint64_t      least;
} vz_sysinfo_limits[] = {
    { "/proc/sys/fs/inotify/max_user_instances", 65536 },
    { "/proc/sys/fs/inotify/max_user_watches", 1048576 },
    { "/proc/sys/kernel/pid_max", 4194304 },
    { "/proc/sys/kernel/pty/max", 1048576 },
    { "/proc/sys/fs/aio-max-nr", (uint64_t) 1 << 34 },
    { "/proc/sys/net/ipv4/neigh/default/gc_thresh3", 16384 },
    { "/proc/sys/net/ipv4/neigh/default/gc_thresh2", 8192 },
    { "/proc/sys/net/ipv6/neigh/default/gc_thresh3", 16384 },
    { "/proc/sys/net/ipv6/neigh/default/gc_thresh2", 8192 }
};


static int vz_sysinfo_raise(const char *path, uint64_t least);


void
vz_sysinfo_room(void)
{
    size_t  i;

    for (i = 0; i < sizeof(vz_sysinfo_limits) / sizeof(vz_sysinfo_limits[0]);
         i++)
    {
        if (vz_sysinfo_raise(vz_sysinfo_limits[i].path,
                             vz_sysinfo_limits[i].least)
            == -1)
        {
            vz_log(LOG_WARNING, "%s can't be raised to %" PRIu64 ": %s",
                   vz_sysinfo_limits[i].path, vz_sysinfo_limits[i].least,
                   strerror(errno));
        }
    }
}


static int
vz_sysinfo_raise(const char *path, uint64_t least)
{
    int        rc;
    FILE      *fp;
    uint64_t   now;

    fp = fopen(path, "re");
    if (fp == NULL) {
        return errno == ENOENT ? 0 : -1;
    }

    rc = fscanf(fp, "%" SCNu64, &now);
    fclose(fp);

    if (rc != 1 || now >= least) {
        return 0;
    }

    fp = fopen(path, "we");
    if (fp == NULL) {
        return -1;
    }

    fprintf(fp, "%" PRIu64 "\n", least);

    if (fclose(fp) == EOF) {
        return -1;
    }

    vz_log(LOG_NOTICE, "%s was %" PRIu64 ", is %" PRIu64, path, now, least);

    return 0;
}


void
vz_sysinfo_memory(uint64_t *total, uint64_t *available)
{
    char                 line[128];
    FILE                *fp;
    unsigned long long   kb;

    *total = 0;
    *available = 0;

    fp = fopen("/proc/meminfo", "re");
    if (fp == NULL) {
        return;
    }

    /* kernels of OpenVZ have no MemAvailable; elsewhere it follows MemFree */

    while (fgets(line, sizeof(line), fp) != NULL) {
        if (sscanf(line, "MemTotal: %llu", &kb) == 1) {
            *total = kb * 1024;

        } else if (sscanf(line, "MemFree: %llu", &kb) == 1
                   || sscanf(line, "MemAvailable: %llu", &kb) == 1)
        {
            *available = kb * 1024;
        }
    }

    fclose(fp);
}


double
vz_sysinfo_load1(void)
{
    double  load;

    return getloadavg(&load, 1) == 1 ? load : 0;
}
