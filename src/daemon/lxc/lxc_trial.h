/*
 * A backup is tried: restored into a container that nobody is told of, which
 * has a number of its own and no network, started, watched, and removed.
 */

#ifndef VZ_LXC_TRIAL_H
#define VZ_LXC_TRIAL_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"


/* The primitive of base/driver.h. */
vz_code_e vz_lxc_trial(vz_job_t *job, const vz_backup_t *from,
    unsigned seconds, vz_trial_t *trial);

/*
 * vz_lxc_trial_left: 1 where a shadow (ct_store.h) tells that its number is a
 * trial's.  vz_lxc_trial_sweep: remove what is left of that trial, whose
 * process is gone: the caller holds the lock of its number.  Failures are
 * logged, and the shadow stays for the next one who looks.
 */
int vz_lxc_trial_left(const vz_ct_t *ct);
void vz_lxc_trial_sweep(const vz_config_t *conf, const vz_ct_t *ct);


#endif /* VZ_LXC_TRIAL_H */
