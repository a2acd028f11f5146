/*
 * The runner of a worker: it claims tasks, carries them out step by step, and
 * takes over those of a worker that died.
 */

#ifndef VZ_RUNNER_H
#define VZ_RUNNER_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * vz_runner_init: worker start, behind vz_task_workflow_init().  NGX_OK, or
 * NGX_ERROR without memory or random bytes.
 */
ngx_int_t vz_runner_init(ngx_cycle_t *cycle);

/* vz_runner_exit: worker stop; tasks at work are left to other workers. */
void vz_runner_exit(void);

/* vz_runner_count: how many tasks this worker carries out, for metrics. */
ngx_uint_t vz_runner_count(void);

/*
 * vz_runner_kick: look for tasks at once; call it after the commit that created
 * one.  Without it a runner finds the task within a second.
 */
void vz_runner_kick(void);


#endif /* VZ_RUNNER_H */
