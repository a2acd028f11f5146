/*
 * Addresses, gateways and name servers of a container (see lxc_change.h).
 */

#ifndef VZ_LXC_ADDRESS_H
#define VZ_LXC_ADDRESS_H

#include "daemon/base/driver.h"


/* Primitives of base/driver.h. */
vz_code_e vz_lxc_address_add(vz_job_t *job, const vz_ip_t *address,
    vz_done_t *done);
vz_code_e vz_lxc_address_remove(vz_job_t *job, const vz_ip_t *address,
    vz_done_t *done);
vz_code_e vz_lxc_address_gateway(vz_job_t *job, const vz_ip_t *address,
    vz_done_t *done);
vz_code_e vz_lxc_address_dns(vz_job_t *job, const vz_ip_t *list, unsigned n);


#endif /* VZ_LXC_ADDRESS_H */
