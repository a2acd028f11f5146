/*
 * Steps that hold a container to its rate.
 */

#ifndef VZ_STEP_RATE_H
#define VZ_STEP_RATE_H

#include "panel/task/task_run.h"


/*
 * Each is a vz_step_pt, with what step_vm.h loaded.
 *
 * vz_step_rate: hold it to its rates, or to its throttle's where that is lower
 * and it is throttled.  A node that can't has them stored only; its words say
 * so.  vz_step_rate_limits: the same, where it has any.  vz_step_rate_undo: as
 * the row has them.
 *
 * vz_step_rate_throttled: the row says from now on whether it is throttled, as
 * the task wants it.
 */
vz_code_e vz_step_rate(vz_task_run_t *run);
vz_code_e vz_step_rate_limits(vz_task_run_t *run);
vz_code_e vz_step_rate_undo(vz_task_run_t *run);
vz_code_e vz_step_rate_throttled(vz_task_run_t *run);


#endif /* VZ_STEP_RATE_H */
