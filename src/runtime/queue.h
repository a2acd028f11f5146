/*
 * Walking through nginx's queues.
 */

#ifndef VZ_QUEUE_H
#define VZ_QUEUE_H

#include <ngx_config.h>
#include <ngx_core.h>


/* vz_queue_each(q, &queue) { ... }: the body must not remove q */
#define vz_queue_each(q, queue)                                               \
    for (q = ngx_queue_head(queue); q != ngx_queue_sentinel(queue);           \
         q = ngx_queue_next(q))


#endif /* VZ_QUEUE_H */
