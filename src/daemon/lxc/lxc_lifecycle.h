/*
 * Containers are created, destroyed, and given their tag.
 */

#ifndef VZ_LXC_LIFECYCLE_H
#define VZ_LXC_LIFECYCLE_H

#include "daemon/base/driver.h"


/* Primitives of base/driver.h. */
vz_code_e vz_lxc_lifecycle_create(vz_job_t *job, const char *template,
    const char *tag, vz_done_t *done);
vz_code_e vz_lxc_lifecycle_destroy(vz_job_t *job, vz_done_t *done);
vz_code_e vz_lxc_lifecycle_tag(const vz_config_t *conf, uint32_t ctid,
    char tag[VZ_TAG_LEN + 1]);
vz_code_e vz_lxc_lifecycle_set_tag(vz_job_t *job, const char *tag);


#endif /* VZ_LXC_LIFECYCLE_H */
