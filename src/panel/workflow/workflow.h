/*
 * The chains: what each kind of task is made of.
 */

#ifndef VZ_WORKFLOW_H
#define VZ_WORKFLOW_H

#include "panel/task/task_run.h"


/* vz_workflow_find: by kind, NULL where there is none. */
const vz_workflow_t *vz_workflow_find(const u_char *kind, size_t len);


#endif /* VZ_WORKFLOW_H */
