/*
 * A rescue system for a container: it boots that one, under its own number and
 * addresses, with its own disk at /mnt.
 */

#ifndef VZ_LXC_RESCUE_H
#define VZ_LXC_RESCUE_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"
#include "daemon/rootfs/rootfs.h"


/* Primitives of base/driver.h. */
vz_code_e vz_lxc_rescue(vz_job_t *job, vz_done_t *done);
vz_code_e vz_lxc_rescue_leave(vz_job_t *job, vz_done_t *done);

/*
 * vz_lxc_rescue_tidy: remove the image of a rescue system that no record names,
 * as a process leaves it that died before its switch or after it; under the
 * container's lock.
 */
void vz_lxc_rescue_tidy(const vz_ct_t *ct);

/*
 * vz_lxc_rescue_both: run a function on the container's own root, and in rescue
 * on the rescue system's, too (vz_rootfs_enter() with guest set, and no data).
 * VZ_OK, or its code with the job's words set.
 */
vz_code_e vz_lxc_rescue_both(vz_job_t *job, const vz_ct_t *ct,
    vz_rootfs_pt write);

/*
 * vz_lxc_rescue_refuse: VZ_STATE with the job's words where the container is in
 * rescue, for what needs its own system; else VZ_OK.
 */
vz_code_e vz_lxc_rescue_refuse(vz_job_t *job, const vz_ct_t *ct);


#endif /* VZ_LXC_RESCUE_H */
