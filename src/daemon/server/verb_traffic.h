/*
 * The verbs of what containers send and get: the rate that they are held to,
 * and how much it was.
 */

#ifndef VZ_VERB_TRAFFIC_H
#define VZ_VERB_TRAFFIC_H

#include "daemon/base/driver.h"


/* setrate ID IN OUT */
vz_code_e vz_verb_traffic_rate(vz_job_t *job);

/* traffic */
vz_code_e vz_verb_traffic_all(vz_job_t *job);


#endif /* VZ_VERB_TRAFFIC_H */
