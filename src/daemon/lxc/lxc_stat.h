/*
 * The figures of one container as "key=value" pairs, from its record, its
 * cgroups and its file system.  Nothing comes from inside the guest.
 */

#ifndef VZ_LXC_STAT_H
#define VZ_LXC_STAT_H

#include "daemon/cgroup/cgroup.h"
#include "daemon/rootfs/disk.h"


typedef struct {
    const char      *state;           /* running stopped frozen */
    unsigned         running;         /* its init lives */
    uint64_t         uptime;          /* s */
    vz_ct_state_t    run;
    vz_cgroup_use_t  use;
    vz_disk_use_t    disk;
} vz_lxc_stat_t;


/* vz_lxc_stat: everything of one container. */
void vz_lxc_stat(const vz_ct_t *ct, vz_lxc_stat_t *stat);

/*
 * vz_lxc_stat_print: what list shows, and with whole what status shows
 * besides; into line (VZ_REPLY_MAX bytes).
 */
void vz_lxc_stat_print(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_lxc_stat_t *stat, unsigned whole, char *line);


#endif /* VZ_LXC_STAT_H */
