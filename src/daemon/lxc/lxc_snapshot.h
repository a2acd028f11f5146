/* Snapshots of a container's disk. */

#ifndef VZ_LXC_SNAPSHOT_H
#define VZ_LXC_SNAPSHOT_H

#include "daemon/base/driver.h"


/* Primitives of base/driver.h. */
vz_code_e vz_lxc_snapshot_take(vz_job_t *job, const char *name,
    vz_done_t *done);
vz_code_e vz_lxc_snapshot_roll(vz_job_t *job, const char *name);
vz_code_e vz_lxc_snapshot_drop(vz_job_t *job, const char *name,
    vz_done_t *done);
vz_code_e vz_lxc_snapshot_each(vz_job_t *job, vz_snapshot_pt each,
    void *data, uint64_t *all);
void vz_lxc_snapshot_tend(const vz_config_t *conf);


#endif /* VZ_LXC_SNAPSHOT_H */
