/*
 * Reading: numbers and status words of vzlist, CTID.conf, /proc/vz/vestat.
 */

#ifndef VZ_VZCTL_READ_H
#define VZ_VZCTL_READ_H

#include "daemon/vzctl/vzctl_driver.h"


vz_code_e vz_vzctl_read_memory(vz_job_t *job);
vz_code_e vz_vzctl_read_disk(vz_job_t *job);
vz_code_e vz_vzctl_read_cpu(vz_job_t *job);
vz_code_e vz_vzctl_read_status(vz_job_t *job);
vz_code_e vz_vzctl_read_list(vz_job_t *job);
vz_code_e vz_vzctl_read_node(vz_job_t *job);


#endif /* VZ_VZCTL_READ_H */
