/*
 * Steps of a reinstall, and of its undoing.
 */

#ifndef VZ_STEP_REINSTALL_H
#define VZ_STEP_REINSTALL_H

#include "panel/task/task_run.h"


/*
 * Each is a vz_step_pt.
 *
 * vz_step_reinstall: the node makes the container anew of the task's template;
 * then the row has it, that it shall run, and what the node keeps of before.
 * vz_step_reinstall_hash: root gets the password of the task's hash, or where
 * it has none, because it has keys, one that nobody is told; what it is to run
 * at its first boot goes with it.
 * vz_step_reinstall_mail: its owner is told.
 * vz_step_reinstall_revert: back to the system before.
 */
vz_code_e vz_step_reinstall(vz_task_run_t *run);
vz_code_e vz_step_reinstall_hash(vz_task_run_t *run);
vz_code_e vz_step_reinstall_mail(vz_task_run_t *run);
vz_code_e vz_step_reinstall_revert(vz_task_run_t *run);

/*
 * vz_step_reinstall_tell: queue a mail of that template for the container's
 * owner, with first_name, name and system.
 */
vz_code_e vz_step_reinstall_tell(vz_task_run_t *run, vz_tx_t *tx,
    const char *template);


#endif /* VZ_STEP_REINSTALL_H */
