/*
 * /api/vms/{id}/password, /name, /hostname, /keys.
 */

#include "panel/account/key_set.h"
#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/route.h"
#include "panel/api/zone_ids.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_drawn.h"
#include "panel/vm/vm_guest.h"
#include "runtime/call.h"


typedef struct {
    ngx_str_t  name;
    ngx_str_t  hostname;
    ngx_str_t  keys;
} vz_guest_body_t;


static vz_code_e vz_guest_hash(vz_vm_action_t *change, vz_tx_t *tx);
static void vz_guest_drawn(vz_vm_action_t *change);
static vz_code_e vz_guest_rename(vz_call_t *call, uint64_t id,
    const ngx_str_t *name);
static vz_code_e vz_guest_called(vz_vm_action_t *change, vz_tx_t *tx);
static vz_code_e vz_guest_chosen(vz_vm_action_t *change, vz_tx_t *tx);


#define vz_guest_member(name, type, field, required, max)                     \
    { #name, type, field, required, 0, max, offsetof(vz_guest_body_t, name) }

static const vz_body_member_t  vz_guest_name_members[] = {
    vz_guest_member(name, VZ_BODY_FIELD, VZ_FIELD_LABEL, 1, 0)
};

static const vz_body_member_t  vz_guest_hostname_members[] = {
    vz_guest_member(hostname, VZ_BODY_FIELD, VZ_FIELD_HOSTNAME, 1, 0)
};

static const vz_body_member_t  vz_guest_keys_members[] = {
    vz_guest_member(keys, VZ_BODY_LIST, VZ_FIELD_FINGERPRINT, 0,
                    VZ_SSH_KEY_MOST)
};

const vz_body_t  vz_vm_guest_name_form = vz_body("Name",
                                                 vz_guest_name_members);
const vz_body_t  vz_vm_guest_hostname_form =
    vz_body("Hostname", vz_guest_hostname_members);
const vz_body_t  vz_vm_guest_keys_form = vz_body("Keys",
                                                 vz_guest_keys_members);


static const vz_vm_action_def_t  vz_guest_password_change = {
    "password", "vm.password", VZ_VM_LIFECYCLE_IS_READY | VZ_VM_ACTION_OWN,
    vz_guest_hash, vz_guest_drawn
};

static const vz_vm_action_def_t  vz_guest_hostname_change = {
    "hostname", "vm.hostname", VZ_VM_LIFECYCLE_IS_READY, vz_guest_called, NULL
};

static const vz_vm_action_def_t  vz_guest_keys_change = {
    "keys", "vm.keys", VZ_VM_LIFECYCLE_IS_READY | VZ_VM_ACTION_OWN,
    vz_guest_chosen, NULL
};


static const vz_sql_t  vz_guest_sql_name = vz_sql("vm name",
    "UPDATE vm SET name = ? WHERE id = ? AND " vz_auth_owned("user_id"));

static const vz_sql_t  vz_guest_sql_owner = vz_sql("vm of keys",
    "SELECT user_id FROM vm WHERE id = ? AND " vz_auth_owned("user_id"));

static const vz_sql_t  vz_guest_sql_list = vz_sql("vm keys",
    "SELECT k.id, k.name, k.type, k.fingerprint, v.vm_id IS NOT NULL"
    " FROM user_key k LEFT JOIN vm_key v ON v.key_id = k.id AND v.vm_id = ?"
    " WHERE k.user_id = ? ORDER BY k.id DESC");

static const vz_sql_t  vz_guest_sql_there = vz_sql("vm name lock",
    "SELECT name FROM vm WHERE id = ? AND " vz_auth_owned("user_id")
    " FOR UPDATE");


/*
 * The task keeps the hash alone: the password is in the reply, and nowhere
 * else.
 */

void
vz_vm_guest_password(vz_call_t *call)
{
    vz_vm_drawn_t  *drawn;

    drawn = ngx_pcalloc(call->pool, sizeof(vz_vm_drawn_t));

    if (drawn == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    if (vz_vm_drawn(call, drawn) == VZ_OK) {
        vz_vm_action_call(call, &vz_guest_password_change, drawn);
    }
}


static vz_code_e
vz_guest_hash(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_vm_drawn_t  *drawn = change->data;

    (void) tx;

    change->task_data = vz_call_printf(change->call, "{\"hash\":\"%V\"}",
                                       &drawn->hash);

    return change->task_data.len ? VZ_OK : VZ_INTERNAL;
}


static void
vz_guest_drawn(vz_vm_action_t *change)
{
    vz_vm_drawn_reply(change, change->data);
}


/* a name is for people: no node knows it */

void
vz_vm_guest_name(vz_call_t *call)
{
    uint64_t         id;
    vz_code_e        rc;
    vz_guest_body_t  body;

    ngx_memzero(&body, sizeof(vz_guest_body_t));

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_body_read(call, &vz_vm_guest_name_form, &body) != VZ_OK)
    {
        return;
    }

    rc = vz_guest_rename(call, id, &body.name);

    if (rc == VZ_NOENT) {
        vz_route_absent(call);

    } else if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);

    } else {
        vz_zone_bump(VZ_GENERATION_VMS);
        (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
    }
}


