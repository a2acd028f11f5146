/* GET /api/metrics?of=vms: the figures of each container. */

#ifndef VZ_METRICS_VMS_H
#define VZ_METRICS_VMS_H

#include "runtime/call.h"


/*
 * vz_metrics_vms: reply with the figures of all containers as of the last
 * sample, which is taken now where that is older than 3 s.
 */
void vz_metrics_vms(vz_call_t *call);


#endif /* VZ_METRICS_VMS_H */
