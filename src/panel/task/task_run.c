/*
 * Carrying out a claimed task: its steps one after another; the end of each is
 * written to the database before the next begins.
 */

#include "panel/api/metric.h"
#include "panel/live/vm_lifecycle.h"
#include "panel/mail/mail.h"
#include "panel/task/run_own.h"
#include "panel/task/task_run.h"
#include "runtime/clock.h"
#include "runtime/row.h"
#include "runtime/settings.h"


#define VZ_TASK_RUN_BACKOFF   30000  /* ms, at most */
#define VZ_TASK_RUN_UNDO      3     /* times the attempts, to undo a step */
#define VZ_TASK_RUN_REFUSED   "20"  /* attempts to load a task */


static vz_code_e vz_task_run_begin(vz_task_run_t *run);
static vz_code_e vz_task_run_done(vz_task_run_t *run);
static vz_bind_t vz_task_run_lifecycle(vz_vm_lifecycle_e lifecycle);
static void vz_task_run_tell(vz_task_run_t *run);
static void vz_task_run_tell_broke(vz_task_run_t *run);
static vz_code_e vz_task_run_server(vz_task_run_t *run, ngx_str_t *name,
    ngx_str_t *reason);
static vz_code_e vz_task_run_confirm(vz_task_run_t *run, ngx_uint_t step);
static void vz_task_run_later(vz_task_run_t *run, vz_code_e why);
static void vz_task_run_fail(vz_task_run_t *run, vz_code_e why);
static void vz_task_run_count(const vz_task_run_t *run, ngx_uint_t done);
static void vz_task_run_lost(vz_task_run_t *run);
static void vz_task_run_failed(vz_task_run_t *run, vz_code_e why);
static vz_code_e vz_task_run_undo(vz_task_run_t *run);
static vz_code_e vz_task_run_failed_body(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static ngx_uint_t vz_task_run_temporary(vz_code_e code);
static const char *vz_task_run_why(vz_code_e code);
static void vz_task_run_log_detail(vz_task_run_t *run);
static void vz_task_run_log_begin(const vz_task_run_t *run,
    vz_task_log_t *log);
static void vz_task_run_show(vz_task_run_t *run, vz_task_state_e state,
    ngx_uint_t step_percent);
static void vz_task_run_name(u_char *dst, size_t size, const char *src);


static const vz_sql_t  vz_sql_where = vz_sql("task_where",
    "SELECT step FROM task WHERE id = ? AND (owner = ? OR state = 'done')");

/* the column keeps the last reason also when the suspension has ended */
static const vz_sql_t  vz_sql_why = vz_sql("suspended_why",
    "SELECT name, IF(lifecycle = 'suspended', suspended_reason, NULL) AS why"
    " FROM vm WHERE id = ?");

static const vz_sql_t  vz_sql_begin = vz_sql("step_begin",
    "UPDATE task_step s JOIN task t ON t.id = s.task_id"
    " SET s.state = 'running', s.started = COALESCE(s.started, NOW(3)),"
    "  s.log = " vz_task_log_sql("s.log")
    " WHERE t.id = ? AND t.owner = ? AND s.position = ?");

/* the end of a step and the beginning of the next are one statement */
static const vz_sql_t  vz_sql_next = vz_sql("step_next",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = ?"
    " LEFT JOIN task_step f ON f.task_id = t.id AND f.position = ?"
    " LEFT JOIN vm v ON v.id = t.vm_id"
    " SET s.state = 'done', s.finished = NOW(3), s.detail = ?,"
    "  s.log = " vz_task_log_sql("s.log") ","
    "  f.state = 'running', f.started = NOW(3),"
    "  f.log = " vz_task_log_sql("f.log") ","
    "  v.lifecycle = COALESCE(?, v.lifecycle), t.step = ?, t.attempt = 1,"
    "  t.busy = IF(?, NULL, t.busy)"
    " WHERE t.id = ? AND t.owner = ? AND t.step = ?");

static const vz_sql_t  vz_sql_last = vz_sql("step_last",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = ?"
    " LEFT JOIN vm v ON v.id = t.vm_id"
    " SET s.state = 'done', s.finished = NOW(3), s.detail = ?,"
    "  s.log = " vz_task_log_sql("s.log") ","
    "  v.lifecycle = COALESCE(?, v.lifecycle), t.step = ?, t.state = 'done',"
    "  t.finished = NOW(3), t.busy = NULL, t.owner = NULL, t.lease = NULL"
    " WHERE t.id = ? AND t.owner = ? AND t.step = ?");

static const vz_sql_t  vz_sql_later = vz_sql("step_later",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = ?"
    " SET s.state = 'queued', s.detail = ?,"
    "  s.log = " vz_task_log_sql("s.log") ","
    "  t.state = 'queued', t.owner = NULL, t.lease = NULL,"
    "  t.not_before = NOW(3) + INTERVAL ? * 1000 MICROSECOND"
    " WHERE t.id = ? AND t.owner = ?");

/* claims the failure, so that no other worker goes on with the task */
static const vz_sql_t  vz_sql_failing = vz_sql("task_failing",
    "UPDATE task SET error_code = ?, error_detail = ?,"
    " lease = NOW(3) + INTERVAL " VZ_RUN_OWN_LEASE
    " WHERE id = ? AND owner = ? AND step = ? AND state = 'running'");

static const vz_sql_t  vz_sql_fail = vz_sql("task_fail",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = ?"
    " LEFT JOIN vm v ON v.id = t.vm_id"
    " SET s.state = 'failed', s.finished = NOW(3), s.detail = ?,"
    "  s.log = " vz_task_log_sql("s.log") ","
    "  v.lifecycle = IF(" vz_vm_lifecycle_made("v.lifecycle") ", v.lifecycle,"
    "                 COALESCE(?, v.lifecycle)), t.state = 'failed',"
    "  t.finished = NOW(3), t.busy = NULL, t.owner = NULL, t.lease = NULL,"
    "  t.error_code = COALESCE(t.error_code, ?),"
    "  t.error_detail = COALESCE(t.error_detail, ?), t.unseen = 1"
    " WHERE t.id = ? AND t.owner = ?");

static const vz_sql_t  vz_sql_put_off = vz_sql("task_put_off",
    "UPDATE task SET state = 'queued', owner = NULL, lease = NULL,"
    " not_before = NOW(3) + INTERVAL 30 SECOND"
    " WHERE id = ? AND owner = ? AND attempt < " VZ_TASK_RUN_REFUSED);

static const vz_sql_t  vz_sql_refuse = vz_sql("task_refuse",
    "UPDATE task SET state = 'failed', finished = NOW(3), busy = NULL,"
    " owner = NULL, lease = NULL, unseen = 1, error_code = ?,"
    " error_detail = 'This version of the panel does not know such a task.'"
    " WHERE id = ? AND owner = ?");


void
vz_task_run_go(vz_task_run_t *run)
{
    vz_code_e  rc;

    if (run->failing) {
        vz_task_run_failed(run, VZ_FAILED);
        return;
    }

    for (rc = vz_task_run_begin(run); rc == VZ_OK; /* void */ ) {
        ngx_str_null(&run->detail);
        run->since = ngx_current_msec;
        run->verbs = 0;
        vz_task_run_show(run, VZ_TASK_STATE_RUNNING, 0);

        rc = run->workflow->steps[run->step].run(run);

        if (rc == VZ_STALE) {
            break;
        }

        if (rc != VZ_OK) {
            if (vz_task_run_temporary(rc)
                && run->attempt < run->workflow->attempts)
            {
                vz_task_run_later(run, rc);

            } else {
                vz_task_run_fail(run, rc);
            }

            return;
        }

        rc = vz_task_run_done(run);

        if (run->step == run->workflow->nsteps) {
            vz_task_run_count(run, 1);
            return;
        }
    }

    vz_task_run_lost(run);
}


static void
vz_task_run_count(const vz_task_run_t *run, ngx_uint_t done)
{
    vz_metric_task(run->workflow->kind, done,
                   run->age + (vz_clock_msec() - run->loaded));
}


/* another worker carries the task on, and notifies people */

static void
vz_task_run_lost(vz_task_run_t *run)
{
    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                  "vzpanel: task %uL is somebody else's now", run->id);
}


