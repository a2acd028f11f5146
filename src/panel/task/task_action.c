/*
 * POST /api/tasks/{id}/retry, /cancel and /seen: an administrator takes a
 * failed task up again at the step where it failed, or one back that still
 * waits, or has seen that one failed.
 */

#include "panel/api/audit.h"
#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/api/route.h"
#include "panel/live/task_view.h"
#include "panel/task/runner.h"
#include "panel/task/task_action.h"
#include "panel/task/task_log.h"
#include "panel/task/task_run.h"
#include "panel/vm/vm_action.h"
#include "runtime/call.h"


typedef struct {
    const vz_sql_t  *sql;
    const char      *from;          /* states */
    const char      *to;
    const char      *action;        /* in the audit */
    const char      *words;         /* in its log, before who did it */
} vz_task_change_t;


static void vz_task_change(vz_call_t *call, const vz_task_change_t *change);
static vz_code_e vz_task_change_in(vz_call_t *call,
    const vz_task_change_t *change, uint64_t id);
static void vz_task_change_show(uint64_t id, const char *state);
static void vz_task_in_way(vz_call_t *call, const vz_task_t *task);


/*
 * A change of hardware only while nothing else has changed the container
 * since; one of the network never, its addresses were given back.  What is
 * suspended is not started by the way, and what is half made or half gone is
 * ended by the kind of task that began it.
 */
static const vz_sql_t  vz_sql_retry = vz_sql("task_retry",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = t.step"
    " LEFT JOIN vm v ON v.id = t.vm_id"
    " SET t.state = 'queued', t.busy = t.vm_id, t.attempt = 0,"
    "  t.round = t.round + 1,"
    "  t.not_before = NULL, t.finished = NULL, t.error_code = NULL,"
    "  t.error_detail = NULL, t.unseen = NULL, s.state = 'queued',"
    "  s.finished = NULL,"
    "  s.log = " vz_task_log_sql("s.log") ","
    "  v.service = CASE v.service WHEN 'create_failed' THEN 'creating'"
    "   WHEN 'delete_failed' THEN 'deleting' ELSE v.service END"
    " WHERE t.id = ? AND t.state = 'failed' AND t.vm_id IS NOT NULL"
    " AND t.kind <> 'network' AND (t.kind NOT IN ('memory', 'disk', 'cpu')"
    "  OR JSON_VALUE(t.data, '$.version') = v.version)"
    " AND (t.kind NOT IN ('start', 'restart') OR v.service <> 'suspended')"
    " AND CASE v.service"
    "  WHEN 'create_failed' THEN t.kind IN ('order', 'create', 'adopt')"
    "  WHEN 'delete_failed' THEN t.kind = 'destroy' ELSE TRUE END");

/* nothing has been begun yet, and nothing was claimed for it */
static const vz_sql_t  vz_sql_cancel = vz_sql("task_cancel",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = t.step"
    " SET t.state = 'cancelled', t.busy = NULL, t.finished = NOW(3),"
    "  s.log = " vz_task_log_sql("s.log")
    " WHERE t.id = ? AND t.state = 'queued' AND t.owner IS NULL"
    " AND t.step = 0 AND t.error_code IS NULL"
    " AND t.kind IN ('start', 'stop', 'restart', 'memory', 'disk', 'cpu',"
    "  'suspend', 'unsuspend')");


static const vz_sql_t  vz_sql_seen = vz_sql("task_seen",
    "UPDATE task SET unseen = NULL WHERE id = ? AND unseen = 1");


static const vz_task_change_t  vz_task_retried = {
    &vz_sql_retry, "failed", "queued", "task.retry", "taken up again"
};

static const vz_task_change_t  vz_task_cancelled = {
    &vz_sql_cancel, "queued", "cancelled", "task.cancel", "cancelled"
};


void
vz_task_action_retry(vz_call_t *call)
{
    vz_task_change(call, &vz_task_retried);
}


void
vz_task_action_cancel(vz_call_t *call)
{
    vz_task_change(call, &vz_task_cancelled);
}


void
vz_task_action_seen(vz_call_t *call)
{
    uint64_t   id;
    vz_rows_t  rows;
    vz_code_e  rc;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_sql_seen, vz_binds(vz_int(id)),
                     &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (rows.affected) {
        vz_notification_tell(VZ_NOTICE_TASK_SEEN, 0, id, NULL, NULL);
    }

    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


static void
vz_task_change(vz_call_t *call, const vz_task_change_t *change)
{
    uint64_t    id;
    vz_code_e   rc;
    vz_task_t   task;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    rc = vz_task_get(call->pool, id, NULL, 0, &task);

    if (rc == VZ_OK) {
        rc = vz_task_change_in(call, change, id);
    }

    switch (rc) {

    case VZ_OK:
        vz_task_change_show(id, change->to);
        vz_runner_kick();
        vz_task_accepted(call, id);
        return;

    case VZ_NOENT:
        vz_route_absent(call);
        return;

    case VZ_STATE:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "not_possible",
                        "Only a task that is %s can be changed so; this one "
                        "is %V, or its step does not allow it.",
                        change->from, &task.state);
        return;

    case VZ_DUPLICATE:
        vz_task_in_way(call, &task);
        return;

    default:
        vz_call_fault(call, "database", rc);
    }
}


static vz_code_e
vz_task_change_in(vz_call_t *call, const vz_task_change_t *change,
    uint64_t id)
{
    u_char          buf[VZ_TASK_LOG_LINE];
    vz_tx_t        *tx;
    vz_rows_t       rows;
    vz_code_e       rc;
    vz_task_log_t   log;

    vz_task_log_init(&log, buf, sizeof(buf));
    vz_task_log_add(&log, VZ_TASK_LOG_ALL, "%s by %s", change->words,
                    call->who.account);

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_db_query(tx, call->pool, change->sql,
                     vz_binds(vz_text(vz_task_log_text(&log)), vz_int(id)),
                     &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_STATE;
    }

    if (rc == VZ_OK) {
        rc = vz_audit_by(tx, call, change->action,
                         vz_call_printf(call, "task %uL", id));
    }

    if (rc != VZ_OK) {
        vz_db_rollback(tx);
        return rc;
    }

    return vz_db_commit(tx);
}


/* who watches the task, and who waits for it, must not see how it was */

static void
vz_task_change_show(uint64_t id, const char *state)
{
    vz_task_view_t  view;

    if (vz_task_view_get(id, &view) == NGX_OK) {
        ngx_cpystrn(view.state, (u_char *) state, sizeof(view.state));
        vz_task_view_put(&view);
    }
}


static void
vz_task_in_way(vz_call_t *call, const vz_task_t *task)
{
    vz_vm_action_t  change;

    ngx_memzero(&change, sizeof(vz_vm_action_t));

    change.call = call;

    if (vz_task_busy(call->pool, task->vm, &change.busy) != VZ_OK
        || change.busy == 0)
    {
        change.busy = task->id;
    }

    vz_vm_action_refuse(&change, VZ_BUSY);
}
