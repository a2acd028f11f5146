/*
 * A change of a container.
 */

#include "audit.h"
#include "change.h"
#include "route.h"
#include "task.h"
#include "../runtime/fiber.h"


#define VZ_CHANGE_TRIES  5


static ngx_uint_t vz_change_replayed(vz_change_t *change);
static vz_code_e vz_change_try(vz_change_t *change);
static vz_code_e vz_change_find(vz_change_t *change, vz_tx_t *tx);
static vz_code_e vz_change_make(vz_change_t *change, vz_tx_t *tx);
static void vz_change_state(vz_change_t *change);


static const vz_sql_t  vz_change_lock = vz_sql("change lock",
    "SELECT v.user_id, v.name, v.service, v.version, v.suspended_reason,"
    " (SELECT t.id FROM task t WHERE t.busy = v.id)"
    " FROM vm v WHERE v.id = ? AND (? = 0 OR v.user_id = ?) FOR UPDATE");


void
vz_change_call(vz_call_t *call, const vz_change_def_t *def, void *data)
{
    vz_code_e    rc;
    ngx_uint_t   i;
    vz_change_t  change;

    ngx_memzero(&change, sizeof(vz_change_t));

    change.call = call;
    change.def = def;
    change.data = data;

    if (vz_route_id(call, 0, &change.id) != VZ_OK
        || vz_idem_init(call, NULL, &change.idem) != VZ_OK
        || vz_change_replayed(&change))
    {
        return;
    }

    rc = VZ_CONFLICT;

    for (i = 0; i < VZ_CHANGE_TRIES; i++) {

        rc = vz_change_try(&change);

        if (rc != VZ_CONFLICT) {
            break;
        }

        vz_sleep(5 + ngx_random() % 20);
    }

    if (rc == VZ_DUPLICATE && vz_change_replayed(&change)) {
        return;
    }

    if (rc != VZ_OK) {
        vz_change_refuse(&change, rc);
        return;
    }

    vz_task_kick();
    vz_task_accepted(call, change.task);
}


/* also when the reply is an error: whether there is one already */

static ngx_uint_t
vz_change_replayed(vz_change_t *change)
{
    uint64_t  task;

    if (vz_idem_find(change->call, &change->idem, &task) != VZ_OK) {
        return 1;
    }

    if (task) {
        vz_task_accepted(change->call, task);
    }

    return task != 0;
}


static vz_code_e
vz_change_try(vz_change_t *change)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(change->call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_idem_claim(tx, change->call, &change->idem);

    if (rc == VZ_OK) {
        rc = vz_change_in(change, tx);
    }

    if (rc == VZ_OK) {
        rc = vz_idem_done(tx, change->call, &change->idem, change->task);
    }

    return vz_db_end(tx, rc);
}


vz_code_e
vz_change_in(vz_change_t *change, vz_tx_t *tx)
{
    vz_code_e  rc;

    rc = vz_change_find(change, tx);

    if (rc == VZ_OK && change->def->prepare != NULL) {
        rc = change->def->prepare(change, tx);
    }

    if (rc == VZ_OK) {
        rc = vz_change_make(change, tx);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    return vz_audit_with(tx, change->call, change->def->action,
                         vz_call_printf(change->call, "vm %uL", change->id),
                         change->detail);
}


static vz_code_e
vz_change_find(vz_change_t *change, vz_tx_t *tx)
{
    uint64_t    owner;
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_call_t  *call;

    call = change->call;
    owner = call->who.admin ? 0 : call->who.user;

    rc = vz_db_query(tx, call->pool, &vz_change_lock,
                     vz_binds(vz_int(change->id), vz_int(owner),
                              vz_int(owner)),
                     &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_NOENT;
    }

    change->owner = vz_cell_int(&rows, 0, 0);
    change->name = vz_cell_text(&rows, 0, 1);
    change->service = vz_cell_text(&rows, 0, 2);
    change->version = vz_cell_int(&rows, 0, 3);
    change->reason = vz_cell_text(&rows, 0, 4);
    change->busy = vz_cell_int(&rows, 0, 5);

    if (change->busy) {
        return VZ_BUSY;
    }

    return vz_change_is(change, change->def->services) ? VZ_OK : VZ_STATE;
}


ngx_uint_t
vz_change_is(const vz_change_t *change, const char *services)
{
    size_t       len;
    const char  *p;

    for (p = services; p != NULL && *p != '\0'; p += len + (p[len] == ' ')) {
        len = strcspn(p, " ");

        if (len == change->service.len
            && ngx_strncmp(p, change->service.data, len) == 0)
        {
            return 1;
        }
    }

    return services == NULL;
}


static vz_code_e
vz_change_make(vz_change_t *change, vz_tx_t *tx)
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


void
vz_change_refuse(vz_change_t *change, vz_code_e rc)
{
    vz_json_t  *out;
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
        out = vz_call_problem_open(call, NGX_HTTP_CONFLICT, "vm_busy",
                                   "Task %uL is at work on the container.",
                                   change->busy);
        vz_json_uint(out, "task", change->busy);
        vz_json_close(out);
        return;

    case VZ_STATE:
        vz_change_state(change);
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
vz_change_state(vz_change_t *change)
{
    vz_json_t  *out;

    if (vz_change_is(change, "ready")) {
        vz_call_problem(change->call, NGX_HTTP_CONFLICT, "not_suspended",
                        "The container is not suspended.");
        return;
    }

    if (!vz_change_is(change, "suspended")) {
        vz_call_problem(change->call, NGX_HTTP_CONFLICT, "not_ready",
                        "The container is not ready: %V.", &change->service);
        return;
    }

    out = vz_call_problem_open(change->call, NGX_HTTP_CONFLICT, "suspended",
                               "The container is suspended%s%V.",
                               change->reason.len ? ": " : "",
                               &change->reason);
    vz_json_text(out, "reason", &change->reason);
    vz_json_close(out);
}
