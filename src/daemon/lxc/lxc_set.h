/*
 * Limits, name and password of a container (see lxc_change.h).
 */

#ifndef VZ_LXC_SET_H
#define VZ_LXC_SET_H

#include "daemon/base/driver.h"


/* Primitives of base/driver.h. */
vz_code_e vz_lxc_set_memory(vz_job_t *job, vz_memory_e which,
    uint64_t barrier, uint64_t limit, vz_done_t *done);
vz_code_e vz_lxc_set_disk(vz_job_t *job, uint64_t soft, uint64_t hard,
    vz_done_t *done);
vz_code_e vz_lxc_set_cpu(vz_job_t *job, uint32_t units, uint32_t percent);
vz_code_e vz_lxc_set_rate(vz_job_t *job, uint32_t in, uint32_t out);
vz_code_e vz_lxc_set_hostname(vz_job_t *job, const char *name);
vz_code_e vz_lxc_set_password(vz_job_t *job, const char *secret);
vz_code_e vz_lxc_set_hash(vz_job_t *job, const char *hash);
vz_code_e vz_lxc_set_keys(vz_job_t *job, const char *lines);


#endif /* VZ_LXC_SET_H */
