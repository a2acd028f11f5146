/*
 * What an administrator does with a task: retry a failed one at the step where
 * it failed, cancel one that was not begun, or note that a failure was seen.
 */

#ifndef VZ_TASK_ACTION_H
#define VZ_TASK_ACTION_H

#include "panel/task/task.h"


/* POST /api/tasks/{id}/retry, /cancel and /seen */
void vz_task_action_retry(vz_call_t *call);
void vz_task_action_cancel(vz_call_t *call);
void vz_task_action_seen(vz_call_t *call);


#endif /* VZ_TASK_ACTION_H */
