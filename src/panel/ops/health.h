/*
 * GET /api/health: for load balancers; nginx's allow and deny restrict the
 * callers.  Each backend has a probe of its own, so one that does not answer
 * delays neither the others nor the reply.
 */

#ifndef VZ_HEALTH_H
#define VZ_HEALTH_H

#include "runtime/call.h"


/* vz_health_show: 200 where all backends answer, else 503, with each state. */
void vz_health_show(vz_call_t *call);


#endif /* VZ_HEALTH_H */
