/*
 * Restoring a backup, in place or as a new container.
 */

#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/route.h"
#include "panel/api/row_json.h"
#include "panel/api/strlist.h"
#include "panel/node/repository.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_backup_restore.h"
#include "panel/vm/vm_new.h"
#include "panel/vm/vm_place.h"
#include "runtime/row.h"
#include "runtime/settings.h"


typedef struct {
    ngx_str_t    mode;
    ngx_str_t    name;
    ngx_str_t    hostname;
} vz_restore_body_t;

/* The backup, and the container that it is of. */
typedef struct {
    vz_restore_body_t  body;
    uint64_t           id;
    ngx_str_t          repository;
    ngx_str_t          taken;
    uint64_t           node;        /* of the container */
    ngx_str_t          name;
    ngx_str_t          lifecycle;
    ngx_str_t          first_name;
    ngx_str_t          template_name;
    vz_vm_new_t        vm;          /* the new one */
} vz_restore_t;


static vz_code_e vz_restore_find(vz_call_t *call, vz_restore_t *ask);
static void vz_restore_in_place(vz_call_t *call, vz_restore_t *ask);
static vz_code_e vz_restore_prepare(vz_vm_action_t *change, vz_tx_t *tx);
static void vz_restore_new(vz_call_t *call, vz_restore_t *ask);
static vz_code_e vz_restore_may(vz_call_t *call, const vz_restore_t *ask);
static void vz_restore_fill(vz_call_t *call, vz_restore_t *ask);
static void vz_restore_mail(vz_json_t *json, const vz_vm_new_t *vm);
static vz_code_e vz_restore_still(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static vz_code_e vz_restore_audit(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static void vz_restore_nowhere(vz_call_t *call);


#define vz_restore_member(name, type, field, required, max)                   \
    { #name, type, field, required, 0, max,                                   \
      offsetof(vz_restore_body_t, name) }

static const vz_body_member_t  vz_restore_members[] = {
    vz_restore_member(mode, VZ_BODY_FIELD, VZ_FIELD_RESTORE, 1, 0),
    vz_restore_member(name, VZ_BODY_TEXT, 0, 0, 256),
    vz_restore_member(hostname, VZ_BODY_FIELD, VZ_FIELD_HOSTNAME, 0, 0)
};

const vz_body_t  vz_vm_backup_restore_form = vz_body("Restore",
                                                     vz_restore_members);


static const vz_vm_action_def_t  vz_restore_change = {
    "restore", "backup.restore", VZ_VM_LIFECYCLE_IS_READY | VZ_VM_ACTION_OWN,
    vz_restore_prepare, NULL
};

static const vz_vm_new_def_t  vz_restore_def = {
    vz_restore_still, vz_restore_mail, vz_restore_audit
};


#define VZ_RESTORE_ROW(first, next, of)                                       \
    first(of, id, INT, "b.id")                                                \
    next(of, repository, TEXT, "b.repository")                                \
    next(of, taken, TEXT, "DATE_FORMAT(b.taken, '%Y-%m-%d %H:%i UTC')")       \
    next(of, node, INT, "v.node_id")                                          \
    next(of, name, TEXT, "v.name")                                            \
    next(of, lifecycle, TEXT, "v.lifecycle")                                  \
    next(of, vm.user, INT, "u.id")                                            \
    next(of, first_name, TEXT, "u.first_name")                                \
    next(of, vm.email, TEXT, "u.email")                                       \
    next(of, vm.language, TEXT, "u.language")                                 \
    next(of, vm.plan, INT, "v.plan_id")                                       \
    next(of, vm.template, INT, "v.template_id")                               \
    next(of, template_name, TEXT, "m.name")                                   \
    next(of, vm.memory_mib, INT, "v.vmguar_barrier_mib")                      \
    next(of, vm.disk_mib, INT, "v.disk_hard_mib")                             \
    next(of, vm.cpu_units, INT, "v.cpu_units")                                \
    next(of, vm.cpu_percent, INT, "v.cpu_percent")

static const vz_row_member_t  vz_restore_row[] =
    vz_row_members(VZ_RESTORE_ROW, vz_restore_t);

static const vz_sql_t  vz_restore_select = vz_sql("restore",
    "SELECT " vz_row_sql(VZ_RESTORE_ROW) " FROM backup b"
    " JOIN vm v ON v.id = b.vm_id JOIN user u ON u.id = v.user_id"
    " JOIN template m ON m.id = v.template_id"
    " WHERE b.id = ? AND b.vm_id = ? AND " vz_auth_owned("v.user_id")
    " AND b.state = 'done'");

/* held until the task is there, so that it does not leave meanwhile */
static const vz_sql_t  vz_restore_hold = vz_sql("restore hold",
    "SELECT id FROM backup WHERE id = ? AND state = 'done' FOR UPDATE");


void
vz_vm_backup_restore(vz_call_t *call)
{
    vz_restore_t  *ask;

    ask = ngx_pcalloc(call->pool, sizeof(vz_restore_t));

    if (ask == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    if (vz_body_read(call, &vz_vm_backup_restore_form, &ask->body) != VZ_OK
        || vz_restore_find(call, ask) != VZ_OK)
    {
        return;
    }

    if (vz_strlist_is(&ask->body.mode, "new")) {
        vz_restore_new(call, ask);
    } else {
        vz_restore_in_place(call, ask);
    }
}


static vz_code_e
vz_restore_find(vz_call_t *call, vz_restore_t *ask)
{
    uint64_t   vm, id;
    vz_bind_t  owner;
    vz_code_e  rc;
    vz_rows_t  rows;

    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &vm) != VZ_OK
        || vz_route_id(call, 1, &id) != VZ_OK)
    {
        return VZ_NOENT;
    }

    rc = vz_route_row(call, &vz_restore_select,
                      vz_binds(vz_int(id), vz_int(vm), owner, owner), &rows);

    if (rc == VZ_OK) {
        vz_row_read(&rows, 0, 0, vz_restore_row, ask);
    }

    return rc;
}


static void
vz_restore_in_place(vz_call_t *call, vz_restore_t *ask)
{
    vz_node_row_t  *node;

    node = vz_repository_node(call->pool, ask->node, &ask->repository);

    if (node == NULL || node->id != ask->node) {
        vz_restore_nowhere(call);
        return;
    }

    vz_vm_action_call(call, &vz_restore_change, ask);
}


static void
vz_restore_nowhere(vz_call_t *call)
{
    vz_call_problem(call, NGX_HTTP_CONFLICT, "no_repository",
                    "No node that could do it reaches this backup's "
                    "repository.");
}


static vz_code_e
vz_restore_prepare(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e      rc;
    vz_rows_t      rows;
    vz_call_t     *call = change->call;
    vz_restore_t  *ask = change->data;

    rc = vz_vm_action_named(change, &ask->body.name);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_restore_hold,
                         vz_binds(vz_int(ask->id)), &rows);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    change->task_data = vz_call_printf(call, "{\"backup\":%uL}", ask->id);
    change->detail = vz_call_printf(call, "backup %uL", ask->id);

    return rows.rows == 0 ? VZ_NOENT
           : change->task_data.len ? VZ_OK : VZ_INTERNAL;
}


