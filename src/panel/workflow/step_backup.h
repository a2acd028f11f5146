/*
 * Steps of a backup, and of what becomes of one.  The data of their tasks name
 * the backup's row: {"backup": 7}.
 */

#ifndef VZ_STEP_BACKUP_H
#define VZ_STEP_BACKUP_H

#include "panel/task/task_run.h"


/*
 * Each is a vz_step_pt.
 *
 * vz_step_backup_snapshot: the node takes a snapshot, and drops those that
 * earlier backups have left there.
 * vz_step_backup_upload: the node copies the snapshot to the repository, with
 * what the panel knows of the container beside it; the row has the result.
 * vz_step_backup_keep: what the container's policy does not keep leaves.
 * vz_step_backup_drop: the node drops the snapshot.
 * vz_step_backup_undo: the row has why it failed, and the snapshot is dropped.
 *
 * vz_step_backup_restore: the container's disk is as the backup has it; the row
 * has what the node keeps of before.
 * vz_step_backup_fill: the same for a container that was just created.
 * vz_step_backup_inherit: it has the history that the backup has, if any.
 */
vz_code_e vz_step_backup_snapshot(vz_task_run_t *run);
vz_code_e vz_step_backup_upload(vz_task_run_t *run);
vz_code_e vz_step_backup_keep(vz_task_run_t *run);
vz_code_e vz_step_backup_drop(vz_task_run_t *run);
vz_code_e vz_step_backup_undo(vz_task_run_t *run);
vz_code_e vz_step_backup_restore(vz_task_run_t *run);
vz_code_e vz_step_backup_fill(vz_task_run_t *run);
vz_code_e vz_step_backup_inherit(vz_task_run_t *run);


#endif /* VZ_STEP_BACKUP_H */