/* a step that was begun before is begun again */

static vz_code_e
vz_task_run_begin(vz_task_run_t *run)
{
    u_char         buf[VZ_TASK_LOG_LINE];
    vz_task_log_t  log;

    vz_task_log_init(&log, buf, sizeof(buf));
    vz_task_run_log_begin(run, &log);

    return vz_run_own_write(run, &vz_sql_begin,
                            vz_binds(vz_text(vz_task_log_text(&log)),
                                     vz_int(run->id), vz_text(*run->runner),
                                     vz_int(run->step)));
}


static vz_code_e
vz_task_run_done(vz_task_run_t *run)
{
    u_char            buf[VZ_TASK_LOG_LINE];
    ngx_str_t         text;
    vz_code_e         rc;
    ngx_uint_t        next, frees;
    vz_bind_t         lifecycle;
    vz_task_log_t     begun;
    const vz_step_t  *step;

    step = &run->workflow->steps[run->step];
    next = run->step + 1;
    frees = (run->workflow->flags & VZ_WORKFLOW_FREES) != 0;
    lifecycle = vz_task_run_lifecycle(step->lifecycle);

    if (run->detail.len) {
        vz_task_log_add(&run->log, VZ_TASK_LOG_ALL, "%V", &run->detail);
    }

    vz_task_log_add(&run->log, VZ_TASK_LOG_ALL, "done in %M ms",
                    ngx_current_msec - run->since);
    text = vz_task_log_text(&run->log);

    run->attempt = 1;
    run->lost = 0;

    if (next < run->workflow->nsteps) {
        vz_task_log_init(&begun, buf, sizeof(buf));
        vz_task_run_log_begin(run, &begun);

        rc = vz_run_own_write(run, &vz_sql_next,
                              vz_binds(vz_int(run->step), vz_int(next),
                                       vz_text(run->detail), vz_text(text),
                                       vz_text(vz_task_log_text(&begun)),
                                       lifecycle, vz_int(next), vz_int(frees),
                                       vz_int(run->id),
                                       vz_text(*run->runner),
                                       vz_int(run->step)));
    } else {
        rc = vz_run_own_write(run, &vz_sql_last,
                              vz_binds(vz_int(run->step), vz_text(run->detail),
                                       vz_text(text), lifecycle, vz_int(next),
                                       vz_int(run->id),
                                       vz_text(*run->runner),
                                       vz_int(run->step)));
    }

    if (rc == VZ_CONFLICT) {
        rc = vz_task_run_confirm(run, next);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    run->step = next;
    run->freed |= frees;
    run->log.last = run->log.start;

    if (next == run->workflow->nsteps) {
        vz_task_run_show(run, VZ_TASK_STATE_DONE, 0);
        vz_task_run_tell(run);
    }

    return VZ_OK;
}


/* VZ_VM_LIFECYCLE_NONE leaves the container's as it is */

static vz_bind_t
vz_task_run_lifecycle(vz_vm_lifecycle_e lifecycle)
{
    return lifecycle == VZ_VM_LIFECYCLE_NONE
           ? vz_none() : vz_bind_cstr(vz_vm_lifecycle_name(lifecycle));
}


static void
vz_task_run_tell(vz_task_run_t *run)
{
    ngx_str_t  name, reason;

    if (run->workflow->notice != VZ_NOTICE_NONE
        && vz_task_run_server(run, &name, &reason) == VZ_OK)
    {
        vz_notification_tell(run->workflow->notice, run->owner, run->vm.id,
                             &name, &reason);
    }
}


/* the container's name and why it is suspended; VZ_NOENT if it is gone */

static vz_code_e
vz_task_run_server(vz_task_run_t *run, ngx_str_t *name, ngx_str_t *reason)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    ngx_str_null(name);
    ngx_str_null(reason);

    rc = vz_db_query(NULL, run->pool, &vz_sql_why,
                     vz_binds(vz_int(run->vm.id)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc != VZ_OK ? rc : VZ_NOENT;
    }

    *name = vz_row_text(&rows, 0, "name");
    *reason = vz_row_text(&rows, 0, "why");

    return VZ_OK;
}


/*
 * A write changed nothing: either another worker has the task, or the
 * statement was carried out and only its answer was lost.
 */

static vz_code_e
vz_task_run_confirm(vz_task_run_t *run, ngx_uint_t step)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, run->pool, &vz_sql_where,
                     vz_binds(vz_int(run->id), vz_text(*run->runner)),
                     &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    return rows.rows && vz_row_int(&rows, 0, "step") == (int64_t) step
           ? VZ_OK : VZ_CONFLICT;
}


