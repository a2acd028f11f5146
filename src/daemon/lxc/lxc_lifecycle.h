/*
 * lxc_lifecycle.c
 */

#ifndef VZ_LXC_LIFECYCLE_H
#define VZ_LXC_LIFECYCLE_H

#include "daemon/lxc/lxc_driver.h"


vz_code_e vz_lxc_lifecycle_create(vz_job_t *job);
vz_code_e vz_lxc_lifecycle_destroy(vz_job_t *job);
vz_code_e vz_lxc_lifecycle_adopt(vz_job_t *job);
vz_code_e vz_lxc_lifecycle_tag(const vz_config_t *conf, uint32_t ctid,
    char tag[VZ_TAG_LEN + 1]);


#endif /* VZ_LXC_LIFECYCLE_H */
