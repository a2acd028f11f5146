/*
 * /proc/vz/vestat: the CPU time that each container used.
 *
 * A row is: ID; user, nice, system, uptime in jiffies; idle, strv, uptime,
 * used in cycles or nanoseconds, depending on the kernel's version.
 */

#include <stdio.h>
#include <stdlib.h>
#include "daemon/vzctl/vzctl_driver.h"
#include "daemon/vzctl/vzctl_stat.h"


static int vz_vzctl_stat_order(const void *a, const void *b);


size_t
vz_vzctl_stat_read(const vz_config_t *conf, vz_vzctl_stat_t **stats)
{
    char             path[PATH_MAX + 16], line[512];
    FILE            *fp;
    size_t           n, max;
    vz_vzctl_stat_t  stat, *more;

    *stats = NULL;

    (void) snprintf(path, sizeof(path), "%s/vestat", conf->vz_proc);

    fp = fopen(path, "re");
    if (fp == NULL) {
        return 0;
    }

    n = 0;
    max = 0;

    while (fgets(line, sizeof(line), fp)) {
        if (sscanf(line, "%u %*u %*u %*u %lu %*u %*u %llu %llu", &stat.ctid,
                   &stat.jiffies, &stat.clock, &stat.used) != 4)
        {
            continue;
        }

        if (n == max) {
            max = max ? 2 * max : 64;

            more = realloc(*stats, max * sizeof(stat));
            if (more == NULL) {
                break;
            }

            *stats = more;
        }

        (*stats)[n++] = stat;
    }

    (void) fclose(fp);

    if (n) {
        qsort(*stats, n, sizeof(stat), vz_vzctl_stat_order);
    }

    return n;
}


static int
vz_vzctl_stat_order(const void *a, const void *b)
{
    const vz_vzctl_stat_t  *one, *two;

    one = a;
    two = b;

    return one->ctid < two->ctid ? -1 : one->ctid > two->ctid;
}


const vz_vzctl_stat_t *
vz_vzctl_stat_find(const vz_vzctl_stat_t *stats, size_t n, uint32_t ctid)
{
    vz_vzctl_stat_t  key;

    key.ctid = ctid;

    return n ? bsearch(&key, stats, n, sizeof(key),
                       vz_vzctl_stat_order) : NULL;
}


/*
 * The uptime of vzlist in seconds tells the length of a jiffy; the two uptimes
 * of the row tell the length of a unit of the clock.
 */
uint64_t
vz_vzctl_stat_ns(const vz_vzctl_stat_t *stat, uint64_t uptime)
{
    size_t    i;
    double    rate;
    unsigned  hz;

    static const unsigned  rates[] = { 100, 250, 1000 };

    if (stat == NULL || uptime == VZ_CT_STAT_UNKNOWN) {
        return VZ_CT_STAT_UNKNOWN;
    }

    /* whole seconds are too coarse before that */
    if (uptime < 2 || stat->clock == 0) {
        return 0;
    }

    rate = (double) stat->jiffies / (double) uptime;
    hz = rates[0];

    for (i = 1; i < sizeof(rates) / sizeof(rates[0]); i++) {
        if (rate > rates[i] * 0.7) {
            hz = rates[i];
        }
    }

    return (uint64_t) ((double) stat->used / (double) stat->clock
                       * ((double) stat->jiffies / hz) * 1e9);
}