static ngx_uint_t
vz_task_run_temporary(vz_code_e code)
{
    switch (code) {

    case VZ_DOWN:
    case VZ_BUSY:
    case VZ_AGAIN:
    case VZ_DENIED:
    case VZ_TIMEOUT:
    case VZ_CONFLICT:
    case VZ_OVERLOADED:
        return 1;

    default:
        return 0;
    }
}


static const char *
vz_task_run_why(vz_code_e code)
{
    return code == VZ_DOWN ? "node_down" : vz_code_name(code);
}


static void
vz_task_run_later(vz_task_run_t *run, vz_code_e why)
{
    ngx_uint_t  msec;

    msec = run->attempt > 7 ? VZ_TASK_RUN_BACKOFF
           : ngx_min((ngx_uint_t) 250 << run->attempt, VZ_TASK_RUN_BACKOFF);

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "vzpanel: task %uL step %s: %s (%V), again in %ui ms",
                  run->id, run->workflow->steps[run->step].name,
                  vz_task_run_why(why), &run->detail, msec);

    vz_task_run_log_detail(run);
    vz_task_log_add(&run->log, VZ_TASK_LOG_ALL,
                    "attempt %ui failed: %s; again in %ui ms",
                    run->attempt, vz_task_run_why(why), msec);

    if (vz_run_own_write(run, &vz_sql_later,
                         vz_binds(vz_int(run->step), vz_text(run->detail),
                                  vz_text(vz_task_log_text(&run->log)),
                                  vz_int(msec), vz_int(run->id),
                                  vz_text(*run->runner)))
        == VZ_OK)
    {
        vz_task_run_show(run, VZ_TASK_STATE_QUEUED, 0);

    } else {
        vz_task_run_lost(run);
    }
}


