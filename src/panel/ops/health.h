/*
 * GET /api/health, GET /api/metrics: for load balancers and Prometheus; who
 * may ask is nginx's allow and deny.  Each neighbour is asked by a probe: what
 * does not answer delays neither the others nor the answer.
 */

#ifndef VZ_HEALTH_H
#define VZ_HEALTH_H

#include "runtime/call.h"


void vz_health_show(vz_call_t *call);
void vz_health_metrics(vz_call_t *call);


#endif /* VZ_HEALTH_H */
