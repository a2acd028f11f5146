/*
 * Calls that wait for the end of a task.  They hold no fiber: one timer looks
 * at what the zone knows, and once a second one statement asks the database
 * for all of them, since another nginx host may carry a task out.  The timer
 * is not cancelable: a worker that leaves answers those who wait.
 */

#ifndef VZ_TASK_WAIT_H
#define VZ_TASK_WAIT_H

#include "panel/task/task.h"


/*
 * vz_task_wait: hold a call that asked to wait, without a fiber, until the task
 * has ended or call->wait seconds are over, then call then; it is the last
 * thing that a handler does.  A call whose client has left just ends.
 * NGX_OK, or NGX_DECLINED where the call need not wait, or may not, because its
 * user has as many waits as one may have: the caller goes on at once.
 */
ngx_int_t vz_task_wait(vz_call_t *call, uint64_t id, vz_call_pt then);

/* vz_task_wait_count: how many calls wait in this worker, for metrics. */
ngx_uint_t vz_task_wait_count(void);

/* vz_task_wait_init: worker start. */
void vz_task_wait_init(ngx_cycle_t *cycle);


#endif /* VZ_TASK_WAIT_H */
