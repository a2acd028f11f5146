/*
 * What the nodes have counted is added to the months of the containers.
 */

#ifndef VZ_TRAFFIC_COUNT_H
#define VZ_TRAFFIC_COUNT_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * vz_traffic_count: on a fiber, a job: ask every node what its containers sent
 * and received, and add what is new to this month.  What was read of the
 * database before the node was asked is part of the statement that adds, so
 * nothing is added twice, by a worker that stood still, by two at once, or by
 * another host of the panel.
 */
void vz_traffic_count(ngx_pool_t *pool);


#endif /* VZ_TRAFFIC_COUNT_H */
