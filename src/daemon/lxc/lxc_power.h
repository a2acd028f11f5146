/*
 * Start, stop, restart.  liblxc starts; stopping needs only the signals that
 * init obeys and the ends of two processes that the hook has written down.
 */

#ifndef VZ_LXC_POWER_H
#define VZ_LXC_POWER_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"


/*
 * vz_lxc_power_halt: stop it within timeout milliseconds, then kill; 0 kills
 * at once.  Everything it holds on the host is free afterwards.  VZ_OK with
 * killed set accordingly, or VZ_FAILED with words.
 */
vz_code_e vz_lxc_power_halt(const vz_config_t *conf, const vz_ct_t *ct,
    int timeout, unsigned *killed, char *words);

/* vz_lxc_power_ask: tell init to shut down and do not wait; 1 when it runs. */
int vz_lxc_power_ask(const vz_config_t *conf, const vz_ct_t *ct);

/*
 * vz_lxc_power_unlock: remove the lock file that liblxc leaves in /run for it;
 * with ct NULL the folders that held them.
 */
void vz_lxc_power_unlock(const vz_config_t *conf, const vz_ct_t *ct);

/*
 * vz_lxc_power_clean: what a killed monitor left behind.  0, or -1 with words.
 */
int vz_lxc_power_clean(const vz_config_t *conf, const vz_ct_t *ct,
    char *words);

/* Primitives of base/driver.h. */
vz_code_e vz_lxc_power_boot(vz_job_t *job, vz_done_t *done);
vz_code_e vz_lxc_power_start(vz_job_t *job, vz_done_t *done);
vz_code_e vz_lxc_power_stop(vz_job_t *job, unsigned again, vz_done_t *done);


#endif /* VZ_LXC_POWER_H */
