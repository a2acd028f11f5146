/*
 * Suspending a container: it is stopped, and only an administrator starts it
 * again.
 */

#ifndef VZ_SUSPEND_H
#define VZ_SUSPEND_H

#include "change.h"


#define VZ_SUSPEND_REASON  200      /* bytes */


/*
 * vz_suspend_vm, vz_unsuspend_vm: make the task in the caller's transaction, in
 * the name of the administrator who is signed in; the caller kicks it after
 * the commit.  The reason is for the owner to read, at most VZ_SUSPEND_REASON
 * bytes, and may be empty.  VZ_OK with *task; VZ_NOENT; VZ_BUSY with *task the
 * one that is in the way; VZ_STATE where it is suspended already, or not, or
 * not ready; or the database's.  VZ_CONFLICT: the transaction is to be
 * repeated.
 */
vz_code_e vz_suspend_vm(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
    const ngx_str_t *reason, uint64_t *task);
vz_code_e vz_unsuspend_vm(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
    uint64_t *task);


#endif /* VZ_SUSPEND_H */
