/*
 * Steps about the guest in a container: root's password, its host name, its SSH
 * keys.
 */

#ifndef VZ_STEP_GUEST_H
#define VZ_STEP_GUEST_H

#include "panel/task/task_run.h"


/*
 * Each is a vz_step_pt.
 *
 * vz_step_guest_hash: root gets the password of that hash.
 * vz_step_guest_first: the access of a new container.  Where the task names
 * keys, root gets those, and a password that nobody is told; else the password
 * of the task's mail.  What it is to run at its first boot goes with it.
 * vz_step_guest_drawn: root gets a password that nobody is told.
 * vz_step_guest_hostname, vz_step_guest_undo_name: the host name of the task,
 * and that of the row.
 * vz_step_guest_keys: root gets the keys that the task names, where it names
 * some, and the row has them from then on.  vz_step_guest_keys_send: the same
 * for a system that is not its own: the row keeps what it has.
 */
vz_code_e vz_step_guest_hash(vz_task_run_t *run);
vz_code_e vz_step_guest_first(vz_task_run_t *run);
vz_code_e vz_step_guest_drawn(vz_task_run_t *run);
vz_code_e vz_step_guest_hostname(vz_task_run_t *run);
vz_code_e vz_step_guest_undo_name(vz_task_run_t *run);
vz_code_e vz_step_guest_keys(vz_task_run_t *run);
vz_code_e vz_step_guest_keys_send(vz_task_run_t *run);


#endif /* VZ_STEP_GUEST_H */
