/*
 * The figures of one container, from its record, its cgroups and its file
 * system.  Only the addresses of its interface are read inside the guest.
 */

#ifndef VZ_LXC_STAT_H
#define VZ_LXC_STAT_H

#include "daemon/base/ct_stat.h"
#include "daemon/cgroup/cgroup.h"
#include "daemon/rootfs/disk.h"


typedef struct {
    vz_ct_power_e    state;
    unsigned         running;         /* 1: its init lives */
    uint64_t         uptime;          /* seconds */
    vz_ct_state_t    run;
    vz_cgroup_use_t  use;
    vz_disk_use_t    disk;
} vz_lxc_stat_t;


/* vz_lxc_stat: measure a container. */
void vz_lxc_stat(const vz_ct_t *ct, vz_lxc_stat_t *stat);

/* vz_lxc_stat_fill: what was measured, and the record, as a driver's values. */
void vz_lxc_stat_fill(const vz_ct_t *ct, const vz_lxc_stat_t *stat,
    vz_ct_stat_t *out);

/* vz_lxc_stat_detail: the same of what only one container's status shows. */
void vz_lxc_stat_detail(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_lxc_stat_t *stat, vz_ct_detail_t *detail);


#endif /* VZ_LXC_STAT_H */
