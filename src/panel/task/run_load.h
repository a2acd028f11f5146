/*
 * What a task is about: the container as the database has it, and over it
 * what the task's data ask for.
 */

#ifndef VZ_RUN_LOAD_H
#define VZ_RUN_LOAD_H

#include "panel/task/task_run.h"


/*
 * vz_run_load: a claimed task's row and its container.  vz_task_run_refuse:
 * one that can't be loaded is put off, and fails in the end.
 */
vz_code_e vz_run_load(vz_task_run_t *run);


#endif /* VZ_RUN_LOAD_H */
