/*
 * Containers are created, destroyed, and given their tag.
 */

#ifndef VZ_LXC_LIFECYCLE_H
#define VZ_LXC_LIFECYCLE_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"
#include "daemon/rootfs/rootfs.h"


/* Primitives of base/driver.h. */
vz_code_e vz_lxc_lifecycle_create(vz_job_t *job, const char *template,
    const char *tag, vz_done_t *done);
vz_code_e vz_lxc_lifecycle_destroy(vz_job_t *job, vz_done_t *done);
vz_code_e vz_lxc_lifecycle_tag(const vz_config_t *conf, uint32_t ctid,
    char tag[VZ_TAG_LEN + 1]);
vz_code_e vz_lxc_lifecycle_set_tag(vz_job_t *job, const char *tag);

/*
 * vz_lxc_lifecycle_clear: remove what a process that died left of such a
 * container's making or removal; ct->dir becomes the folder in which one is
 * made.  vz_lxc_lifecycle_make: make that folder, with an image of ct->disk and
 * the template's system in it, its name and keys; a container that has ids
 * keeps them.  disk makes that image; NULL: vz_lxc_lifecycle_empty(), which
 * makes an empty one.  vz_lxc_lifecycle_publish: the folder becomes that of
 * container ct.  vz_lxc_lifecycle_create_as: both, of a container with the
 * limits and the name of a new one.  VZ_OK, or a code with the job's words set.
 */
typedef vz_code_e (*vz_lxc_disk_pt)(vz_job_t *job, const vz_ct_t *ct,
    const void *data);

vz_code_e vz_lxc_lifecycle_clear(vz_job_t *job, vz_ct_t *ct);
vz_code_e vz_lxc_lifecycle_make(vz_job_t *job, vz_ct_t *ct,
    vz_lxc_disk_pt disk, const void *data);
vz_code_e vz_lxc_lifecycle_empty(vz_job_t *job, const vz_ct_t *ct);
vz_code_e vz_lxc_lifecycle_publish(vz_job_t *job, vz_ct_t *ct);
vz_code_e vz_lxc_lifecycle_create_as(vz_job_t *job, vz_ct_t *ct,
    vz_lxc_disk_pt disk, const void *data);


/*
 * vz_lxc_lifecycle_furnish: write its name and name servers into its root, and
 * with identity host keys and a machine-id of its own.  VZ_OK, or another code
 * with the job's words set.
 */
vz_code_e vz_lxc_lifecycle_furnish(vz_job_t *job, const vz_ct_t *ct,
    unsigned identity);


#endif /* VZ_LXC_LIFECYCLE_H */