/* as an order of the owner, of the same plan and system */

static void
vz_restore_new(vz_call_t *call, vz_restore_t *ask)
{
    vz_code_e     rc;
    vz_vm_new_t  *vm = &ask->vm;

    vz_restore_fill(call, ask);

    if (vz_restore_may(call, ask) != VZ_OK
        || vz_idempotency_init(call, NULL, &vm->idem) != VZ_OK
        || vz_vm_new_replay(call, vm) != VZ_OK
        || vz_vm_place(call, &ask->template_name, &vm->node) != VZ_OK)
    {
        return;
    }

    vm->node = vz_repository_node(call->pool, vm->node->id, &ask->repository);

    if (vm->node == NULL || !vm->node->enabled
        || !vz_node_has(vm->node, &ask->template_name))
    {
        vz_restore_nowhere(call);
        return;
    }

    rc = vz_vm_new_make(call, vm);

    if (rc == VZ_OK) {
        vz_task_accepted(call, vm->task_id);

    } else {
        vz_vm_new_refuse(call, vm, rc);
    }
}


/* where orders wait for an administrator, so does this: one makes it */

static vz_code_e
vz_restore_may(vz_call_t *call, const vz_restore_t *ask)
{
    vz_vm_action_t  action;

    if (call->who.admin) {
        return VZ_OK;
    }

    if (vz_settings()->signup != VZ_SIGNUP_OPEN) {
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "signup_off",
                        "Orders are closed at the moment.");
        return VZ_DENIED;
    }

    ngx_memzero(&action, sizeof(vz_vm_action_t));
    action.call = call;
    action.lifecycle = vz_vm_lifecycle_parse(&ask->lifecycle);

    if (action.lifecycle != VZ_VM_LIFECYCLE_READY) {
        vz_vm_action_refuse(&action, VZ_STATE);
        return VZ_STATE;
    }

    return VZ_OK;
}


static void
vz_restore_fill(vz_call_t *call, vz_restore_t *ask)
{
    vz_vm_new_t  *vm = &ask->vm;

    vm->def = &vz_restore_def;
    vm->data = ask;
    vm->any_plan = 1;
    vm->limited = !call->who.admin;
    vm->mail = "server_restored";
    vm->hostname = vz_call_printf(call, "%V", &ask->body.hostname);
    ngx_strlow(vm->hostname.data, vm->hostname.data, vm->hostname.len);

    vz_task_by(&vm->task, call);
    vm->task.kind = "restore_new";
    vm->task.done = 1;
    vm->task.data = vz_call_printf(call, "{\"backup\":%uL}", ask->id);
}


static vz_code_e
vz_restore_still(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e            rc;
    vz_rows_t            rows;
    const vz_restore_t  *ask = vm->data;

    /* the owner's row, for the limit of containers */

    rc = vz_auth_hold(tx, call->pool, vm->user);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_restore_hold,
                         vz_binds(vz_int(ask->id)), &rows);
    }

    return rc == VZ_OK && rows.rows == 0 ? VZ_NOENT : rc;
}


static void
vz_restore_mail(vz_json_t *json, const vz_vm_new_t *vm)
{
    const vz_restore_t  *ask = vm->data;

    vz_json_text(json, "first_name", &ask->first_name);
    vz_json_text(json, "from", &ask->name);
    vz_json_text(json, "taken", &ask->taken);
}


static vz_code_e
vz_restore_audit(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    const vz_restore_t  *ask = vm->data;

    return vz_audit_with(tx, call, "backup.restore",
                         vz_call_printf(call, "vm %uL", vm->id),
                         vz_call_printf(call, "backup %uL of %V", ask->id,
                                        &ask->name));
}
