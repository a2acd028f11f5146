/*
 * POST /api/vms/{id}/suspend, /unsuspend.
 */

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/vm/vm_suspend.h"


static vz_code_e vz_suspend_in(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
    const vz_vm_action_def_t *def, void *data, uint64_t *task);
static vz_code_e vz_suspend_why(vz_vm_action_t *change, vz_tx_t *tx);


typedef struct {
    ngx_str_t  reason;
} vz_suspend_body_t;


static const vz_body_member_t  vz_suspend_members[] = {
    { "reason", VZ_BODY_TEXT, 0, 0, 0, VZ_SUSPEND_REASON,
      offsetof(vz_suspend_body_t, reason) }
};

const vz_body_t  vz_vm_suspend_form = vz_body("Suspend", vz_suspend_members);


static const vz_vm_action_def_t  vz_suspend_change = {
    "suspend", "vm.suspend", VZ_VM_LIFECYCLE_IS_READY, vz_suspend_why,
    NULL
};

static const vz_vm_action_def_t  vz_unsuspend_change = {
    "unsuspend", "vm.unsuspend",
    vz_vm_lifecycle_bit(VZ_VM_LIFECYCLE_SUSPENDED), NULL, NULL
};


static const vz_sql_t  vz_suspend_update = vz_sql("suspend",
    "UPDATE vm SET suspended_reason = ?, suspended_at = NOW(3),"
    " traffic_suspended = 0 WHERE id = ?");


void
vz_vm_suspend(vz_call_t *call)
{
    vz_suspend_body_t  body;

    ngx_memzero(&body, sizeof(vz_suspend_body_t));

    if (call->text.len
        && vz_body_read(call, &vz_vm_suspend_form, &body) != VZ_OK)
    {
        return;
    }

    vz_vm_action_call(call, &vz_suspend_change, &body.reason);
}


void
vz_vm_suspend_undo(vz_call_t *call)
{
    vz_vm_action_call(call, &vz_unsuspend_change, NULL);
}


vz_code_e
vz_vm_suspend_one(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
    const ngx_str_t *reason, uint64_t *task)
{
    return vz_suspend_in(tx, call, vm, &vz_suspend_change,
                         (ngx_str_t *) reason, task);
}


vz_code_e
vz_vm_suspend_undo_one(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
                       uint64_t *task)
{
    return vz_suspend_in(tx, call, vm, &vz_unsuspend_change, NULL, task);
}


static vz_code_e
vz_suspend_in(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
    const vz_vm_action_def_t *def, void *data, uint64_t *task)
{
    vz_code_e       rc;
    vz_vm_action_t  change;

    ngx_memzero(&change, sizeof(vz_vm_action_t));

    change.call = call;
    change.def = def;
    change.data = data;
    change.id = vm;

    rc = vz_vm_action_in(&change, tx);
    *task = rc == VZ_BUSY ? change.busy : change.task;

    return rc;
}


/* the reason is shown only while the container is suspended */

static vz_code_e
vz_suspend_why(vz_vm_action_t *change, vz_tx_t *tx)
{
    const ngx_str_t  *reason = change->data;

    change->detail = *reason;

    return vz_db_query(tx, change->call->pool, &vz_suspend_update,
                       vz_binds(vz_bind_opt(*reason), vz_int(change->id)),
                       NULL);
}
