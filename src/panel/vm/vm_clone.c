/*
 * Cloning a container: an order of its owner whose disk is another one's.
 */

#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/route.h"
#include "panel/node/node_limit.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_clone.h"
#include "panel/vm/vm_new.h"
#include "runtime/row.h"
#include "runtime/settings.h"


typedef struct {
    ngx_str_t    hostname;
    ngx_str_t    plan;
} vz_vm_clone_body_t;

/* The container that is copied, and what the new one gets. */
typedef struct {
    vz_vm_clone_body_t  body;
    uint64_t            id;
    uint64_t            node;
    ngx_str_t           name;
    ngx_str_t           first_name;
    int64_t             disk;           /* of the source, MiB */
    ngx_uint_t          named;          /* the plan of the body is there */
    vz_vm_action_t      source;         /* as the transaction found it */
    vz_code_e           refused;        /* because of the source */
    vz_vm_new_t         vm;             /* the new one */
} vz_vm_clone_t;


static vz_code_e vz_vm_clone_find(vz_call_t *call, vz_vm_clone_t *ask);
static vz_code_e vz_vm_clone_fits(vz_call_t *call, const vz_vm_clone_t *ask);
static vz_code_e vz_vm_clone_may(vz_call_t *call);
static vz_code_e vz_vm_clone_node(vz_call_t *call, vz_vm_clone_t *ask);
static void vz_vm_clone_fill(vz_call_t *call, vz_vm_clone_t *ask);
static vz_code_e vz_vm_clone_hold(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static void vz_vm_clone_mail(vz_json_t *json, const vz_vm_new_t *vm);
static vz_code_e vz_vm_clone_after(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);


static const vz_body_member_t  vz_vm_clone_members[] = {
    { "hostname", VZ_BODY_FIELD, VZ_FIELD_HOSTNAME, 0, 0, 0,
      offsetof(vz_vm_clone_body_t, hostname) },
    { "plan", VZ_BODY_FIELD, VZ_FIELD_PLAN, 0, 0, 0,
      offsetof(vz_vm_clone_body_t, plan) }
};

const vz_body_t  vz_vm_clone_form = vz_body("Clone", vz_vm_clone_members);


/* what the source has to be like; its own task is none */
static const vz_vm_action_def_t  vz_vm_clone_source = {
    NULL, NULL, VZ_VM_LIFECYCLE_IS_READY | VZ_VM_ACTION_OWN, NULL, NULL
};

static const vz_vm_new_def_t  vz_vm_clone_def = {
    vz_vm_clone_hold, vz_vm_clone_mail, vz_vm_clone_after
};


/* a size is the plan's that was named, else the source's */

#define vz_vm_clone_size(of_plan, of_vm)                                      \
    "IF(p.id IS NULL, " of_vm ", " of_plan ")"

#define VZ_VM_CLONE_ROW(first, next, of)                                      \
    first(of, id, INT, "v.id")                                                \
    next(of, node, INT, "v.node_id")                                          \
    next(of, name, TEXT, "v.name")                                            \
    next(of, vm.user, INT, "u.id")                                            \
    next(of, first_name, TEXT, "u.first_name")                                \
    next(of, vm.email, TEXT, "u.email")                                       \
    next(of, vm.language, TEXT, "u.language")                                 \
    next(of, vm.template, INT, "v.template_id")                               \
    next(of, disk, INT, "v.disk_hard_mib")                                    \
    next(of, named, GIVEN, "p.id")                                            \
    next(of, vm.plan, INT, vz_vm_clone_size("p.id", "v.plan_id"))             \
    next(of, vm.memory_mib, INT,                                              \
         vz_vm_clone_size("p.memory_mib", "v.vmguar_barrier_mib"))            \
    next(of, vm.disk_mib, INT,                                                \
         vz_vm_clone_size("p.disk_mib", "v.disk_hard_mib"))                   \
    next(of, vm.cpu_units, INT,                                               \
         vz_vm_clone_size("p.cpu_units", "v.cpu_units"))                      \
    next(of, vm.cpu_percent, INT,                                             \
         vz_vm_clone_size("p.cpu_percent", "v.cpu_percent"))

static const vz_row_member_t  vz_vm_clone_row[] =
    vz_row_members(VZ_VM_CLONE_ROW, vz_vm_clone_t);

static const vz_sql_t  vz_vm_clone_select = vz_sql("clone",
    "SELECT " vz_row_sql(VZ_VM_CLONE_ROW) " FROM vm v"
    " JOIN user u ON u.id = v.user_id"
    " LEFT JOIN plan p ON p.name = ? AND (p.visible OR ?)"
    " WHERE v.id = ? AND " vz_auth_owned("v.user_id"));

/* its row is locked by then */
static const vz_sql_t  vz_vm_clone_still = vz_sql("clone still",
    "SELECT id FROM vm WHERE id = ? AND user_id = ? AND node_id = ?"
    " AND template_id = ? AND disk_hard_mib <= ?");

/* root of the new one is let in by the same keys */
static const vz_sql_t  vz_vm_clone_keys = vz_sql("clone keys",
    "INSERT INTO vm_key (vm_id, key_id)"
    " SELECT ?, key_id FROM vm_key WHERE vm_id = ?");

/* what was opened for one container is not for another */
static const vz_sql_t  vz_vm_clone_firewall = vz_sql("clone firewall",
    "INSERT INTO vm_firewall (vm_id, version, kept, all_shut, all_reason)"
    " SELECT ?, 1, kept, all_shut, all_reason FROM vm_firewall"
    " WHERE vm_id = ? AND (kept IS NOT NULL OR all_shut)");


void
vz_vm_clone(vz_call_t *call)
{
    vz_code_e       rc;
    vz_vm_new_t    *vm;
    vz_vm_clone_t  *ask;

    ask = ngx_pcalloc(call->pool, sizeof(vz_vm_clone_t));

    if (ask == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    vm = &ask->vm;

    if (vz_body_read(call, &vz_vm_clone_form, &ask->body) != VZ_OK
        || vz_vm_clone_find(call, ask) != VZ_OK
        || vz_idempotency_init(call, NULL, &vm->idem) != VZ_OK
        || vz_vm_new_replay(call, vm) != VZ_OK
        || vz_vm_clone_may(call) != VZ_OK
        || vz_vm_clone_fits(call, ask) != VZ_OK
        || vz_vm_clone_node(call, ask) != VZ_OK)
    {
        return;
    }

    vz_vm_clone_fill(call, ask);

    rc = vz_vm_new_make(call, vm);

    if (rc == VZ_OK) {
        vz_task_accepted(call, vm->task_id);

    } else if (ask->refused != VZ_OK) {
        vz_vm_action_refuse(&ask->source, rc);

    } else {
        vz_vm_new_refuse(call, vm, rc);
    }
}


static vz_code_e
vz_vm_clone_find(vz_call_t *call, vz_vm_clone_t *ask)
{
    uint64_t   id;
    vz_bind_t  owner;
    vz_code_e  rc;
    vz_rows_t  rows;

    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return VZ_NOENT;
    }

    rc = vz_route_row(call, &vz_vm_clone_select,
                      vz_binds(vz_bind_opt(ask->body.plan),
                               vz_int(call->who.admin), vz_int(id), owner,
                               owner),
                      &rows);

    if (rc == VZ_OK) {
        vz_row_read(&rows, 0, 0, vz_vm_clone_row, ask);
    }

    return rc;
}


/* where orders are closed, or wait for an administrator, one makes it */

static vz_code_e
vz_vm_clone_may(vz_call_t *call)
{
    if (call->who.admin || vz_settings()->signup == VZ_SIGNUP_OPEN) {
        return VZ_OK;
    }

    vz_call_problem(call, NGX_HTTP_FORBIDDEN, "signup_off",
                    "Orders are closed at the moment.");

    return VZ_DENIED;
}


static vz_code_e
vz_vm_clone_fits(vz_call_t *call, const vz_vm_clone_t *ask)
{
    if (ask->body.plan.len && !ask->named) {
        vz_call_invalid(call, "plan", "absent", "this plan does not exist");

    } else if (ask->vm.disk_mib < ask->disk) {
        vz_call_invalid(call, "plan", "small", "must have a disk of %L MiB at "
                        "least, as this container has", ask->disk);

    } else {
        return VZ_OK;
    }

    vz_call_refuse(call);

    return VZ_RANGE;
}


static vz_code_e
vz_vm_clone_node(vz_call_t *call, vz_vm_clone_t *ask)
{
    vz_node_row_t          *node;
    const vz_node_limit_t  *limit;

    (void) vz_node_load(call->pool);

    node = vz_node_find(ask->node);
    ask->vm.node = node;

    if (node == NULL || node->relay == NULL || !node->enabled) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "node_closed",
                        "The container's node takes no new containers at the "
                        "moment.");
        return VZ_STATE;
    }

    limit = vz_node_limit_known(node);

    /* where the node has told nothing yet the task finds out */

    if (limit != NULL && !vz_node_limit_has(limit, "clone")) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "unsupported",
                        "The container's node clones no containers.");
        return VZ_UNSUPPORTED;
    }

    return VZ_OK;
}


