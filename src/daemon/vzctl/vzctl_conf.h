/*
 * Reads the files of vzctl, CTID.conf and vz.conf, and keeps a file of our own
 * with what create was asked for.
 */

#ifndef VZ_VZCTL_CONF_H
#define VZ_VZCTL_CONF_H

#include "daemon/vzctl/vzctl_driver.h"


/*
 * vz_vzctl_conf: read CTID.conf. VZ_OK, VZ_NOENT where there is none,
 * VZ_INTERNAL with errno. vz_vzctl_conf_load: the same for the job's
 * container, with the job's words set.
 */
vz_code_e vz_vzctl_conf(const vz_config_t *conf, uint32_t ctid,
    vz_vzctl_conf_t *ct);
vz_code_e vz_vzctl_conf_load(vz_job_t *job, vz_vzctl_conf_t *ct);

/* vz_vzctl_conf_owner: another container that has the address; 0 for none. */
uint32_t vz_vzctl_conf_owner(const vz_config_t *conf, uint32_t ctid,
    const vz_ip_t *address);

/*
 * vz_vzctl_conf_global: print a path that vz.conf, beside vz_conf_dir, has
 * under name, up to its "$VEID"; otherwise where it has none.
 */
void vz_vzctl_conf_global(const vz_config_t *conf, const char *name,
    const char *otherwise, char path[PATH_MAX]);

/*
 * vz_vzctl_conf_private: print the path of a container's private area
 * (PATH_MAX bytes). 0, or -1 with errno.
 */
int vz_vzctl_conf_private(const vz_config_t *conf, uint32_t ctid, char *path);

/*
 * vz_vzctl_conf_note: print the path of a file of our own of a container, of
 * that kind (PATH_MAX bytes). 0, or -1 with errno.
 */
int vz_vzctl_conf_note(const vz_config_t *conf, uint32_t ctid,
    const char *kind, char *path);

/*
 * vz_vzctl_conf_unlink: remove CTID.conf.destroyed and its like. 0, or -1 with
 * errno.
 */
int vz_vzctl_conf_unlink(const vz_config_t *conf, uint32_t ctid);

/*
 * vz_vzctl_conf_made: read what create was asked for. 0, or -1 where we did
 * not create the container. vz_vzctl_conf_make: write it;
 * vz_vzctl_conf_forget: remove it. 0, or -1 with errno.
 */
int vz_vzctl_conf_made(const vz_config_t *conf, uint32_t ctid,
    vz_vzctl_made_t *made);
int vz_vzctl_conf_make(const vz_config_t *conf, uint32_t ctid,
    const vz_vzctl_made_t *made);
int vz_vzctl_conf_forget(const vz_config_t *conf, uint32_t ctid);

/* Primitive of base/driver.h. */
vz_code_e vz_vzctl_conf_tag(const vz_config_t *conf, uint32_t ctid,
    char tag[VZ_TAG_LEN + 1]);


#endif /* VZ_VZCTL_CONF_H */
