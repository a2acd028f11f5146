/*
 * An action on a container.
 */

#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/route.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/vm/vm_action.h"
#include "runtime/call.h"
#include "runtime/fiber.h"
#include "runtime/row.h"


#define VZ_VM_ACTION_TRIES  5


static ngx_uint_t vz_vm_action_replayed(vz_vm_action_t *change);
static vz_code_e vz_vm_action_try(vz_vm_action_t *change);
static vz_code_e vz_vm_action_system(vz_vm_action_t *change);
static vz_code_e vz_vm_action_make(vz_vm_action_t *change, vz_tx_t *tx);
static void vz_vm_action_reply(vz_vm_action_t *change);
static void vz_vm_action_state(vz_vm_action_t *change);


#define VZ_VM_ACTION_ROW(first, next, of)                                     \
    first(of, owner, INT, "v.user_id")                                        \
    next(of, name, TEXT, "v.name")                                            \
    next(of, lifecycle, NAMED(vz_vm_lifecycle_names), "v.lifecycle")          \
    next(of, version, INT, "v.version")                                       \
    next(of, reason, TEXT, "v.suspended_reason")                              \
    next(of, rescue, INT, "v.rescue_template IS NOT NULL")                    \
    next(of, busy, INT, "(SELECT t.id FROM task t WHERE t.busy = v.id)")

static const vz_row_member_t  vz_vm_action_row[] =
    vz_row_members(VZ_VM_ACTION_ROW, vz_vm_action_t);

static const vz_sql_t  vz_vm_action_lock = vz_sql("change lock",
    "SELECT " vz_row_sql(VZ_VM_ACTION_ROW)
    " FROM vm v WHERE v.id = ? AND " vz_auth_owned("v.user_id")
    " FOR UPDATE");


void
vz_vm_action_call(vz_call_t *call, const vz_vm_action_def_t *def, void *data)
{
    vz_code_e       rc;
    ngx_uint_t      i;
    vz_vm_action_t  change;

    ngx_memzero(&change, sizeof(vz_vm_action_t));

    change.call = call;
    change.def = def;
    change.data = data;

    if (vz_route_id(call, 0, &change.id) != VZ_OK
        || vz_idempotency_init(call, NULL, &change.idem) != VZ_OK
        || vz_vm_action_replayed(&change))
    {
        return;
    }

    rc = VZ_CONFLICT;

    for (i = 0; i < VZ_VM_ACTION_TRIES; i++) {

        rc = vz_vm_action_try(&change);

        if (rc != VZ_CONFLICT) {
            break;
        }

        vz_fiber_sleep(5 + ngx_random() % 20);
    }

    if (rc == VZ_DUPLICATE && vz_vm_action_replayed(&change)) {
        return;
    }

    if (rc != VZ_OK) {
        vz_vm_action_refuse(&change, rc);
        return;
    }

    vz_runner_kick();
    vz_vm_action_reply(&change);
}


static void
vz_vm_action_reply(vz_vm_action_t *change)
{
    if (change->def->reply != NULL) {
        change->def->reply(change);
    } else {
        vz_task_accepted(change->call, change->task);
    }
}


/* whether the reply is set: the task of before, or an error */

static ngx_uint_t
vz_vm_action_replayed(vz_vm_action_t *change)
{
    uint64_t  task;

    if (vz_idempotency_find(change->call, &change->idem, &task) != VZ_OK) {
        return 1;
    }

    if (task) {
        change->task = task;
        change->replayed = 1;
        vz_vm_action_reply(change);
    }

    return task != 0;
}


static vz_code_e
vz_vm_action_try(vz_vm_action_t *change)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(change->call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_idempotency_claim(tx, change->call, &change->idem);

    if (rc == VZ_OK) {
        rc = vz_vm_action_in(change, tx);
    }

    if (rc == VZ_OK) {
        rc = vz_idempotency_done(tx, change->call, &change->idem,
                                 change->task);
    }

    return vz_db_end(tx, rc);
}


