/*
 * Tasks in the database and as people see them.
 */

#include "panel/api/auth.h"
#include "panel/api/body.h"
#include "panel/api/listing.h"
#include "panel/api/query.h"
#include "panel/api/route.h"
#include "panel/api/strlist.h"
#include "panel/live/task_said.h"
#include "panel/live/task_view.h"
#include "panel/task/task.h"
#include "panel/task/task_log.h"
#include "panel/task/task_wait.h"
#include "panel/task/task_workflow.h"
#include "runtime/call.h"
#include "runtime/row.h"


#define vz_time(column)                                                       \
    "CONCAT(LEFT(DATE_FORMAT(" column ", '%Y-%m-%dT%T.%f'), 23), 'Z')"

/*
 * Until when what a task did can be undone: the container's deletion while it
 * is in the trash by this task, a reinstall while it is the last one.
 */

#define VZ_TASK_UNDO                                                          \
    "CASE t.kind"                                                             \
    " WHEN 'trash' THEN IF(w.lifecycle = 'trashed'"                           \
    "  AND t.created >= w.trashed_at, w.trashed_until, NULL)"                 \
    " WHEN 'reinstall' THEN IF(w.old_until > NOW() AND t.state = 'done'"      \
    "  AND NOT EXISTS (SELECT 1 FROM task l WHERE l.vm_id = t.vm_id"          \
    "   AND l.kind = 'reinstall' AND l.id > t.id), w.old_until, NULL) END"

#define vz_task_named(state)  vz_bind_cstr(vz_task_state_name(state))

#define VZ_TASK_ROW(first, next, of)                                          \
    first(of, id, INT, "t.id")                                                \
    next(of, kind, TEXT, "t.kind")                                            \
    next(of, vm, INT, "t.vm_id")                                              \
    next(of, vm_name, TEXT, "t.vm_name")                                      \
    next(of, owner, INT, "t.user_id")                                         \
    next(of, owner_account, TEXT, "o.account")                                \
    next(of, actor, TEXT, "t.actor")                                          \
    next(of, via, TEXT, "t.via")                                              \
    next(of, state, NAMED(vz_task_state_names), "t.state")                    \
    next(of, step, INT, "t.step")                                             \
    next(of, created, TEXT, vz_time("t.created"))                             \
    next(of, started, TEXT, vz_time("t.started"))                             \
    next(of, finished, TEXT, vz_time("t.finished"))                           \
    next(of, error_code, TEXT, "t.error_code")                                \
    next(of, error_detail, TEXT, "t.error_detail")                            \
    next(of, unseen, FLAG, "t.unseen")                                        \
    next(of, undo, TEXT, "DATE_FORMAT(" VZ_TASK_UNDO ", '%Y-%m-%dT%TZ')")     \
    next(of, undo_left, INT,                                                  \
         "GREATEST(0, TIMESTAMPDIFF(SECOND, NOW(), " VZ_TASK_UNDO "))")

#define VZ_TASK_STEP_ROW(first, next, of)                                     \
    first(of, name, TEXT, "s.name")                                           \
    next(of, state, NAMED(vz_task_state_names), "s.state")                    \
    next(of, detail, TEXT, "s.detail")                                        \
    next(of, started, TEXT, vz_time("s.started"))                             \
    next(of, finished, TEXT, vz_time("s.finished"))                           \
    next(of, msec, INT,                                                       \
         "TIMESTAMPDIFF(MICROSECOND, s.started,"                              \
         " COALESCE(s.finished, NOW(3))) DIV 1000")

#define VZ_TASK_COLUMNS                                                       \
    vz_row_sql(VZ_TASK_ROW) ", " vz_row_sql(VZ_TASK_STEP_ROW)

#define VZ_TASK_NCOLUMNS  vz_row_count(VZ_TASK_ROW)

/* its steps, whose container it is about, and that itself */

#define VZ_TASK_JOINS                                                         \
    " LEFT JOIN user o ON o.id = t.user_id"                                   \
    " LEFT JOIN vm w ON w.id = t.vm_id"                                       \
    " LEFT JOIN task_step s ON s.task_id = t.id"


static void vz_task_read(const vz_rows_t *rows, ngx_uint_t *row,
    vz_task_t *task);
