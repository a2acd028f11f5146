/*
 * What an administrator does with a task: retry a failed one at the step where
 * it failed, cancel one that was not begun, or note that a failure was seen.
 */

#include "panel/api/audit.h"
#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/api/route.h"
#include "panel/live/task_view.h"
#include "panel/task/runner.h"
#include "panel/task/task_action.h"
#include "panel/task/task_log.h"
#include "panel/task/task_workflow.h"
#include "runtime/call.h"


typedef struct vz_task_change_s  vz_task_change_t;

/* The statement of a change; text is added to the log. */
typedef vz_code_e (*vz_task_change_pt)(vz_tx_t *tx, vz_call_t *call,
    const vz_task_t *task, const ngx_str_t *text, vz_rows_t *rows);

struct vz_task_change_s {
    vz_task_change_pt   write;
    ngx_uint_t          flag;       /* of the workflows that allow it */
    vz_task_state_e     from;
    vz_task_state_e     to;
    const char         *action;     /* in the audit */
    const char         *words;      /* in its log, before who did it */
};


static void vz_task_change(vz_call_t *call, const vz_task_change_t *change);
static vz_code_e vz_task_change_in(vz_call_t *call,
    const vz_task_change_t *change, const vz_task_t *task);
static vz_code_e vz_task_retry_write(vz_tx_t *tx, vz_call_t *call,
    const vz_task_t *task, const ngx_str_t *text, vz_rows_t *rows);
static vz_code_e vz_task_cancel_write(vz_tx_t *tx, vz_call_t *call,
    const vz_task_t *task, const ngx_str_t *text, vz_rows_t *rows);
static void vz_task_change_show(uint64_t id, vz_task_state_e state);
static void vz_task_in_way(vz_call_t *call, const vz_task_t *task);


/*
 * The flags of the workflow are bound.  A container whose creation or
 * deletion failed, or that is in the trash, accepts only a workflow that fails
 * the same way.
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
    "  v.lifecycle = IF(v.lifecycle = ?, ?, v.lifecycle)"
    " WHERE t.id = ? AND t.state = 'failed' AND t.vm_id IS NOT NULL"
    " AND (NOT ? OR JSON_VALUE(t.data, '$.version') = v.version)"
    " AND (NOT ? OR v.lifecycle <> 'suspended')"
    " AND (NOT ? OR EXISTS (SELECT 1 FROM user u WHERE u.id = t.user_id"
    "  AND u.drawn <= t.created))"
    " AND (v.lifecycle NOT IN ('create_failed', 'delete_failed',"
    "   'trashed')"
    "  OR v.lifecycle = ?)");

/* only a task that was never begun */
static const vz_sql_t  vz_sql_cancel = vz_sql("task_cancel",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = t.step"
    " SET t.state = 'cancelled', t.busy = NULL, t.finished = NOW(3),"
    "  s.log = " vz_task_log_sql("s.log")
    " WHERE t.id = ? AND t.state = 'queued' AND t.owner IS NULL"
    " AND t.step = 0 AND t.error_code IS NULL");


static const vz_sql_t  vz_sql_seen = vz_sql("task_seen",
    "UPDATE task SET unseen = NULL WHERE id = ? AND unseen = 1");


static const vz_task_change_t  vz_task_retried = {
    vz_task_retry_write, VZ_WORKFLOW_RETRY, VZ_TASK_STATE_FAILED,
    VZ_TASK_STATE_QUEUED, "task.retry", "taken up again"
};

static const vz_task_change_t  vz_task_cancelled = {
    vz_task_cancel_write, VZ_WORKFLOW_CANCELLABLE, VZ_TASK_STATE_QUEUED,
    VZ_TASK_STATE_CANCELLED, "task.cancel", "cancelled"
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

    rc = vz_task_get(call->pool, id, NULL, vz_none(), &task);

    if (rc == VZ_OK) {
        rc = vz_task_change_in(call, change, &task);
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
                        "is %s, or its step does not allow it.",
                        vz_task_state_name(change->from),
                        vz_task_state_name(task.state));
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
    const vz_task_t *task)
{
    u_char                buf[VZ_TASK_LOG_LINE];
    vz_tx_t              *tx;
    ngx_str_t             text;
    vz_rows_t             rows;
    vz_code_e             rc;
    vz_task_log_t         log;
    const vz_workflow_t  *workflow;

    workflow = vz_task_workflow_find(&task->kind);

    if (workflow == NULL || !(workflow->flags & change->flag)) {
        return VZ_STATE;
    }

    vz_task_log_init(&log, buf, sizeof(buf));
    vz_task_log_add(&log, VZ_TASK_LOG_ALL, "%s by %s", change->words,
                    call->who.account);

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    text = vz_task_log_text(&log);
    rc = change->write(tx, call, task, &text, &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_STATE;
    }

    if (rc == VZ_OK) {
        rc = vz_audit_by(tx, call, change->action,
                         vz_call_printf(call, "task %uL", task->id));
    }

    return vz_db_end(tx, rc);
}


static vz_code_e
vz_task_retry_write(vz_tx_t *tx, vz_call_t *call, const vz_task_t *task,
    const ngx_str_t *text, vz_rows_t *rows)
{
    vz_bind_t             failed, again;
    const vz_workflow_t  *workflow;

    workflow = vz_task_workflow_find(&task->kind);

    failed = vz_bind_cstr(vz_vm_lifecycle_name(workflow->failed));
    again = vz_bind_cstr(vz_vm_lifecycle_name(
                             vz_vm_lifecycle_retried(workflow->failed)));

    return vz_db_query(tx, call->pool, &vz_sql_retry,
                       vz_binds(vz_text(*text), failed, again,
                                vz_int(task->id),
                                vz_int((workflow->flags
                                        & VZ_WORKFLOW_RETRY_IF_VERSION) != 0),
                                vz_int((workflow->flags
                                        & VZ_WORKFLOW_STARTS) != 0),
                                vz_int((workflow->flags
                                        & VZ_WORKFLOW_RETRY_IF_DRAWN) != 0),
                                failed),
                       rows);
}


static vz_code_e
vz_task_cancel_write(vz_tx_t *tx, vz_call_t *call, const vz_task_t *task,
    const ngx_str_t *text, vz_rows_t *rows)
{
    return vz_db_query(tx, call->pool, &vz_sql_cancel,
                       vz_binds(vz_text(*text), vz_int(task->id)), rows);
}


/* the zone must not show watchers the old state */

static void
vz_task_change_show(uint64_t id, vz_task_state_e state)
{
    vz_task_view_t  view;

    if (vz_task_view_get(id, &view) == NGX_OK) {
        ngx_cpystrn(view.state, (u_char *) vz_task_state_name(state),
                    sizeof(view.state));
        vz_task_view_put(&view);
    }
}


static void
vz_task_in_way(vz_call_t *call, const vz_task_t *task)
{
    uint64_t  busy;

    if (vz_task_busy(call->pool, task->vm, &busy) != VZ_OK || busy == 0) {
        busy = task->id;
    }

    vz_task_refuse_busy(call, busy);
}