static vz_code_e
vz_guest_rename(vz_call_t *call, uint64_t id, const ngx_str_t *name)
{
    vz_tx_t    *tx;
    vz_bind_t   owner;
    vz_code_e   rc;
    vz_rows_t   rows;

    owner = vz_auth_owner(call);

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_db_query(tx, call->pool, &vz_guest_sql_there,
                     vz_binds(vz_int(id), owner, owner),
                     &rows);

    if (rc == VZ_OK && rows.rows == 0) {
        rc = VZ_NOENT;
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_guest_sql_name,
                         vz_binds(vz_text(*name), vz_int(id), owner, owner),
                         NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_audit_with(tx, call, "vm.name",
                           vz_call_printf(call, "vm %uL", id), *name);
    }

    return vz_db_end(tx, rc);
}


void
vz_vm_guest_hostname(vz_call_t *call)
{
    vz_guest_body_t  body;

    ngx_memzero(&body, sizeof(vz_guest_body_t));

    if (vz_body_read(call, &vz_vm_guest_hostname_form, &body) == VZ_OK) {
        vz_vm_action_call(call, &vz_guest_hostname_change, &body);
    }
}


static vz_code_e
vz_guest_called(vz_vm_action_t *change, vz_tx_t *tx)
{
    ngx_str_t         name;
    vz_guest_body_t  *body = change->data;

    (void) tx;

    name = vz_call_printf(change->call, "%V", &body->hostname);
    ngx_strlow(name.data, name.data, name.len);

    change->detail = name;
    change->task_data = vz_call_printf(change->call,
                                       "{\"version\":%uL,\"hostname\":\"%V\"}",
                                       change->version, &name);

    return change->task_data.len ? VZ_OK : VZ_INTERNAL;
}


void
vz_vm_guest_keys_list(vz_call_t *call)
{
    uint64_t     vm, user;
    vz_bind_t    owner;
    vz_code_e    rc;
    ngx_str_t    text;
    vz_rows_t    rows;
    vz_json_t   *out;
    ngx_uint_t   i;

    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &vm) != VZ_OK
        || vz_route_row(call, &vz_guest_sql_owner,
                        vz_binds(vz_int(vm), owner, owner),
                        &rows)
           != VZ_OK)
    {
        return;
    }

    user = vz_cell_int(&rows, 0, 0);

    rc = vz_db_query(NULL, call->pool, &vz_guest_sql_list,
                     vz_binds(vz_int(vm), vz_int(user)), &rows);

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows; i++) {
        vz_json_object(out, NULL);
        vz_json_int(out, "id", vz_cell_int(&rows, i, 0));
        text = vz_cell_text(&rows, i, 1);
        vz_json_text(out, "name", &text);
        text = vz_cell_text(&rows, i, 2);
        vz_json_text(out, "type", &text);
        text = vz_cell_text(&rows, i, 3);
        vz_json_text(out, "fingerprint", &text);
        vz_json_bool(out, "has", vz_cell_int(&rows, i, 4) != 0);
        vz_json_close(out);
    }

    vz_json_close(out);
    vz_json_null(out, "next");
    vz_json_close(out);
}


void
vz_vm_guest_keys(vz_call_t *call)
{
    vz_guest_body_t  body;

    ngx_memzero(&body, sizeof(vz_guest_body_t));

    if (vz_body_read(call, &vz_vm_guest_keys_form, &body) == VZ_OK) {
        vz_vm_action_call(call, &vz_guest_keys_change, &body.keys);
    }
}


static vz_code_e
vz_guest_chosen(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e   rc;
    ngx_str_t  *keys = change->data;

    rc = vz_key_set_check(tx, change->call, change->owner, keys);

    if (rc == VZ_OK) {
        change->task_data = vz_call_printf(change->call, "{\"keys\":\"%V\"}",
                                           keys);
        change->detail = *keys;
    }

    return rc;
}
