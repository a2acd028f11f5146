/*
 * GET /api/vms/{id}; POST /api/vms/{id}/start, /stop, /restart.
 */

#include "audit.h"
#include "idem.h"
#include "live.h"
#include "resource.h"
#include "route.h"
#include "task.h"
#include "vm_json.h"
#include "../runtime/fiber.h"


#define VZ_VM_TRIES  5


typedef struct {
    const char      *kind;          /* of the task's chain */
    const char      *wanted;        /* the state that is to be kept */
    const char      *action;        /* in the audit */
} vz_vm_change_t;

typedef struct {
    vz_call_t             *call;
    const vz_vm_change_t  *change;
    vz_idem_t              idem;
    uint64_t               id;
    uint64_t               owner;
    uint64_t               busy;    /* the task that is in the way */
    uint64_t               task;
    ngx_str_t              name;
    ngx_str_t              service;
} vz_vm_ask_t;


static void vz_vm_change(vz_call_t *call, const vz_vm_change_t *change);
static ngx_uint_t vz_vm_replayed(vz_vm_ask_t *ask);
static vz_code_e vz_vm_try(vz_vm_ask_t *ask);
static vz_code_e vz_vm_find(vz_vm_ask_t *ask, vz_tx_t *tx);
static vz_code_e vz_vm_make(vz_vm_ask_t *ask, vz_tx_t *tx);
static void vz_vm_refuse(vz_vm_ask_t *ask, vz_code_e rc);
static void vz_vm_state(vz_vm_ask_t *ask);
static void vz_vm_busy(vz_vm_ask_t *ask);


static const vz_vm_change_t  vz_vm_changes[] = {
    { "start", "running", "vm.start" },
    { "stop", "stopped", "vm.stop" },
    { "restart", "running", "vm.restart" }
};


static const vz_sql_t  vz_vm_select = vz_sql("vm",
    "SELECT " VZ_VM_COLUMNS " FROM vm v" VZ_VM_JOINS
    " WHERE v.id = ? AND (? = 0 OR v.user_id = ?)");

static const vz_sql_t  vz_vm_lock = vz_sql("vm lock",
    "SELECT v.user_id, v.name, v.service,"
    " (SELECT t.id FROM task t WHERE t.busy = v.id)"
    " FROM vm v WHERE v.id = ? AND (? = 0 OR v.user_id = ?) FOR UPDATE");

static const vz_sql_t  vz_vm_wanted = vz_sql("vm wanted",
    "UPDATE vm SET wanted = ? WHERE id = ?");


