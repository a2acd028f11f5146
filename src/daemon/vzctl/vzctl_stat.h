/*
 * /proc/vz/vestat: what each container used of the CPUs.
 *
 * A row: ID; user, nice, system, uptime in jiffies; idle, strv, uptime, used
 * in cycles or nanoseconds, as the kernel's version has it.
 */

#ifndef VZ_VZCTL_STAT_H
#define VZ_VZCTL_STAT_H

#include "daemon/vzctl/vzctl_driver.h"


/* vz_vzctl_stat_read: rows to be given to free(3), by ID; their number. */
size_t vz_vzctl_stat_read(const vz_config_t *conf, vz_vzctl_stat_t **stats);
const vz_vzctl_stat_t *vz_vzctl_stat_find(const vz_vzctl_stat_t *stats,
    size_t n, uint32_t ctid);

/* vz_vzctl_stat_ns: in nanoseconds, by the container's uptime in seconds. */
uint64_t vz_vzctl_stat_ns(const vz_vzctl_stat_t *stat, uint64_t uptime);


#endif /* VZ_VZCTL_STAT_H */
