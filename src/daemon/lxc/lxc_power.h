/* Containers are started and stopped. */

#ifndef VZ_LXC_POWER_H
#define VZ_LXC_POWER_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"


/*
 * vz_lxc_power_halt: stop a container within timeout milliseconds, then kill
 * it; with 0 kill it at once. Everything that it uses on the host is free
 * afterwards. VZ_OK with killed set to 1 where it was killed, or VZ_FAILED
 * with words (VZ_WORDS_MAX bytes).
 */
vz_code_e vz_lxc_power_halt(const vz_config_t *conf, const vz_ct_t *ct,
    int timeout, unsigned *killed, char *words);

/*
 * vz_lxc_power_ask: tell init to shut down, without waiting. 1 where it runs.
 */
int vz_lxc_power_ask(const vz_config_t *conf, const vz_ct_t *ct);

/*
 * vz_lxc_power_unlock: remove the lock file that liblxc leaves in /run for a
 * container; with ct NULL remove the folders of those files.
 */
void vz_lxc_power_unlock(const vz_config_t *conf, const vz_ct_t *ct);

/*
 * vz_lxc_power_clean: remove what a killed monitor left. 0, or -1 with words.
 */
int vz_lxc_power_clean(const vz_config_t *conf, const vz_ct_t *ct,
    char *words);

/*
 * vz_lxc_power_try: start the job's container as it is: whether it is wanted to
 * run stays as it was, and nothing of a first boot is begun.  As start below.
 */
vz_code_e vz_lxc_power_try(vz_job_t *job);

/* Primitives of base/driver.h. */
vz_code_e vz_lxc_power_boot(vz_job_t *job, vz_done_t *done);
vz_code_e vz_lxc_power_start(vz_job_t *job, vz_done_t *done);
vz_code_e vz_lxc_power_stop(vz_job_t *job, vz_stop_e how, vz_done_t *done);


#endif /* VZ_LXC_POWER_H */