void
vz_vm_one(vz_call_t *call)
{
    uint64_t     id, owner;
    vz_code_e    rc;
    vz_rows_t    rows;
    vz_json_t   *out;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    vz_live_fresh();

    owner = call->who.admin ? 0 : call->who.user;

    rc = vz_db_query(NULL, call->pool, &vz_vm_select,
                     vz_binds(vz_int(id), vz_int(owner), vz_int(owner)),
                     &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (rows.rows == 0) {
        vz_route_absent(call);
        return;
    }

    /* for If-Match only: the figures change while the version stays */

    vz_call_header(call, "ETag",
                   vz_call_printf(call, "\"%uL\"",
                                  vz_vm_version(&rows, 0, 0)));

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_vm_json(out, &rows, 0, 0);
}


void
vz_vm_start(vz_call_t *call)
{
    vz_vm_change(call, &vz_vm_changes[0]);
}


void
vz_vm_stop(vz_call_t *call)
{
    vz_vm_change(call, &vz_vm_changes[1]);
}


void
vz_vm_restart(vz_call_t *call)
{
    vz_vm_change(call, &vz_vm_changes[2]);
}


static void
vz_vm_change(vz_call_t *call, const vz_vm_change_t *change)
{
    vz_code_e    rc;
    ngx_uint_t   i;
    vz_vm_ask_t  ask;

    ngx_memzero(&ask, sizeof(vz_vm_ask_t));

    ask.call = call;
    ask.change = change;

    if (vz_route_id(call, 0, &ask.id) != VZ_OK
        || vz_idem_init(call, &ask.idem) != VZ_OK
        || vz_vm_replayed(&ask))
    {
        return;
    }

    for (i = 0; i < VZ_VM_TRIES; i++) {

        rc = vz_vm_try(&ask);

        if (rc != VZ_CONFLICT) {
            break;
        }

        vz_sleep(5 + ngx_random() % 20);
    }

    if (rc != VZ_OK) {
        vz_vm_refuse(&ask, rc);
        return;
    }

    vz_task_kick(ask.task);
    vz_task_accepted(call, ask.task);
}


/* also when the reply is an error: whether there is one already */

static ngx_uint_t
vz_vm_replayed(vz_vm_ask_t *ask)
{
    uint64_t  task;

    if (vz_idem_find(ask->call, &ask->idem, &task) != VZ_OK) {
        return 1;
    }

    if (task) {
        vz_task_accepted(ask->call, task);
    }

    return task != 0;
}


static vz_code_e
vz_vm_try(vz_vm_ask_t *ask)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(ask->call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_idem_claim(tx, ask->call, &ask->idem);

    if (rc == VZ_OK) {
        rc = vz_vm_find(ask, tx);
    }

    if (rc == VZ_OK) {
        rc = vz_vm_make(ask, tx);
    }

    if (rc != VZ_OK) {
        vz_db_rollback(tx);
        return rc;
    }

    return vz_db_commit(tx);
}


static vz_code_e
vz_vm_find(vz_vm_ask_t *ask, vz_tx_t *tx)
{
    uint64_t    owner;
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_call_t  *call;

    call = ask->call;
    owner = call->who.admin ? 0 : call->who.user;

    rc = vz_db_query(tx, call->pool, &vz_vm_lock,
                     vz_binds(vz_int(ask->id), vz_int(owner), vz_int(owner)),
                     &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_NOENT;
    }

    ask->owner = vz_cell_int(&rows, 0, 0);
    ask->name = vz_cell_text(&rows, 0, 1);
    ask->service = vz_cell_text(&rows, 0, 2);
    ask->busy = vz_cell_int(&rows, 0, 3);

    if (ask->busy) {
        return VZ_BUSY;
    }

    if (ask->service.len != 5
        || ngx_strncmp(ask->service.data, "ready", 5) != 0)
    {
        return VZ_STATE;
    }

    return VZ_OK;
}


static vz_code_e
vz_vm_make(vz_vm_ask_t *ask, vz_tx_t *tx)
{
    vz_code_e      rc;
    vz_call_t     *call;
    vz_task_new_t  task;

    call = ask->call;

    ngx_memzero(&task, sizeof(vz_task_new_t));

    task.kind = ask->change->kind;
    task.vm = ask->id;
    task.vm_name = ask->name;
    task.owner = ask->owner;
    task.actor = call->who.user;
    task.actor_name.data = call->who.account;
    task.actor_name.len = ngx_strlen(call->who.account);
    task.via = call->cookie_auth ? "web" : "token";

    rc = vz_task_create(tx, call->pool, &task, &ask->task);
    if (rc != VZ_OK) {
        return rc == VZ_DUPLICATE ? VZ_CONFLICT : rc;
    }

    rc = vz_db_query(tx, call->pool, &vz_vm_wanted,
                     vz_binds(vz_cstr(ask->change->wanted),
                              vz_int(ask->id)),
                     NULL);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_idem_done(tx, call, &ask->idem, ask->task);
    if (rc != VZ_OK) {
        return rc;
    }

    return vz_audit_by(tx, call, ask->change->action,
                       vz_call_printf(call, "vm %uL", ask->id));
}


static void
vz_vm_refuse(vz_vm_ask_t *ask, vz_code_e rc)
{
    switch (rc) {

    case VZ_NOENT:
        vz_route_absent(ask->call);
        return;

    case VZ_BUSY:
        vz_vm_busy(ask);
        return;

    case VZ_STATE:
        vz_vm_state(ask);
        return;

    case VZ_DUPLICATE:
        if (vz_vm_replayed(ask)) {
            return;
        }

        rc = VZ_OVERLOADED;
        break;

    case VZ_CONFLICT:
        rc = VZ_OVERLOADED;
        break;

    default:
        break;
    }

    vz_call_fault(ask->call, "database", rc);
}


static void
vz_vm_state(vz_vm_ask_t *ask)
{
    if (ask->service.len == 9
        && ngx_strncmp(ask->service.data, "suspended", 9) == 0)
    {
        vz_call_problem(ask->call, NGX_HTTP_CONFLICT, "suspended",
                        "The container is suspended.");
        return;
    }

    vz_call_problem(ask->call, NGX_HTTP_CONFLICT, "not_ready",
                    "The container is not ready: %V.", &ask->service);
}


/* a problem with one member more: which task to look at */

static void
vz_vm_busy(vz_vm_ask_t *ask)
{
    ngx_str_t   detail;
    vz_json_t  *out;

    detail = vz_call_printf(ask->call, "Task %uL is at work on the container.",
                            ask->busy);

    out = vz_call_reply(ask->call, NGX_HTTP_CONFLICT);
    ngx_str_set(&ask->call->type, "application/problem+json");

    vz_json_object(out, NULL);
    vz_json_cstr(out, "type", "about:blank");
    vz_json_cstr(out, "title", "Conflict");
    vz_json_uint(out, "status", NGX_HTTP_CONFLICT);
    vz_json_text(out, "detail", &detail);
    vz_json_cstr(out, "code", "vm_busy");
    vz_json_uint(out, "task", ask->busy);
    vz_json_close(out);
}
