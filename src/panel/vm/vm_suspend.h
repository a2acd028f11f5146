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
 * vz_vm_suspend_one, vz_vm_suspend_undo_one: make the task in the caller's
 * transaction, in the name of the administrator who is signed in; the caller
 * kicks it after the commit.  The reason is for the owner to read, at most
 * VZ_SUSPEND_REASON bytes, and may be empty.  VZ_OK with *task; VZ_NOENT;
 * VZ_BUSY with *task the one that is in the way; VZ_STATE where it is
 * suspended already, or not, or not ready; or the database's.  VZ_CONFLICT:
 * the transaction is to be repeated.
 */
vz_code_e vz_vm_suspend_one(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
    const ngx_str_t *reason, uint64_t *task);
vz_code_e vz_vm_suspend_undo_one(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
    uint64_t *task);

extern const vz_verb_body_t  vz_vm_suspend_form;
void vz_vm_suspend(vz_call_t *call);
void vz_vm_suspend_undo(vz_call_t *call);


#endif /* VZ_VM_SUSPEND_H */
