/*
 * What the files of the lxc driver share.
 */

#ifndef VZ_DRIVER_LXC_H
#define VZ_DRIVER_LXC_H

#include "driver.h"
#include "run.h"
#include "store.h"


/*
 * vz_lxc_load: the record of the verb's container, or why not, said by
 * vz_job_end().
 */
vz_code_e vz_lxc_load(vz_job_t *job, vz_ct_t *ct);

/* vz_lxc_save: the record written, or why not, said. */
vz_code_e vz_lxc_save(vz_job_t *job, const vz_ct_t *ct);

/*
 * vz_lxc_halt: stop it within timeout milliseconds, then kill; 0 kills at
 * once.  Everything it holds on the host is free afterwards.  VZ_OK with
 * killed set accordingly, or VZ_FAILED with words.
 */
vz_code_e vz_lxc_halt(const vz_config_t *conf, const vz_ct_t *ct, int timeout,
    unsigned *killed, char *words);

/* vz_lxc_ask: tell init to shut down and do not wait; 1 when it runs. */
int vz_lxc_ask(const vz_config_t *conf, const vz_ct_t *ct);

/*
 * vz_lxc_unlock: remove the lock file that liblxc leaves in /run for it; with
 * ct NULL the folders that held them.
 */
void vz_lxc_unlock(const vz_config_t *conf, const vz_ct_t *ct);

/* vz_lxc_clean: what a killed monitor left behind.  0, or -1 with words. */
int vz_lxc_clean(const vz_config_t *conf, const vz_ct_t *ct, char *words);


vz_code_e vz_lxc_create(vz_job_t *job);
vz_code_e vz_lxc_destroy(vz_job_t *job);
vz_code_e vz_lxc_adopt(vz_job_t *job);
vz_code_e vz_lxc_tag(const vz_config_t *conf, uint32_t ctid,
    char tag[VZ_TAG_LEN + 1]);

/* vz_lxc_boot: start where it is still wanted to run, else VZ_OK. */
vz_code_e vz_lxc_boot(vz_job_t *job);

vz_code_e vz_lxc_start(vz_job_t *job);
vz_code_e vz_lxc_stop(vz_job_t *job);
vz_code_e vz_lxc_restart(vz_job_t *job);

vz_code_e vz_lxc_setmemory(vz_job_t *job);
vz_code_e vz_lxc_setdisk(vz_job_t *job);
vz_code_e vz_lxc_setcpu(vz_job_t *job);
vz_code_e vz_lxc_setname(vz_job_t *job);
vz_code_e vz_lxc_setip(vz_job_t *job);
vz_code_e vz_lxc_deleteip(vz_job_t *job);
vz_code_e vz_lxc_setgateway(vz_job_t *job);
vz_code_e vz_lxc_setdns(vz_job_t *job);
vz_code_e vz_lxc_passwd(vz_job_t *job);

vz_code_e vz_lxc_getmemory(vz_job_t *job);
vz_code_e vz_lxc_getdisk(vz_job_t *job);
vz_code_e vz_lxc_getcpu(vz_job_t *job);
vz_code_e vz_lxc_status(vz_job_t *job);
vz_code_e vz_lxc_list(vz_job_t *job);
vz_code_e vz_lxc_node(vz_job_t *job);


#endif /* VZ_DRIVER_LXC_H */
