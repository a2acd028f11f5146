/*
 * Steps of snapshots: take one, delete one, and the way back to one.
 */

#ifndef VZ_STEP_SNAPSHOT_H
#define VZ_STEP_SNAPSHOT_H

#include "panel/task/task_run.h"


/*
 * Each is a vz_step_pt, over what vz_step_vm_load_hardware() loaded.
 *
 * vz_step_snapshot: the node takes the task's snapshot; then its row says so.
 * vz_step_snapshot_undo: what was taken of it is deleted, with its row.
 * vz_step_snapshot_drop: the node deletes it; then its row goes.
 * vz_step_snapshot_stop: look whether the node has the task's snapshot; then
 * the container is stopped.
 * vz_step_snapshot_keep: the node takes the one that is to be kept of before a
 * rollback, where the task names one; its row is made here.
 * vz_step_snapshot_rollback: the disk becomes that of the snapshot; then root
 * has the SSH keys of then.
 * vz_step_snapshot_tidy: of those that the panel took by itself the last one
 * stays, all of them where none was taken, and the container's owner is told by
 * mail.
 */
vz_code_e vz_step_snapshot(vz_task_run_t *run);
vz_code_e vz_step_snapshot_undo(vz_task_run_t *run);
vz_code_e vz_step_snapshot_drop(vz_task_run_t *run);
vz_code_e vz_step_snapshot_stop(vz_task_run_t *run);
vz_code_e vz_step_snapshot_keep(vz_task_run_t *run);
vz_code_e vz_step_snapshot_rollback(vz_task_run_t *run);
vz_code_e vz_step_snapshot_tidy(vz_task_run_t *run);

/*
 * vz_step_snapshot_told: for a step that changed which disk a container has:
 * the rows become what the node lists.  A node that knows no snapshots has
 * none.  Returns what a step does.
 */
vz_code_e vz_step_snapshot_told(vz_task_run_t *run);


#endif /* VZ_STEP_SNAPSHOT_H */