/*
 * The failure is claimed before anything is undone: where another worker has
 * taken the task meanwhile, the node stays as that one made it.
 */

static void
vz_task_run_fail(vz_task_run_t *run, vz_code_e why)
{
    const char  *code;

    code = vz_task_run_why(why);

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "vzpanel: task %uL step %s failed: %s (%V)", run->id,
                  run->workflow->steps[run->step].name, code, &run->detail);

    vz_task_run_log_detail(run);
    vz_task_log_add(&run->log, VZ_TASK_LOG_ALL, "failed: %s", code);

    if (run->workflow->undo != NULL
        && vz_run_own_write(run, &vz_sql_failing,
                            vz_binds(vz_bind_cstr(code), vz_text(run->detail),
                                     vz_int(run->id), vz_text(*run->runner),
                                     vz_int(run->step)))
           != VZ_OK)
    {
        vz_task_run_lost(run);
        return;
    }

    vz_task_run_failed(run, why);
}


/* a worker that takes over a claimed failure goes on from here */

static void
vz_task_run_failed(vz_task_run_t *run, vz_code_e why)
{
    ngx_str_t  detail;

    detail = run->detail;
    run->verbs = 0;

    if (run->workflow->undo != NULL) {

        if (vz_task_run_undo(run) != VZ_OK) {
            return;
        }

        run->detail = detail;
    }

    if (vz_run_own_settle(run, vz_task_run_failed_body,
                          (void *) vz_task_run_why(why))
        == VZ_OK)
    {
        vz_task_run_count(run, 0);
        vz_task_run_show(run, VZ_TASK_STATE_FAILED, 0);
        vz_task_run_tell_broke(run);
    }
}


/* VZ_OK also where the undoing failed for good */

static vz_code_e
vz_task_run_undo(vz_task_run_t *run)
{
    vz_code_e  rc;

    run->failing = 1;
    vz_task_log_add(&run->log, VZ_TASK_LOG_ALL, "putting back what was");

    rc = run->workflow->undo(run);

    if (rc == VZ_STALE) {
        vz_task_run_lost(run);
        return rc;
    }

    if (rc != VZ_OK && vz_task_run_temporary(rc)
        && run->attempt < VZ_TASK_RUN_UNDO * run->workflow->attempts)
    {
        vz_task_run_later(run, rc);
        return rc;
    }

    if (rc != VZ_OK) {
        vz_task_log_add(&run->log, VZ_TASK_LOG_ADMIN, "that failed, too: "
                        "%s: %V", vz_code_name(rc), &run->detail);
    }

    return VZ_OK;
}


/* the mail to administrators is queued in the transaction of the failure */

static vz_code_e
vz_task_run_failed_body(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    vz_code_e             rc;
    const char           *code = data;
    const vz_workflow_t  *workflow = run->workflow;

    rc = vz_db_query(tx, run->pool, &vz_sql_fail,
                     vz_binds(vz_int(run->step), vz_text(run->detail),
                              vz_text(vz_task_log_text(&run->log)),
                              vz_task_run_lifecycle(workflow->failed),
                              vz_bind_cstr(code), vz_text(run->detail),
                              vz_int(run->id), vz_text(*run->runner)),
                     NULL);

    if (rc == VZ_OK && workflow->broke != VZ_NOTICE_NONE
        && vz_settings()->mail_failed)
    {
        rc = vz_mail_failed(tx, run->pool, run->id,
                            workflow->steps[run->step].name, code,
                            &run->detail);
    }

    return rc;
}


