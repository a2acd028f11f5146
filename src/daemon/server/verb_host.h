/*
 * The verbs about the host itself.
 */

#ifndef VZ_VERB_HOST_H
#define VZ_VERB_HOST_H

#include "daemon/base/driver.h"


/* ping, templates: both also where this host has no driver */
vz_code_e vz_verb_host_ping(vz_job_t *job);
vz_code_e vz_verb_host_templates(vz_job_t *job);

/* node */
vz_code_e vz_verb_host_node(vz_job_t *job);


#endif /* VZ_VERB_HOST_H */
