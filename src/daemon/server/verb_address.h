/*
 * The verbs about a container's addresses, gateways and name servers.
 */

#ifndef VZ_VERB_ADDRESS_H
#define VZ_VERB_ADDRESS_H

#include "daemon/base/driver.h"


/* setip ID ADDRESS[/PREFIX], deleteip ID [ADDRESS] */
vz_code_e vz_verb_address_add(vz_job_t *job);
vz_code_e vz_verb_address_remove(vz_job_t *job);

/* setgateway ID ADDRESS, setdns ID ADDRESS... */
vz_code_e vz_verb_address_gateway(vz_job_t *job);
vz_code_e vz_verb_address_dns(vz_job_t *job);


#endif /* VZ_VERB_ADDRESS_H */
