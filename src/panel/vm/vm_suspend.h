/*
 * Suspending a container: it is stopped, and only an administrator starts it
 * again.
 */

#ifndef VZ_VM_SUSPEND_H
#define VZ_VM_SUSPEND_H

#include "panel/api/body.h"
#include "panel/vm/vm_action.h"


#define VZ_SUSPEND_REASON  200      /* bytes */


/*
 * vz_vm_suspend_one: create the task that suspends a container, in the caller's
 * transaction and in the name of the administrator who is signed in; after the
 * commit the caller calls vz_runner_kick().  The owner reads the reason, at
 * most VZ_SUSPEND_REASON bytes; it may be empty.
 *
 *   VZ_OK        with *task
 *   VZ_NOENT     there is no such container
 *   VZ_BUSY      *task is at work on it
 *   VZ_STATE     it is not ready, or suspended already
 *   VZ_CONFLICT  another transaction was faster: roll back and repeat
 *   or the database's code
 */
vz_code_e vz_vm_suspend_one(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
    const ngx_str_t *reason, uint64_t *task);
/*
 * vz_vm_suspend_undo_one: the same for the task that ends a suspension;
 * VZ_STATE where the container is not suspended.
 */
vz_code_e vz_vm_suspend_undo_one(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
    uint64_t *task);

extern const vz_body_t  vz_vm_suspend_form;

/* POST /api/vms/{id}/suspend and /unsuspend */
void vz_vm_suspend(vz_call_t *call);
void vz_vm_suspend_undo(vz_call_t *call);


#endif /* VZ_VM_SUSPEND_H */
