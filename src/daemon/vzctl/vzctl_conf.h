/*
 * Files of vzctl that are read (CTID.conf, vz.conf), and our own one that
 * says what create was asked for.
 */

#ifndef VZ_VZCTL_CONF_H
#define VZ_VZCTL_CONF_H

#include "daemon/vzctl/vzctl_driver.h"


/*
 * vz_vzctl_conf: VZ_OK, VZ_NOENT where there is no CTID.conf, VZ_INTERNAL
 * with errno.  vz_vzctl_conf_load: the same for the verb's container, said.
 */
vz_code_e vz_vzctl_conf(const vz_config_t *conf, uint32_t ctid,
    vz_vzctl_conf_t *ct);
vz_code_e vz_vzctl_conf_load(vz_job_t *job, vz_vzctl_conf_t *ct);

/*
 * vz_vzctl_conf_owner: the other container that has the address; 0 for none.
 */
uint32_t vz_vzctl_conf_owner(const vz_config_t *conf, uint32_t ctid,
    const vz_ip_t *address);

/*
 * vz_vzctl_conf_global: a value of vz.conf, which lies beside vz_conf_dir,
 * with "$VEID" and what follows it cut off; or what stands for it.
 */
void vz_vzctl_conf_global(const vz_config_t *conf, const char *name,
    const char *otherwise, char path[PATH_MAX]);

/*
 * vz_vzctl_conf_unlink: CTID.conf.destroyed and its like.  0, or -1 with
 * errno.
 */
int vz_vzctl_conf_unlink(const vz_config_t *conf, uint32_t ctid);

/*
 * vz_vzctl_conf_made: 0, or -1 where nobody asked us for it.
 * vz_vzctl_conf_make: write it; vz_vzctl_conf_forget: remove it.  0 or -1.
 */
int vz_vzctl_conf_made(const vz_config_t *conf, uint32_t ctid,
    vz_vzctl_made_t *made);
int vz_vzctl_conf_make(const vz_config_t *conf, uint32_t ctid,
    const vz_vzctl_made_t *made);
int vz_vzctl_conf_forget(const vz_config_t *conf, uint32_t ctid);

vz_code_e vz_vzctl_conf_tag(const vz_config_t *conf, uint32_t ctid,
    char tag[VZ_TAG_LEN + 1]);


#endif /* VZ_VZCTL_CONF_H */
