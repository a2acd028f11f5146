/*
 * Steps of a container that goes on on another node, because its own is dead.
 */

#ifndef VZ_STEP_EVACUATE_H
#define VZ_STEP_EVACUATE_H

#include "panel/task/task_run.h"


/*
 * Each is a vz_step_pt.
 *
 * vz_step_evacuate_start: it is started where it shall run, and may.
 * vz_step_evacuate_mail: its owner is told, and of which moment its files are.
 */
vz_code_e vz_step_evacuate_start(vz_task_run_t *run);
vz_code_e vz_step_evacuate_mail(vz_task_run_t *run);


#endif /* VZ_STEP_EVACUATE_H */