static void vz_task_undo_json(vz_json_t *json, const vz_task_t *task);
static void vz_task_detail(vz_json_t *json, const vz_task_t *task,
    const ngx_str_t *text, ngx_uint_t everybody);
static void vz_task_steps_json(vz_json_t *json, const vz_task_t *task);
static void vz_task_seconds(vz_json_t *json, int64_t msec);
static void vz_task_live(vz_task_t *task, ngx_pool_t *pool);
static void vz_task_answer(vz_call_t *call);
static void vz_task_again(vz_call_t *call);
static vz_code_e vz_task_find(vz_call_t *call, vz_task_t *task);
static void vz_task_show(vz_call_t *call, vz_code_e rc, vz_task_t *task);


static const vz_row_member_t  vz_task_row[] =
    vz_row_members(VZ_TASK_ROW, vz_task_t);

static const vz_row_member_t  vz_task_step_row[] =
    vz_row_members(VZ_TASK_STEP_ROW, vz_step_view_t);


static const vz_sql_t  vz_sql_task = vz_sql("task_create",
    "INSERT INTO task (kind, vm_id, vm_name, busy, user_id, actor_id, actor,"
    " via, steps, step, data, link, state)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

static const vz_sql_t  vz_sql_step = vz_sql("step_create",
    "INSERT INTO task_step (task_id, position, name, state, started, finished)"
    " VALUES (?, ?, ?, ?, IF(?, NOW(3), NULL), IF(?, NOW(3), NULL))");

static const vz_sql_t  vz_sql_busy = vz_sql("task_busy",
    "SELECT id FROM task WHERE busy = ?");

static const vz_sql_t  vz_sql_get = vz_sql("task_get",
    "SELECT " VZ_TASK_COLUMNS ", s.log FROM task t" VZ_TASK_JOINS
    " WHERE t.id = ? AND " vz_auth_owned("t.user_id") " ORDER BY s.position");

static const vz_sql_t  vz_sql_link = vz_sql("task_link",
    "SELECT " VZ_TASK_COLUMNS " FROM task t" VZ_TASK_JOINS
    " WHERE t.link = ? ORDER BY s.position");

/* the inner query finds the page before the steps are joined and sorted */

static const vz_sql_t  vz_sql_list = vz_sql("task_list",
    "SELECT " VZ_TASK_COLUMNS " FROM (SELECT id FROM task"
    "  WHERE " vz_auth_owned("user_id") " AND (? IS NULL OR id < ?)"
    "  AND (? IS NULL OR vm_id = ?) AND (? IS NULL OR FIND_IN_SET(state, ?))"
    "  AND (? IS NULL OR actor = ?) AND (? IS NULL OR unseen = ?)"
    "  ORDER BY id DESC LIMIT ?) p"
    " JOIN task t ON t.id = p.id" VZ_TASK_JOINS
    " ORDER BY t.id DESC, s.position");


static const char *const  vz_task_yes[] = { "1", NULL };

static const vz_query_t  vz_task_arg[] = {
    { "cursor", VZ_QUERY_CURSOR, 2, NULL },
    { "vm", VZ_QUERY_NUMBER, 2, NULL },
    { "state", VZ_QUERY_WORDS, 2, vz_task_state_names },
    { "actor", VZ_QUERY_ACTOR, 2, NULL },
    { "unseen", VZ_QUERY_WORD, 2, vz_task_yes },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_task_list_args = vz_query_args(vz_task_arg);

static const vz_listing_t  vz_task_listing = {
    &vz_sql_list, NULL, &vz_task_list_args, NULL, NULL
};


void
vz_task_by(vz_task_new_t *task, const vz_call_t *call)
{
    task->actor = call->who.user;
    task->actor_name.data = (u_char *) call->who.account;
    task->actor_name.len = ngx_strlen(call->who.account);
    task->via = call->cookie_auth ? "web" : "token";
}


void
vz_task_by_panel(vz_task_new_t *task)
{
    ngx_str_set(&task->actor_name, "panel");
    task->via = "system";
}


vz_code_e
vz_task_create(vz_tx_t *tx, ngx_pool_t *pool, const vz_task_new_t *task,
    uint64_t *id)
{
    ngx_str_t             kind;
    ngx_uint_t            i;
    vz_code_e             rc;
    vz_rows_t             rows;
    const vz_workflow_t  *workflow;

    kind.data = (u_char *) task->kind;
    kind.len = ngx_strlen(task->kind);

    workflow = vz_task_workflow_find(&kind);
    if (workflow == NULL) {
        return VZ_INTERNAL;
    }

    rc = vz_db_query(tx, pool, &vz_sql_task,
                     vz_binds(vz_text(kind), vz_int(task->vm),
                              vz_text(task->vm_name), vz_int(task->vm),
                              vz_int(task->owner),
                              task->actor ? vz_int(task->actor) : vz_none(),
                              vz_text(task->actor_name),
                              vz_bind_cstr(task->via),
                              vz_int(workflow->nsteps), vz_int(task->done),
                              vz_bind_opt(task->data), vz_bind_opt(task->link),
                              vz_task_named(task->held
                                            ? VZ_TASK_STATE_HELD
                                            : VZ_TASK_STATE_QUEUED)),
                     &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    *id = rows.insert_id;

    for (i = 0; i < workflow->nsteps; i++) {
        rc = vz_db_query(tx, pool, &vz_sql_step,
                         vz_binds(vz_int(*id), vz_int(i),
                                  vz_bind_cstr(workflow->steps[i].name),
                                  vz_task_named(i < task->done
                                                ? VZ_TASK_STATE_DONE
                                                : VZ_TASK_STATE_QUEUED),
                                  vz_int(i < task->done),
                                  vz_int(i < task->done)),
                         NULL);

        if (rc != VZ_OK) {
            return rc;
        }
    }

    return VZ_OK;
}


vz_code_e
vz_task_busy(ngx_pool_t *pool, uint64_t vm, uint64_t *id)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    *id = 0;

    rc = vz_db_query(NULL, pool, &vz_sql_busy, vz_binds(vz_int(vm)), &rows);

    if (rc == VZ_OK) {
        *id = vz_row_int(&rows, 0, "id");
    }

    return rc;
}


void
vz_task_refuse_busy(vz_call_t *call, uint64_t id)
{
    vz_json_t  *out;

    out = vz_call_problem_open(call, NGX_HTTP_CONFLICT, "vm_busy",
                               "Task %uL is working on this container: wait "
                               "until it ends.", id);
    vz_json_uint(out, "task", id);
    vz_json_close(out);
}


vz_code_e
vz_task_get(ngx_pool_t *pool, uint64_t id, const ngx_str_t *link,
    vz_bind_t owner, vz_task_t *task)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i, row;

    if (link != NULL) {
        rc = vz_db_query(NULL, pool, &vz_sql_link, vz_binds(vz_text(*link)),
                         &rows);
    } else {
        rc = vz_db_query(NULL, pool, &vz_sql_get,
                         vz_binds(vz_int(id), owner, owner), &rows);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_NOENT;
    }

    row = 0;
    vz_task_read(&rows, &row, task);

    for (i = 0; link == NULL && i < task->nsteps; i++) {
        task->steps[i].log = vz_row_text(&rows, i, "log");
    }

    vz_task_live(task, pool);

    return VZ_OK;
}


/* read one task from its rows, one a step; moves *row behind them */

static void
vz_task_read(const vz_rows_t *rows, ngx_uint_t *row, vz_task_t *task)
{
    ngx_uint_t       id, name, r = *row;
    vz_step_view_t  *step;

    ngx_memzero(task, sizeof(vz_task_t));
    vz_row_read(rows, r, 0, vz_task_row, task);

    id = vz_row_find(rows, "id");
    name = vz_row_find(rows, "name");

    for ( /* void */ ;
         r < rows->rows && task->id == (uint64_t) vz_cell_int(rows, r, id);
         r++)
    {
        if (task->nsteps < VZ_STEPS_MAX && !vz_cell_null(rows, r, name)) {
            step = &task->steps[task->nsteps++];
            vz_row_read(rows, r, VZ_TASK_NCOLUMNS, vz_task_step_row, step);
        }
    }

    task->percent = task->nsteps ? task->step * 100 / task->nsteps : 0;
    *row = r;
}


/* the progress of the running step is only in the zone */

static void
vz_task_live(vz_task_t *task, ngx_pool_t *pool)
{
    ngx_str_t        words;
    vz_task_view_t   view;
    vz_step_view_t  *step;

    if (task->state != VZ_TASK_STATE_RUNNING
        || vz_task_view_get(task->id, &view) != NGX_OK
        || view.step != task->step || task->step >= task->nsteps)
    {
        return;
    }

    step = &task->steps[task->step];
    step->percent = view.step_percent;
    task->percent = view.percent;

    words.data = view.detail;
    words.len = ngx_strlen(view.detail);

    if (words.len) {
        step->detail.data = ngx_pstrdup(pool, &words);
        step->detail.len = step->detail.data ? words.len : 0;
        task->said = view.step_percent ? view.version / 1000 : 0;
    }
}


void
vz_task_json(vz_json_t *json, const char *key, const vz_task_t *task)
{
    vz_json_object(json, key);
    vz_json_uint(json, "id", task->id);
    vz_json_text(json, "kind", &task->kind);

    if (task->vm_name.len) {
        vz_json_object(json, "vm");
        vz_json_uint(json, "id", task->vm);
        vz_json_text(json, "name", &task->vm_name);
        vz_json_close(json);
    }

    if (task->owner_account.len && task->admin) {
        vz_json_object(json, "owner");
        vz_json_uint(json, "id", task->owner);
        vz_json_text(json, "account", &task->owner_account);
        vz_json_close(json);
    }

    vz_json_text(json, "actor", &task->actor);
    vz_json_text(json, "via", &task->via);
    vz_task_progress_json(json, task);

    if (task->started.len) {
        vz_json_text(json, "started", &task->started);
    }

    if (task->unseen && task->admin) {
        vz_json_bool(json, "unseen", 1);
    }

    vz_task_undo_json(json, task);

    if (task->log) {
        vz_task_log_json(json, task);
    }

    vz_json_close(json);
}


/* to whoever may undo it */

static void
vz_task_undo_json(vz_json_t *json, const vz_task_t *task)
{
    u_char      buf[sizeof("vms//reinstall/undo") + NGX_INT64_LEN];
    ngx_str_t   path;
    ngx_uint_t  trash;

    trash = vz_strlist_is(&task->kind, "trash");

    if (task->undo.len == 0 || (trash && !task->admin)) {
        return;
    }

    path.data = buf;
    path.len = ngx_sprintf(buf, "vms/%uL/%s", task->vm,
                           trash ? "undelete" : "reinstall/undo")
               - buf;

    vz_json_object(json, "undo");
    vz_json_text(json, "path", &path);
    vz_json_text(json, "until", &task->undo);
    vz_json_int(json, "left_s", task->undo_left);
    vz_json_close(json);
}


void
vz_task_progress_json(vz_json_t *json, const vz_task_t *task)
{
    vz_json_cstr(json, "state", vz_task_state_name(task->state));
    vz_json_uint(json, "step", task->step);
    vz_task_steps_json(json, task);
    vz_json_uint(json, "percent", task->percent);
    vz_json_text(json, "created", &task->created);

    if (task->finished.len) {
        vz_json_text(json, "finished", &task->finished);
    }

    if (task->error_code.len) {
        vz_json_object(json, "error");
        vz_json_text(json, "code", &task->error_code);
        vz_task_detail(json, task, &task->error_detail,
                       vz_strlist_is(&task->error_code, "rejected"));
        vz_json_close(json);
    }
}


/* only administrators read why something failed in the node's words */

static void
vz_task_detail(vz_json_t *json, const vz_task_t *task, const ngx_str_t *text,
    ngx_uint_t everybody)
{
    vz_task_said_json(json, "detail", *text, everybody || task->admin);
}


static void
vz_task_steps_json(vz_json_t *json, const vz_task_t *task)
{
    ngx_uint_t             i;
    const vz_step_view_t  *step;

    vz_json_array(json, "steps");

    for (i = 0; i < task->nsteps; i++) {
        step = &task->steps[i];

        vz_json_object(json, NULL);
        vz_json_text(json, "name", &step->name);
        vz_json_cstr(json, "state", vz_task_state_name(step->state));
        vz_json_uint(json, "percent", step->percent);
        vz_task_detail(json, task, &step->detail,
                       step->state == VZ_TASK_STATE_RUNNING
                       || step->state == VZ_TASK_STATE_DONE);

        if (step->started.len) {
            vz_json_text(json, "started", &step->started);
            vz_task_seconds(json, step->msec);
        }

        vz_json_close(json);
    }

    vz_json_close(json);
}


/* milliseconds as "seconds": 0.086 */

static void
vz_task_seconds(vz_json_t *json, int64_t msec)
{
    u_char     buf[NGX_INT64_LEN + sizeof(".000")];
    ngx_str_t  text;

    text.data = buf;
    text.len = ngx_sprintf(buf, "%L.%03L", msec / 1000, msec % 1000) - buf;

    vz_json_raw(json, "seconds", &text);
}


void
vz_task_accepted(vz_call_t *call, uint64_t id)
{
    call->task = id;

    if (vz_task_wait(call, id, vz_task_answer) != NGX_OK) {
        vz_task_answer(call);
    }
}


static void
vz_task_answer(vz_call_t *call)
{
    vz_task_t   task;
    ngx_uint_t  status;

    if (vz_task_stands(call, &task, &status) == VZ_OK) {
        task.admin = call->who.admin;
        vz_task_json(vz_call_reply(call, status), NULL, &task);
    }
}


vz_code_e
vz_task_stands(vz_call_t *call, vz_task_t *task, ngx_uint_t *status)
{
    vz_code_e  rc;

    rc = vz_task_get(call->pool, call->task, NULL, vz_none(), task);

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    vz_call_location(call, "/tasks/%uL", call->task);
    *status = vz_task_state_over(task->state) ? NGX_HTTP_OK
                                              : NGX_HTTP_ACCEPTED;

    return VZ_OK;
}


/* the task is looked up before the wait: a wait reveals no task */

void
vz_task_one(vz_call_t *call)
{
    vz_code_e  rc;
    vz_task_t  task;

    rc = vz_task_find(call, &task);

    if (rc == VZ_OK && !vz_task_state_over(task.state)
        && vz_task_wait(call, task.id, vz_task_again) == NGX_OK)
    {
        return;
    }

    vz_task_show(call, rc, &task);
}


/* the session may have ended, or the role changed, during the wait */

static void
vz_task_again(vz_call_t *call)
{
    vz_code_e  rc;
    vz_task_t  task;

    ngx_memzero(&call->who, sizeof(vz_caller_t));
    rc = vz_auth_call(call);

    if (rc == VZ_DENIED) {
        vz_auth_refuse(call);
        return;
    }

    if (rc == VZ_OK) {
        rc = vz_task_find(call, &task);
    }

    vz_task_show(call, rc, &task);
}


static vz_code_e
vz_task_find(vz_call_t *call, vz_task_t *task)
{
    uint64_t  id;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return VZ_NOENT;
    }

    return vz_task_get(call->pool, id, NULL, vz_auth_owner(call), task);
}


