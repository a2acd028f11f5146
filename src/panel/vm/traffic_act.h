/*
 * What becomes of a container whose month goes beyond its quota.
 */

#ifndef VZ_TRAFFIC_ACT_H
#define VZ_TRAFFIC_ACT_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * vz_traffic_act: on a fiber, a job: mail the owners of containers that have
 * used 80 or 100 per cent of their quota, once each in a month; throttle or
 * suspend those beyond it, and free those that are not any more, by tasks.
 * Each container has a transaction of its own, which looks again under its
 * row's lock, so nothing is done twice by whoever comes late.
 */
void vz_traffic_act(ngx_pool_t *pool);


#endif /* VZ_TRAFFIC_ACT_H */