static void
vz_task_run_tell_broke(vz_task_run_t *run)
{
    ngx_str_t  name, reason;

    if (run->workflow->broke != VZ_NOTICE_NONE) {
        (void) vz_task_run_server(run, &name, &reason);
        vz_notification_tell(run->workflow->broke, 0, run->id, &name, NULL);
    }
}


/*
 * A task that this module can't load may be for a newer module on another
 * host, so it is put off; after VZ_TASK_RUN_REFUSED attempts it fails, and
 * its container is free again.
 */

void
vz_task_run_refuse(vz_task_run_t *run, vz_code_e why)
{
    vz_code_e  rc;

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "vzpanel: task %uL could not be loaded: %s", run->id,
                  vz_code_name(why));

    if (why != VZ_UNSUPPORTED && why != VZ_INTERNAL) {
        return;                     /* the database; the lease lapses */
    }

    rc = vz_run_own_write(run, &vz_sql_put_off,
                          vz_binds(vz_int(run->id), vz_text(*run->runner)));

    if (rc == VZ_CONFLICT) {
        (void) vz_run_own_write(run, &vz_sql_refuse,
                                vz_binds(vz_bind_cstr(vz_code_name(why)),
                                         vz_int(run->id),
                                         vz_text(*run->runner)));
    }
}


/* only administrators read what the node said */

static void
vz_task_run_log_detail(vz_task_run_t *run)
{
    if (run->detail.len) {
        vz_task_log_add(&run->log, VZ_TASK_LOG_ADMIN, "%V", &run->detail);
    }
}


static void
vz_task_run_log_begin(const vz_task_run_t *run, vz_task_log_t *log)
{
    if (run->lost) {
        vz_task_log_add(log, VZ_TASK_LOG_ALL, "taken up again, its runner is "
                        "gone: attempt %ui", run->attempt);

    } else if (run->attempt > 1) {
        vz_task_log_add(log, VZ_TASK_LOG_ALL, "attempt %ui", run->attempt);

    } else {
        vz_task_log_add(log, VZ_TASK_LOG_ALL, "begun");
    }
}


void
vz_task_run_progress(void *data, ngx_uint_t percent, const ngx_str_t *words)
{
    vz_task_run_t  *run = data;

    u_char  said[sizeof(run->view.detail)];

    ngx_cpystrn(said, words->data, ngx_min(words->len + 1, sizeof(said)));

    /* a percent that moves under the same words is no news */

    if (ngx_strcmp(said, run->view.detail) != 0) {
        vz_task_log_add(&run->log, VZ_TASK_LOG_ALL, "%s", said);
        ngx_cpystrn(run->view.detail, said, sizeof(said));
    }

    /* a verb that outlived our claim is not what the task does now */

    if (vz_run_own_held(run)) {
        vz_task_run_show(run, VZ_TASK_STATE_RUNNING, percent);
    }
}


static void
vz_task_run_show(vz_task_run_t *run, vz_task_state_e state,
    ngx_uint_t step_percent)
{
    ngx_uint_t            i, all, past;
    vz_task_view_t       *view = &run->view;
    const vz_workflow_t  *workflow = run->workflow;

    all = 0;
    past = 0;

    for (i = 0; i < workflow->nsteps; i++) {
        all += workflow->steps[i].weight;
        past += i < run->step ? workflow->steps[i].weight : 0;
    }

    if (run->step < workflow->nsteps) {
        past += workflow->steps[run->step].weight * step_percent / 100;
        vz_task_run_name(view->step_name, sizeof(view->step_name),
                         workflow->steps[run->step].name);
    }

    if (step_percent == 0) {
        ngx_cpystrn(view->detail, run->detail.data ? run->detail.data
                                                   : (u_char *) "",
                    ngx_min(run->detail.len + 1, sizeof(view->detail)));
    }

    view->id = run->id;
    view->vm = run->vm.id;
    view->owner = run->owner;
    view->step = run->step;
    view->steps = workflow->nsteps;
    view->percent = all ? past * 100 / all : 100;
    view->step_percent = step_percent;
    vz_task_run_name(view->kind, sizeof(view->kind), workflow->kind);
    vz_task_run_name(view->state, sizeof(view->state),
                     vz_task_state_name(state));

    vz_task_view_put(view);
}


static void
vz_task_run_name(u_char *dst, size_t size, const char *src)
{
    ngx_cpystrn(dst, (u_char *) src, size);
}
