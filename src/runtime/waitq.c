/*
 * A queue of fibers that wait for the same thing.  A place in it lies on the
 * stack of the fiber that waits.
 */

#include "runtime/fiber.h"
#include "runtime/waitq.h"


typedef struct {
    ngx_queue_t    queue;
    vz_fiber_t    *fiber;
    ngx_uint_t     called;          /* it was woken, and is out of the queue */
} vz_waitq_place_t;


void
vz_waitq_init(vz_waitq_t *waitq)
{
    ngx_queue_init(&waitq->waiters);
}


ngx_int_t
vz_waitq_wait(vz_waitq_t *waitq, ngx_msec_t msec)
{
    vz_waitq_place_t  place;

    place.fiber = vz_fiber_self();
    place.called = 0;

    ngx_queue_insert_tail(&waitq->waiters, &place.queue);

    (void) vz_fiber_wait(msec);

    if (place.called) {
        return NGX_OK;
    }

    ngx_queue_remove(&place.queue);

    return NGX_DECLINED;
}


ngx_uint_t
vz_waitq_wake(vz_waitq_t *waitq, ngx_uint_t all)
{
    ngx_uint_t         n;
    ngx_queue_t       *q;
    vz_waitq_place_t  *place;

    n = 0;

    while (!ngx_queue_empty(&waitq->waiters)) {
        q = ngx_queue_head(&waitq->waiters);
        place = ngx_queue_data(q, vz_waitq_place_t, queue);

        ngx_queue_remove(q);
        place->called = 1;
        vz_fiber_wake(place->fiber);
        n++;

        if (!all) {
            break;
        }
    }

    return n;
}
