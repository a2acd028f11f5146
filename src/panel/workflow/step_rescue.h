/*
 * Steps into a rescue system, and back.
 */

#ifndef VZ_STEP_RESCUE_H
#define VZ_STEP_RESCUE_H

#include "panel/task/task_run.h"


/*
 * Each is a vz_step_pt.
 *
 * vz_step_rescue: the node makes a rescue system that the container boots next;
 * then the row has it, and that it shall run.
 * vz_step_rescue_mail: its owner is told.
 * vz_step_rescue_leave: back to its own system, which shall run.
 */
vz_code_e vz_step_rescue(vz_task_run_t *run);
vz_code_e vz_step_rescue_mail(vz_task_run_t *run);
vz_code_e vz_step_rescue_leave(vz_task_run_t *run);


#endif /* VZ_STEP_RESCUE_H */
