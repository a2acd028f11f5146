/*
 * POST /api/vms/{id}/rescue, /rescue/leave.
 */

#include "panel/account/key_set.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_drawn.h"
#include "panel/vm/vm_rescue.h"
#include "runtime/call.h"


typedef struct {
    ngx_str_t      keys;            /* of the body */
    vz_vm_drawn_t  drawn;
} vz_rescue_t;


static vz_code_e vz_rescue_prepare(vz_vm_action_t *change, vz_tx_t *tx);
static void vz_rescue_reply(vz_vm_action_t *change);


static const vz_body_member_t  vz_rescue_members[] = {
    { "keys", VZ_BODY_LIST, VZ_FIELD_FINGERPRINT, 0, 0, VZ_SSH_KEY_MOST,
      offsetof(vz_rescue_t, keys) }
};

const vz_body_t  vz_vm_rescue_form = vz_body("Rescue", vz_rescue_members);


static const vz_vm_action_def_t  vz_rescue_change = {
    "rescue", "vm.rescue", VZ_VM_LIFECYCLE_IS_READY | VZ_VM_ACTION_OWN,
    vz_rescue_prepare, vz_rescue_reply
};

static const vz_vm_action_def_t  vz_rescue_leave_change = {
    "unrescue", "vm.unrescue", VZ_VM_LIFECYCLE_IS_READY | VZ_VM_ACTION_RESCUE,
    NULL, NULL
};


void
vz_vm_rescue(vz_call_t *call)
{
    vz_rescue_t  *ask;

    ask = ngx_pcalloc(call->pool, sizeof(vz_rescue_t));

    if (ask == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    if (vz_body_read(call, &vz_vm_rescue_form, ask) != VZ_OK) {
        return;
    }

    /* who has a key needs no password */

    if (ask->keys.len == 0 && vz_vm_drawn(call, &ask->drawn) != VZ_OK) {
        return;
    }

    vz_vm_action_call(call, &vz_rescue_change, ask);
}


static vz_code_e
vz_rescue_prepare(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e     rc;
    vz_call_t    *call = change->call;
    vz_rescue_t  *ask = change->data;

    rc = vz_key_set_check(tx, call, change->owner, &ask->keys);
    if (rc != VZ_OK) {
        return rc;
    }

    change->task_data = ask->keys.len
        ? vz_call_printf(call, "{\"keys\":\"%V\"}", &ask->keys)
        : vz_call_printf(call, "{\"hash\":\"%V\"}", &ask->drawn.hash);
    change->detail = ask->keys;

    return change->task_data.len ? VZ_OK : VZ_INTERNAL;
}


static void
vz_rescue_reply(vz_vm_action_t *change)
{
    vz_rescue_t  *ask = change->data;

    vz_vm_drawn_reply(change, &ask->drawn);
}


void
vz_vm_rescue_leave(vz_call_t *call)
{
    vz_vm_action_call(call, &vz_rescue_leave_change, NULL);
}
