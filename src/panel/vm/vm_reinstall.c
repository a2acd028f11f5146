/*
 * POST /api/vms/{id}/reinstall, /reinstall/undo.
 */

#include "panel/account/key_set.h"
#include "panel/api/auth.h"
#include "panel/api/route.h"
#include "panel/node/node.h"
#include "panel/task/first_boot.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_drawn.h"
#include "panel/vm/vm_reinstall.h"
#include "runtime/call.h"
#include "runtime/row.h"


typedef struct {
    ngx_str_t       name;
    ngx_str_t       template;
    ngx_str_t       keys;
    ngx_str_t       first_boot;
} vz_reinstall_body_t;

typedef struct {
    vz_reinstall_body_t  body;
    vz_vm_drawn_t        drawn;
} vz_reinstall_t;


static vz_code_e vz_reinstall_offered(vz_call_t *call,
    const vz_reinstall_body_t *body);
static vz_code_e vz_reinstall_prepare(vz_vm_action_t *change, vz_tx_t *tx);
static void vz_reinstall_reply(vz_vm_action_t *change);
static vz_code_e vz_reinstall_kept(vz_vm_action_t *change, vz_tx_t *tx);


#define vz_reinstall_member(name, type, field, required, min, max)            \
    { #name, type, field, required, min, max,                                 \
      offsetof(vz_reinstall_body_t, name) }

static const vz_body_member_t  vz_reinstall_members[] = {
    vz_reinstall_member(name, VZ_BODY_TEXT, 0, 1, 0, 256),
    vz_reinstall_member(template, VZ_BODY_FIELD, VZ_FIELD_TEMPLATE, 1, 0, 0),
    vz_reinstall_member(keys, VZ_BODY_LIST, VZ_FIELD_FINGERPRINT, 0, 0,
                        VZ_SSH_KEY_MOST),
    vz_reinstall_member(first_boot, VZ_BODY_TEXT, 0, 0, 0, VZ_FIRST_BOOT_MAX)
};

const vz_body_t  vz_vm_reinstall_form = vz_body("Reinstall",
                                                vz_reinstall_members);


static const vz_vm_action_def_t  vz_reinstall_change = {
    "reinstall", "vm.reinstall", VZ_VM_LIFECYCLE_IS_READY | VZ_VM_ACTION_OWN,
    vz_reinstall_prepare, vz_reinstall_reply
};

static const vz_vm_action_def_t  vz_reinstall_undo_change = {
    "revert", "vm.revert", VZ_VM_LIFECYCLE_IS_READY | VZ_VM_ACTION_OWN,
    vz_reinstall_kept, NULL
};


static const vz_sql_t  vz_reinstall_sql_offer = vz_sql("reinstall offer",
    "SELECT v.node_id, t.id AS template FROM vm v"
    " LEFT JOIN template t ON t.name = ? AND t.enabled"
    " WHERE v.id = ? AND " vz_auth_owned("v.user_id"));

static const vz_sql_t  vz_reinstall_sql_kept = vz_sql("reinstall kept",
    "SELECT old_template FROM vm WHERE id = ? AND old_until > NOW()");


void
vz_vm_reinstall(vz_call_t *call)
{
    vz_reinstall_t  *ask;

    ask = ngx_pcalloc(call->pool, sizeof(vz_reinstall_t));

    if (ask == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    if (vz_body_read(call, &vz_vm_reinstall_form, &ask->body) != VZ_OK
        || vz_first_boot_text(call, &ask->body.first_boot) != VZ_OK
        || vz_reinstall_offered(call, &ask->body) != VZ_OK)
    {
        return;
    }

    /* who has a key needs no password */

    if (ask->body.keys.len == 0 && vz_vm_drawn(call, &ask->drawn) != VZ_OK) {
        return;
    }

    vz_vm_action_call(call, &vz_reinstall_change, ask);
}


/* that it is on offer, and that the container's node has it */

static vz_code_e
vz_reinstall_offered(vz_call_t *call, const vz_reinstall_body_t *body)
{
    uint64_t          id;
    vz_code_e         rc;
    vz_bind_t         owner;
    vz_rows_t         rows;
    vz_node_row_t    *node;
    const ngx_str_t  *template = &body->template;

    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return VZ_NOENT;
    }

    rc = vz_route_row(call, &vz_reinstall_sql_offer,
                      vz_binds(vz_text(*template), vz_int(id), owner, owner),
                      &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_row_int(&rows, 0, "template") == 0) {
        vz_call_invalid(call, "template", "absent",
                        "this system is not on offer");
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    (void) vz_node_load(call->pool);
    node = vz_node_find(vz_row_int(&rows, 0, "node_id"));

    if (node == NULL || node->relay == NULL
        || (vz_node_templates(node) != VZ_OK && !node->known))
    {
        vz_call_fault(call, "node", VZ_DOWN);
        return VZ_DOWN;
    }

    if (!vz_node_has(node, template)) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "no_template",
                        "This system is not installed on the container's "
                        "node: choose another one.");
        return VZ_NOTEMPLATE;
    }

    return vz_first_boot_there(call, &body->first_boot, node, template);
}


static vz_code_e
vz_reinstall_prepare(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e        rc;
    vz_json_t        data;
    vz_call_t       *call = change->call;
    vz_reinstall_t  *ask = change->data;

    rc = vz_vm_action_named(change, &ask->body.name);

    if (rc == VZ_OK) {
        rc = vz_key_set_check(tx, call, change->owner, &ask->body.keys);
    }

    if (rc == VZ_OK) {
        rc = vz_first_boot_keep(tx, call->pool, change->id,
                                &ask->body.first_boot);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    vz_json_init(&data, call->pool);
    vz_json_object(&data, NULL);
    vz_json_text(&data, "template", &ask->body.template);
    vz_json_text(&data, "keys", &ask->body.keys);

    if (ask->drawn.hash.len) {
        vz_json_text(&data, "hash", &ask->drawn.hash);
    }

    vz_json_close(&data);

    if (vz_json_end(&data) != NGX_OK
        || vz_json_string(&data, &change->task_data) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    change->detail = ask->body.template;

    return VZ_OK;
}


static void
vz_reinstall_reply(vz_vm_action_t *change)
{
    vz_reinstall_t  *ask = change->data;

    vz_vm_drawn_reply(change, &ask->drawn);
}


void
vz_vm_reinstall_undo(vz_call_t *call)
{
    vz_vm_action_call(call, &vz_reinstall_undo_change, NULL);
}


static vz_code_e
vz_reinstall_kept(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, change->call->pool, &vz_reinstall_sql_kept,
                     vz_binds(vz_int(change->id)), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        vz_call_problem(change->call, NGX_HTTP_CONFLICT, "not_kept",
                        "The system before the last reinstall is not kept any "
                        "more.");
        return VZ_STATE;
    }

    change->detail = vz_row_text(&rows, 0, "old_template");

    return VZ_OK;
}
