/*
 * Loading a task that was claimed.
 */

#ifndef VZ_RUN_LOAD_H
#define VZ_RUN_LOAD_H

#include "panel/task/task_run.h"


/*
 * vz_run_load: read the row of a claimed task and where its container is, and
 * let its workflow load what its steps need.
 *
 *   VZ_OK
 *   VZ_NOENT        the task is another worker's
 *   VZ_UNSUPPORTED  no workflow is of its kind
 *   VZ_INTERNAL     its data can't be read
 *   or the database's code
 */
vz_code_e vz_run_load(vz_task_run_t *run);


#endif /* VZ_RUN_LOAD_H */
