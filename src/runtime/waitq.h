/*
 * A queue in which fibers wait for the same thing: a free connection, or a
 * result that another fiber is fetching.
 */

#ifndef VZ_WAITQ_H
#define VZ_WAITQ_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    ngx_queue_t   waiters;
} vz_waitq_t;


/* vz_waitq_init: an empty queue. */
void vz_waitq_init(vz_waitq_t *waitq);

/*
 * vz_waitq_wait: on a fiber, wait behind all who wait already, for msec at
 * most.  NGX_OK when vz_waitq_wake() woke this fiber, NGX_DECLINED when the
 * time was over first.
 */
ngx_int_t vz_waitq_wait(vz_waitq_t *waitq, ngx_msec_t msec);

/*
 * vz_waitq_wake: let the fiber that has waited longest go on, or all of them.
 * Returns how many were woken.
 */
ngx_uint_t vz_waitq_wake(vz_waitq_t *waitq, ngx_uint_t all);


#endif /* VZ_WAITQ_H */
