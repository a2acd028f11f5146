/*
 * Changes of a container: live first where it runs, then kept.  A verb that
 * fails live keeps nothing, what can't be kept is taken back; one that died
 * between the two is simply repeated.
 */

#ifndef VZ_LXC_SET_H
#define VZ_LXC_SET_H

#include "daemon/lxc/lxc_driver.h"


vz_code_e vz_lxc_set_memory(vz_job_t *job);
vz_code_e vz_lxc_set_disk(vz_job_t *job);
vz_code_e vz_lxc_set_cpu(vz_job_t *job);
vz_code_e vz_lxc_set_name(vz_job_t *job);
vz_code_e vz_lxc_set_ip(vz_job_t *job);
vz_code_e vz_lxc_set_deleteip(vz_job_t *job);
vz_code_e vz_lxc_set_gateway(vz_job_t *job);
vz_code_e vz_lxc_set_dns(vz_job_t *job);
vz_code_e vz_lxc_set_password(vz_job_t *job);


#endif /* VZ_LXC_SET_H */
