/*
 * The workflows: what each kind of task is made of.
 */

#ifndef VZ_WORKFLOW_H
#define VZ_WORKFLOW_H

#include "panel/task/task_workflow.h"


/* vz_workflow_init: hand all of them to the engine, before the runner. */
void vz_workflow_init(void);


#endif /* VZ_WORKFLOW_H */