static void
vz_task_show(vz_call_t *call, vz_code_e rc, vz_task_t *task)
{
    if (vz_route_failed(call, rc) != VZ_OK) {
        return;
    }

    task->admin = call->who.admin;
    task->log = call->who.admin ? VZ_TASK_LOG_ADMIN : VZ_TASK_LOG_ALL;
    vz_task_json(vz_call_reply(call, NGX_HTTP_OK), NULL, task);
}


void
vz_task_list(vz_call_t *call)
{
    uint64_t     last;
    vz_bind_t    owner;
    vz_rows_t    rows;
    vz_task_t    task;
    vz_json_t   *json;
    ngx_uint_t   row, n, limit;

    owner = vz_auth_owner(call);

    if (vz_listing_read(call, &vz_task_listing, vz_binds(owner, owner), &rows,
                        &limit)
        != VZ_OK)
    {
        return;
    }

    json = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(json, NULL);
    vz_json_array(json, "items");

    last = 0;
    row = 0;

    for (n = 0; row < rows.rows && n < limit; n++) {
        vz_task_read(&rows, &row, &task);
        vz_task_live(&task, call->pool);
        task.admin = call->who.admin;
        vz_task_json(json, NULL, &task);
        last = task.id;
    }

    vz_listing_next(json, row < rows.rows ? last : 0);
    vz_json_close(json);
}
