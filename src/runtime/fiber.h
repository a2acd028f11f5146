/*
 * A fiber: a function that may wait, on a stack of its own, so that a request
 * reads top to bottom while the worker serves others.
 *
 * Rules: a fiber is never cancelled from outside; every wait has a deadline;
 * its timers are not cancelable, so a leaving worker stays until its fibers
 * end.  Frames are small (-Wframe-larger-than=8192), big buffers come from a
 * pool.  All calls belong to the worker's only thread.
 */

#ifndef VZ_FIBER_H
#define VZ_FIBER_H

#include <ngx_config.h>
#include <ngx_core.h>


#define VZ_FIBER_MAX      4096      /* at a time, in a worker */
#define VZ_FIBER_RESERVE  256       /* of them, for the panel's own work */


typedef struct vz_fiber_s  vz_fiber_t;
typedef void (*vz_fiber_pt)(void *data);


/*
 * vz_fiber_spawn: run a function on a fiber of its own.  From the worker's
 * main stack it starts at once and this returns at its first wait or its end;
 * from another fiber it starts when the event loop comes round.  NGX_ERROR
 * when there is no memory, or too many fibers live (VZ_FIBER_MAX).
 */
ngx_int_t vz_fiber_spawn(vz_fiber_pt run, void *data);

/*
 * vz_fiber_serve: as vz_fiber_spawn(), for the work of a request: the last
 * VZ_FIBER_RESERVE fibers are kept for the panel's own: tasks, their leases,
 * mails.
 */
ngx_int_t vz_fiber_serve(vz_fiber_pt run, void *data);

/* vz_fiber_room: whether vz_fiber_serve() would find a fiber now. */
ngx_uint_t vz_fiber_room(void);

/* vz_fiber_self: the running fiber, NULL on the main stack. */
vz_fiber_t *vz_fiber_self(void);

/*
 * vz_fiber_wait: on a fiber, sleep until vz_fiber_wake() or for msec.
 * NGX_OK when woken, NGX_DECLINED at the deadline.  A wake that came first
 * wins over a deadline of the same round.
 */
ngx_int_t vz_fiber_wait(ngx_msec_t msec);

/*
 * vz_fiber_wake: let a waiting fiber go on.  It resumes from the event loop
 * (a posted event), never inside this call.  Waking one that does not wait is
 * an error of ours and logged as an alert.
 */
void vz_fiber_wake(vz_fiber_t *fiber);

/* vz_fiber_sleep: on a fiber, let others run for that long. */
void vz_fiber_sleep(ngx_msec_t msec);

/* vz_fiber_count: living fibers of this worker, for metrics and tests. */
ngx_uint_t vz_fiber_count(void);

/* vz_fiber_exit: at worker exit, unmap the stacks of the free list. */
void vz_fiber_exit(void);


#endif /* VZ_FIBER_H */
