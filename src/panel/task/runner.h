/*
 * The runner: takes tasks up, carries them out step by step, and picks up
 * what a runner that died has left.
 */

#ifndef VZ_RUNNER_H
#define VZ_RUNNER_H

#include "panel/task/task.h"


#include <ngx_config.h>
#include <ngx_core.h>


ngx_int_t vz_runner_init(ngx_cycle_t *cycle);
void vz_runner_exit(void);

/* vz_runner_count: tasks this worker is carrying out, for metrics. */
ngx_uint_t vz_runner_count(void);

/*
 * vz_runner_kick: after the commit: this worker's runner looks at once for
 * what is due.  Without it a runner finds the task within a second.
 */
void vz_runner_kick(void);


#endif /* VZ_RUNNER_H */
