/*
 * DELETE /api/vms/{id}: destroy a container, in any lifecycle.  The body
 * repeats its name as confirmation.
 */

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_destroy.h"
#include "runtime/call.h"


typedef struct {
    ngx_str_t  name;
} vz_destroy_body_t;


static vz_code_e vz_destroy_prepare(vz_vm_action_t *change, vz_tx_t *tx);


static const vz_body_member_t  vz_destroy_members[] = {
    { "name", VZ_BODY_TEXT, 0, 1, 0, 256, offsetof(vz_destroy_body_t, name) }
};

const vz_body_t  vz_vm_destroy_form = vz_body("Destroy", vz_destroy_members);


static const vz_vm_action_def_t  vz_destroy_change = {
    "destroy", "vm.destroy", 0, vz_destroy_prepare, NULL
};


static const vz_sql_t  vz_destroy_update = vz_sql("destroy",
    "UPDATE vm SET lifecycle = 'deleting' WHERE id = ?");

/* the mail with the credentials, if it still waits */

static const vz_sql_t  vz_destroy_mail = vz_sql("destroy mail",
    "DELETE m FROM mail m JOIN task t ON t.id = m.task_id"
    " WHERE t.vm_id = ? AND m.state = 'held'");


void
vz_vm_destroy(vz_call_t *call)
{
    vz_destroy_body_t  body;

    ngx_memzero(&body, sizeof(vz_destroy_body_t));

    if (vz_body_read(call, &vz_vm_destroy_form, &body) == VZ_OK) {
        vz_vm_action_call(call, &vz_destroy_change, &body);
    }
}


static vz_code_e
vz_destroy_prepare(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e                 rc;
    vz_call_t                *call;
    const vz_destroy_body_t  *body;

    call = change->call;
    body = change->data;

    rc = vz_vm_action_named(change, &body->name);
    if (rc != VZ_OK) {
        return rc;
    }

    change->detail = change->name;

    rc = vz_db_query(tx, call->pool, &vz_destroy_update,
                     vz_binds(vz_int(change->id)), NULL);

    return rc == VZ_OK ? vz_db_query(tx, call->pool, &vz_destroy_mail,
                                     vz_binds(vz_int(change->id)), NULL)
                       : rc;
}
