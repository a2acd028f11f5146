/*
 * lxc_read.c
 */

#ifndef VZ_LXC_READ_H
#define VZ_LXC_READ_H

#include "daemon/lxc/lxc_driver.h"


vz_code_e vz_lxc_read_memory(vz_job_t *job);
vz_code_e vz_lxc_read_disk(vz_job_t *job);
vz_code_e vz_lxc_read_cpu(vz_job_t *job);
vz_code_e vz_lxc_read_status(vz_job_t *job);
vz_code_e vz_lxc_read_list(vz_job_t *job);
vz_code_e vz_lxc_read_node(vz_job_t *job);


#endif /* VZ_LXC_READ_H */
