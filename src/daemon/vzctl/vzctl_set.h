/* Changes a container with "vzctl set". */

#ifndef VZ_VZCTL_SET_H
#define VZ_VZCTL_SET_H

#include "daemon/vzctl/vzctl_driver.h"


/* Primitives of base/driver.h. */
vz_code_e vz_vzctl_set_memory(vz_job_t *job, vz_memory_e which,
    uint64_t barrier, uint64_t limit, vz_done_t *done);
vz_code_e vz_vzctl_set_disk(vz_job_t *job, uint64_t soft, uint64_t hard,
    vz_done_t *done);
vz_code_e vz_vzctl_set_cpu(vz_job_t *job, uint32_t units, uint32_t percent);
vz_code_e vz_vzctl_set_hostname(vz_job_t *job, const char *name);
vz_code_e vz_vzctl_set_password(vz_job_t *job, const char *secret);
vz_code_e vz_vzctl_set_hash(vz_job_t *job, const char *hash);
vz_code_e vz_vzctl_set_keys(vz_job_t *job, const char *lines);
vz_code_e vz_vzctl_set_address_add(vz_job_t *job, const vz_ip_t *address,
    vz_done_t *done);
vz_code_e vz_vzctl_set_address_remove(vz_job_t *job, const vz_ip_t *address,
    vz_done_t *done);
vz_code_e vz_vzctl_set_dns(vz_job_t *job, const vz_ip_t *list, unsigned n);


#endif /* VZ_VZCTL_SET_H */
