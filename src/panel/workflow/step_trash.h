/*
 * Steps of what comes back from the trash, and of what it gives way to.
 */

#ifndef VZ_STEP_TRASH_H
#define VZ_STEP_TRASH_H

#include "panel/task/task_workflow.h"


/* Start a container that is out of the trash, if it ran before. */
vz_code_e vz_step_trash_undelete(vz_task_run_t *run);

/*
 * vz_step_trash_room: the node's disk is full: begin to destroy the oldest
 * container that it has in the trash.  VZ_AGAIN, so that the step is repeated;
 * VZ_NOSPACE where there is none; or the database's code.
 */
vz_code_e vz_step_trash_room(vz_task_run_t *run);


#endif /* VZ_STEP_TRASH_H */
