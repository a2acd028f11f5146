/*
 * Changes of a container: "vzctl set CTID --OPTION=VALUE --save", which
 * applies them where it runs and keeps them.  vzctl checks next to nothing
 * and CTID.conf is a script of root's shell, so every value here is one that
 * the grammar of the protocol let pass, or a number of our own.
 */

#ifndef VZ_VZCTL_SET_H
#define VZ_VZCTL_SET_H

#include "daemon/vzctl/vzctl_driver.h"


vz_code_e vz_vzctl_set_memory(vz_job_t *job);
vz_code_e vz_vzctl_set_disk(vz_job_t *job);
vz_code_e vz_vzctl_set_cpu(vz_job_t *job);
vz_code_e vz_vzctl_set_name(vz_job_t *job);
vz_code_e vz_vzctl_set_ip(vz_job_t *job);
vz_code_e vz_vzctl_set_deleteip(vz_job_t *job);
vz_code_e vz_vzctl_set_gateway(vz_job_t *job);
vz_code_e vz_vzctl_set_dns(vz_job_t *job);
vz_code_e vz_vzctl_set_password(vz_job_t *job);


#endif /* VZ_VZCTL_SET_H */
