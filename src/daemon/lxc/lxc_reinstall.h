/*
 * Another system for a container, which keeps its number, addresses and limits;
 * and the way back to the one before it.
 */

#ifndef VZ_LXC_REINSTALL_H
#define VZ_LXC_REINSTALL_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"


/* Primitives of base/driver.h. */
vz_code_e vz_lxc_reinstall(vz_job_t *job, const char *template,
    vz_done_t *done);
vz_code_e vz_lxc_reinstall_revert(vz_job_t *job, vz_done_t *done);

/*
 * vz_lxc_reinstall_switch: for vz_lxc_switch_run(): the system that was made
 * beside becomes the container's by one write of its record, and the one before
 * it is kept.  VZ_OK, or another code with the job's words set.
 */
vz_code_e vz_lxc_reinstall_switch(vz_job_t *job, vz_ct_t *ct,
    const vz_ct_t *fresh);

/*
 * vz_lxc_reinstall_expire: remove the system before the last reinstall, where
 * its time is over and nobody works on the container.  Failures are logged.
 */
void vz_lxc_reinstall_expire(const vz_config_t *conf, const vz_ct_t *ct);

/*
 * vz_lxc_reinstall_tidy: remove an image that no record names, as a process
 * leaves it that died before its switch; under the container's lock.
 */
void vz_lxc_reinstall_tidy(const vz_ct_t *ct);


#endif /* VZ_LXC_REINSTALL_H */