vz_code_e
vz_vm_action_in(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e  rc;

    rc = vz_vm_action_look(change, tx);

    if (rc == VZ_OK && change->def->prepare != NULL) {
        rc = change->def->prepare(change, tx);
    }

    if (rc == VZ_OK) {
        rc = vz_vm_action_make(change, tx);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    return vz_audit_with(tx, change->call, change->def->action,
                         vz_call_printf(change->call, "vm %uL", change->id),
                         change->detail);
}


vz_code_e
vz_vm_action_look(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e   rc;
    vz_bind_t   owner;
    vz_rows_t   rows;
    vz_call_t  *call;

    call = change->call;
    owner = vz_auth_owner(call);

    rc = vz_db_query(tx, call->pool, &vz_vm_action_lock,
                     vz_binds(vz_int(change->id), owner, owner), &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_NOENT;
    }

    vz_row_read(&rows, 0, 0, vz_vm_action_row, change);

    if (change->busy) {
        return VZ_BUSY;
    }

    if (change->def->lifecycles
        && !(change->def->lifecycles & vz_vm_lifecycle_bit(change->lifecycle)))
    {
        return VZ_STATE;
    }

    return vz_vm_action_system(change);
}


static vz_code_e
vz_vm_action_system(vz_vm_action_t *change)
{
    if ((change->def->lifecycles & VZ_VM_ACTION_OWN) && change->rescue) {
        vz_call_problem(change->call, NGX_HTTP_CONFLICT, "in_rescue",
                        "The container is in rescue: leave it first.");
        return VZ_STATE;
    }

    if ((change->def->lifecycles & VZ_VM_ACTION_RESCUE) && !change->rescue) {
        vz_call_problem(change->call, NGX_HTTP_CONFLICT, "not_in_rescue",
                        "The container is not in rescue.");
        return VZ_STATE;
    }

    return VZ_OK;
}


static vz_code_e
vz_vm_action_make(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e      rc;
    vz_call_t     *call;
    vz_task_new_t  task;

    call = change->call;

    ngx_memzero(&task, sizeof(vz_task_new_t));

    task.kind = change->def->kind;
    task.vm = change->id;
    task.vm_name = change->name;
    task.owner = change->owner;
    task.data = change->task_data;
    vz_task_by(&task, call);

    rc = vz_task_create(tx, call->pool, &task, &change->task);

    return rc == VZ_DUPLICATE ? VZ_CONFLICT : rc;
}


vz_code_e
vz_vm_action_named(vz_vm_action_t *change, const ngx_str_t *name)
{
    if (name->len == change->name.len
        && ngx_strncmp(name->data, change->name.data, name->len) == 0)
    {
        return VZ_OK;
    }

    vz_call_invalid(change->call, "name", "mismatch",
                    "is not this container's name");
    vz_call_refuse(change->call);

    return VZ_RANGE;
}


void
vz_vm_action_refuse(vz_vm_action_t *change, vz_code_e rc)
{
    vz_call_t  *call;

    call = change->call;

    if (call->status != 0) {
        return;
    }

    switch (rc) {

    case VZ_NOENT:
        vz_route_absent(call);
        return;

    case VZ_BUSY:
        vz_task_refuse_busy(call, change->busy);
        return;

    case VZ_STATE:
        vz_vm_action_state(change);
        return;

    case VZ_CONFLICT:
    case VZ_DUPLICATE:
        rc = VZ_OVERLOADED;
        break;

    default:
        break;
    }

    vz_call_fault(call, "database", rc);
}


static void
vz_vm_action_state(vz_vm_action_t *change)
{
    vz_json_t  *out;

    if (change->lifecycle == VZ_VM_LIFECYCLE_READY) {
        vz_call_problem(change->call, NGX_HTTP_CONFLICT, "not_suspended",
                        "The container is not suspended.");
        return;
    }

    if (change->lifecycle != VZ_VM_LIFECYCLE_SUSPENDED) {
        vz_call_problem(change->call, NGX_HTTP_CONFLICT, "not_ready",
                        "The container is not ready: %s.",
                        vz_vm_lifecycle_name(change->lifecycle));
        return;
    }

    out = vz_call_problem_open(change->call, NGX_HTTP_CONFLICT, "suspended",
                               "The container is suspended%s%V.",
                               change->reason.len ? ": " : "",
                               &change->reason);
    vz_json_text(out, "reason", &change->reason);
    vz_json_close(out);
}
