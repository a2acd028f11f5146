/*
 * Calls that wait for the end of a task.  They hold no fiber: one timer looks
 * at what the zone knows, and once a second one statement asks the database
 * for all of them, since another nginx host may carry a task out.  The timer
 * is not cancelable: a leaving worker answers who waits.
 */

#ifndef VZ_TASK_WAIT_H
#define VZ_TASK_WAIT_H

#include "panel/task/task.h"


/*
 * vz_task_wait: as the last thing a handler does, for a call that asked to
 * wait: hold it, without a fiber, until the task has ended or call->wait
 * seconds are over, then go on with then; without a word where its client
 * left.  NGX_DECLINED where it need not or may not wait: one user has so many
 * waits at a time.  Then what follows is done at once.
 * vz_task_wait_count: how many there are in this worker.
 */
ngx_int_t vz_task_wait(vz_call_t *call, uint64_t id, vz_call_pt then);
ngx_uint_t vz_task_wait_count(void);
void vz_task_wait_init(ngx_cycle_t *cycle);


#endif /* VZ_TASK_WAIT_H */