static void
vz_vm_clone_fill(vz_call_t *call, vz_vm_clone_t *ask)
{
    vz_vm_new_t  *vm = &ask->vm;

    vm->def = &vz_vm_clone_def;
    vm->data = ask;
    vm->any_plan = !ask->named || call->who.admin;
    vm->limited = !call->who.admin;
    vm->any_template = 1;
    vm->mail = "server_cloned";
    vm->hostname = vz_call_printf(call, "%V", &ask->body.hostname);
    ngx_strlow(vm->hostname.data, vm->hostname.data, vm->hostname.len);

    vz_task_by(&vm->task, call);
    vm->task.kind = "clone";
    vm->task.done = 1;
    vm->task.data = vz_call_printf(call, "{\"source\":%uL}", ask->id);
}


/*
 * The owner's row is locked for the limit of containers, the source's until the
 * task is there, so that nothing that changes it has begun by then.
 */

static vz_code_e
vz_vm_clone_hold(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e        rc;
    vz_rows_t        rows;
    vz_vm_clone_t   *ask = vm->data;
    vz_vm_action_t  *source = &ask->source;

    rc = vz_auth_hold(tx, call->pool, vm->user);

    if (rc != VZ_OK) {
        return rc;
    }

    ngx_memzero(source, sizeof(vz_vm_action_t));
    source->call = call;
    source->def = &vz_vm_clone_source;
    source->id = ask->id;

    rc = vz_vm_action_look(source, tx);
    ask->refused = rc == VZ_CONFLICT ? VZ_OK : rc;

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_vm_clone_still,
                         vz_binds(vz_int(ask->id), vz_int(ask->vm.user),
                                  vz_int(ask->node), vz_int(ask->vm.template),
                                  vz_int(ask->vm.disk_mib)),
                         &rows);

        rc = rc == VZ_OK && rows.rows == 0 ? VZ_NOENT : rc;
    }

    return rc;
}


static void
vz_vm_clone_mail(vz_json_t *json, const vz_vm_new_t *vm)
{
    const vz_vm_clone_t  *ask = vm->data;

    vz_json_text(json, "first_name", &ask->first_name);
    vz_json_text(json, "from", &ask->name);
}


static vz_code_e
vz_vm_clone_after(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e             rc;
    const vz_vm_clone_t  *ask = vm->data;

    rc = vz_db_query(tx, call->pool, &vz_vm_clone_keys,
                     vz_binds(vz_int(vm->id), vz_int(ask->id)), NULL);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_vm_clone_firewall,
                         vz_binds(vz_int(vm->id), vz_int(ask->id)), NULL);
    }

    return rc != VZ_OK
           ? rc
           : vz_audit_with(tx, call, "vm.clone",
                           vz_call_printf(call, "vm %uL", vm->id),
                           vz_call_printf(call, "of vm %uL, %V", ask->id,
                                          &ask->name));
}
