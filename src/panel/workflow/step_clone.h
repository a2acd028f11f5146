/*
 * Steps of a clone.  The data of their task name the container whose disk it
 * gets: {"source": 7}.
 */

#ifndef VZ_STEP_CLONE_H
#define VZ_STEP_CLONE_H

#include "panel/task/task_run.h"


/*
 * Each is a vz_step_pt.
 *
 * vz_step_clone: the node makes the container, with the disk that the source
 * has at that moment.
 * vz_step_clone_firewall: what its row has of a firewall holds on the node.
 */
vz_code_e vz_step_clone(vz_task_run_t *run);
vz_code_e vz_step_clone_firewall(vz_task_run_t *run);


#endif /* VZ_STEP_CLONE_H */
