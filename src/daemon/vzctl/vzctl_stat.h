/* /proc/vz/vestat: the CPU time that each container used. */

#ifndef VZ_VZCTL_STAT_H
#define VZ_VZCTL_STAT_H

#include "daemon/vzctl/vzctl_driver.h"


/*
 * vz_vzctl_stat_read: read all rows, sorted by ID. Returns their number; the
 * caller gives *stats to free(3). vz_vzctl_stat_find: the row of a container,
 * or NULL.
 */
size_t vz_vzctl_stat_read(const vz_config_t *conf, vz_vzctl_stat_t **stats);
const vz_vzctl_stat_t *vz_vzctl_stat_find(const vz_vzctl_stat_t *stats,
    size_t n, uint32_t ctid);

/*
 * vz_vzctl_stat_ns: the CPU time in nanoseconds, by the container's uptime in
 * seconds; VZ_CT_STAT_UNKNOWN where stat is NULL or the uptime is unknown.
 */
uint64_t vz_vzctl_stat_ns(const vz_vzctl_stat_t *stat, uint64_t uptime);


#endif /* VZ_VZCTL_STAT_H */
