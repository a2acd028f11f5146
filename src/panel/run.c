/*
 * A task that was claimed: its steps one after another, each end written
 * down before the next begins.
 */

#include "run.h"
#include "../runtime/fiber.h"


#define VZ_RUN_BACKOFF   30000      /* ms, at most */
#define VZ_RUN_PATIENCE  600        /* tries to write down a step's end */
#define VZ_RUN_SAID      30         /* lines of a node that go into the log */


static vz_code_e vz_run_begin(vz_run_t *run);
static vz_code_e vz_run_done(vz_run_t *run);
static void vz_run_tell(vz_run_t *run);
static vz_code_e vz_run_confirm(vz_run_t *run, ngx_uint_t step);
static void vz_run_later(vz_run_t *run, vz_code_e why);
static void vz_run_fail(vz_run_t *run, vz_code_e why);
static vz_code_e vz_run_write(vz_run_t *run, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t n);
static ngx_uint_t vz_run_temporary(vz_code_e code);
static const char *vz_run_why(vz_code_e code);
static void vz_run_log_begin(const vz_run_t *run, vz_task_log_t *log);
static void vz_run_log_verb(vz_run_t *run, vz_verb_e verb, ngx_uint_t argc,
    const char *const *args);
static void vz_run_show(vz_run_t *run, const char *state,
    ngx_uint_t step_percent);
static void vz_run_name(u_char *dst, size_t size, const char *src);


static const vz_sql_t  vz_sql_where = vz_sql("task_where",
    "SELECT step FROM task WHERE id = ? AND (owner = ? OR state = 'done')");

/* the reason of before is kept until there is another */
static const vz_sql_t  vz_sql_why = vz_sql("suspended_why",
    "SELECT name, IF(service = 'suspended', suspended_reason, NULL)"
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
    "  v.service = COALESCE(?, v.service), t.step = ?, t.attempt = 1"
    " WHERE t.id = ? AND t.owner = ? AND t.step = ?");

static const vz_sql_t  vz_sql_last = vz_sql("step_last",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = ?"
    " LEFT JOIN vm v ON v.id = t.vm_id"
    " SET s.state = 'done', s.finished = NOW(3), s.detail = ?,"
    "  s.log = " vz_task_log_sql("s.log") ","
    "  v.service = COALESCE(?, v.service), t.step = ?, t.state = 'done',"
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

static const vz_sql_t  vz_sql_fail = vz_sql("task_fail",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = ?"
    " LEFT JOIN vm v ON v.id = t.vm_id"
    " SET s.state = 'failed', s.finished = NOW(3), s.detail = ?,"
    "  s.log = " vz_task_log_sql("s.log") ","
    "  v.service = IF(v.service = 'ready', v.service,"
    "                 COALESCE(?, v.service)), t.state = 'failed',"
    "  t.finished = NOW(3), t.busy = NULL, t.owner = NULL, t.lease = NULL,"
    "  t.error_code = ?, t.error_detail = ?"
    " WHERE t.id = ? AND t.owner = ?");


void
vz_run_go(vz_run_t *run)
{
    vz_code_e  rc;

    for (rc = vz_run_begin(run); rc == VZ_OK; /* void */ ) {
        ngx_str_null(&run->detail);
        run->since = ngx_current_msec;
        vz_run_show(run, "running", 0);

        rc = run->chain->steps[run->step].run(run);

        if (rc != VZ_OK) {
            if (vz_run_temporary(rc)
                && run->attempt < run->chain->attempts)
            {
                vz_run_later(run, rc);

            } else {
                vz_run_fail(run, rc);
            }

            return;
        }

        rc = vz_run_done(run);

        if (run->step == run->chain->nsteps) {
            return;
        }
    }
}


/* what was carried out already is begun once more */

static vz_code_e
vz_run_begin(vz_run_t *run)
{
    u_char         buf[VZ_TASK_LOG_LINE];
    vz_task_log_t  log;

    vz_task_log_init(&log, buf, sizeof(buf));
    vz_run_log_begin(run, &log);

    return vz_run_write(run, &vz_sql_begin,
                        vz_binds(vz_text(vz_task_log_text(&log)),
                                 vz_int(run->id), vz_text(*run->runner),
                                 vz_int(run->step)));
}


static vz_code_e
vz_run_done(vz_run_t *run)
{
    u_char            buf[VZ_TASK_LOG_LINE];
    ngx_str_t         text;
    vz_code_e         rc;
    ngx_uint_t        next;
    vz_bind_t         service;
    vz_task_log_t     begun;
    const vz_step_t  *step;

    step = &run->chain->steps[run->step];
    next = run->step + 1;
    service = step->service ? vz_cstr(step->service) : vz_none();

    vz_task_log_add(&run->log, VZ_TASK_LOG_ALL, "done in %M ms%s%V",
                    ngx_current_msec - run->since,
                    run->detail.len ? ": " : "", &run->detail);
    text = vz_task_log_text(&run->log);

    run->attempt = 1;
    run->lost = 0;

    if (next < run->chain->nsteps) {
        vz_task_log_init(&begun, buf, sizeof(buf));
        vz_run_log_begin(run, &begun);

        rc = vz_run_write(run, &vz_sql_next,
                          vz_binds(vz_int(run->step), vz_int(next),
                                   vz_text(run->detail), vz_text(text),
                                   vz_text(vz_task_log_text(&begun)),
                                   service, vz_int(next), vz_int(run->id),
                                   vz_text(*run->runner),
                                   vz_int(run->step)));
    } else {
        rc = vz_run_write(run, &vz_sql_last,
                          vz_binds(vz_int(run->step), vz_text(run->detail),
                                   vz_text(text), service, vz_int(next),
                                   vz_int(run->id),
                                   vz_text(*run->runner),
                                   vz_int(run->step)));
    }

    if (rc == VZ_CONFLICT) {
        rc = vz_run_confirm(run, next);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    run->step = next;
    run->log.last = run->log.start;

    if (next == run->chain->nsteps) {
        vz_run_show(run, "done", 0);
        vz_run_tell(run);
    }

    return VZ_OK;
}


static void
vz_run_tell(vz_run_t *run)
{
    ngx_str_t  name, reason;
    vz_rows_t  rows;

    if (run->chain->notice == VZ_NOTICE_NONE
        || vz_db_query(NULL, run->pool, &vz_sql_why,
                       vz_binds(vz_int(run->vm.id)), &rows)
           != VZ_OK
        || rows.rows == 0)
    {
        return;
    }

    name = vz_cell_text(&rows, 0, 0);
    reason = vz_cell_text(&rows, 0, 1);

    vz_notice_tell(run->chain->notice, run->owner, run->vm.id, &name,
                   &reason);
}


/*
 * A write that changed nothing: the task was taken from us, or the statement
 * had been carried out before its answer was lost.
 */

static vz_code_e
vz_run_confirm(vz_run_t *run, ngx_uint_t step)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, run->pool, &vz_sql_where,
                     vz_binds(vz_int(run->id), vz_text(*run->runner)),
                     &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    return rows.rows && vz_cell_int(&rows, 0, 0) == (int64_t) step
           ? VZ_OK : VZ_CONFLICT;
}


/*
 * Write down what has happened.  While the database is away this waits: what
 * a step did must not be forgotten, and if it stays away for too long the
 * step is repeated by whoever claims the task.
 */

static vz_code_e
vz_run_write(vz_run_t *run, const vz_sql_t *sql, const vz_bind_t *binds,
    ngx_uint_t n)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i;

    rc = VZ_DOWN;

    for (i = 0; i < VZ_RUN_PATIENCE; i++) {
        rc = vz_db_query(NULL, run->pool, sql, binds, n, &rows);

        if (rc == VZ_OK) {
            return rows.affected ? VZ_OK : VZ_CONFLICT;
        }

        if (rc == VZ_INTERNAL || rc == VZ_UNFIT) {
            return rc;
        }

        vz_sleep(i < 20 ? 100 : 1000);
    }

    return rc;
}


static ngx_uint_t
vz_run_temporary(vz_code_e code)
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
vz_run_why(vz_code_e code)
{
    return code == VZ_DOWN ? "node_down" : vz_code_name(code);
}


static void
vz_run_later(vz_run_t *run, vz_code_e why)
{
    ngx_uint_t  msec;

    msec = run->attempt > 7 ? VZ_RUN_BACKOFF
           : ngx_min((ngx_uint_t) 250 << run->attempt, VZ_RUN_BACKOFF);

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "vzpanel: task %uL step %s: %s (%V), again in %ui ms",
                  run->id, run->chain->steps[run->step].name,
                  vz_run_why(why), &run->detail, msec);

    vz_task_log_add(&run->log, VZ_TASK_LOG_ALL,
                    "attempt %ui failed: %s%s%V; again in %ui ms",
                    run->attempt, vz_run_why(why),
                    run->detail.len ? ": " : "", &run->detail, msec);

    (void) vz_run_write(run, &vz_sql_later,
                        vz_binds(vz_int(run->step), vz_text(run->detail),
                                 vz_text(vz_task_log_text(&run->log)),
                                 vz_int(msec), vz_int(run->id),
                                 vz_text(*run->runner)));

    vz_run_show(run, "queued", 0);
}


static void
vz_run_fail(vz_run_t *run, vz_code_e why)
{
    const char  *code;

    code = vz_run_why(why);

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "vzpanel: task %uL step %s failed: %s (%V)", run->id,
                  run->chain->steps[run->step].name, code, &run->detail);

    vz_task_log_add(&run->log, VZ_TASK_LOG_ALL, "failed%s%s%s%V",
                    why == VZ_FAILED ? "" : ": ",
                    why == VZ_FAILED ? "" : code,
                    run->detail.len ? ": " : "", &run->detail);

    if (run->chain->undo != NULL) {
        vz_task_log_add(&run->log, VZ_TASK_LOG_ALL, "putting back what was");
        run->chain->undo(run);
    }

    (void) vz_run_write(run, &vz_sql_fail,
                        vz_binds(vz_int(run->step), vz_text(run->detail),
                                 vz_text(vz_task_log_text(&run->log)),
                                 run->chain->failed
                                     ? vz_cstr(run->chain->failed)
                                     : vz_none(),
                                 vz_cstr(code), vz_text(run->detail),
                                 vz_int(run->id),
                                 vz_text(*run->runner)));

    vz_run_show(run, "failed", 0);
}


vz_code_e
vz_run_verb(vz_run_t *run, vz_verb_e verb, ngx_uint_t argc,
    const char *const *argv, const ngx_str_t *secret)
{
    vz_code_e     rc;
    ngx_uint_t    i;
    const char   *args[VZ_ARGS_MAX];
    vz_answer_t   answer;

    if (run->vm.node == NULL) {
        ngx_str_set(&run->detail, "this nginx does not know the node");
        return VZ_DOWN;
    }

    args[0] = (char *) run->vm.ctid.data;

    for (i = 0; i < argc; i++) {
        args[i + 1] = argv[i];
    }

    vz_run_log_verb(run, verb, argc + 1, args);

    rc = vz_relay_call(run->vm.node, run->pool, verb, argc + 1, args, secret,
                       vz_run_progress, run, &answer);

    run->detail = answer.words;

    /* where a node is looked for is no business of a container's owner */

    if (rc == VZ_DOWN || rc == VZ_DENIED) {
        vz_task_log_add(&run->log, VZ_TASK_LOG_ADMIN, "%V", &answer.words);
        ngx_str_set(&run->detail, "the node does not answer");
    }

    /* what the virtualiser said, when it is more than one line */

    i = answer.nlines > VZ_RUN_SAID ? answer.nlines - VZ_RUN_SAID : 0;

    for ( /* void */ ; rc != VZ_OK && i < answer.nlines; i++) {
        vz_task_log_add(&run->log, VZ_TASK_LOG_ADMIN, "%V", &answer.lines[i]);
    }

    return rc;
}


static void
vz_run_log_begin(const vz_run_t *run, vz_task_log_t *log)
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


/* which node is asked what; a secret is never among the arguments */

static void
vz_run_log_verb(vz_run_t *run, vz_verb_e verb, ngx_uint_t argc,
    const char *const *args)
{
    u_char      line[VZ_TASK_LOG_LINE], *p, *end;
    ngx_uint_t  i;

    p = line;
    end = line + sizeof(line) - 1;
    p = ngx_slprintf(p, end, "%s", vz_verb_def(verb)->name);

    for (i = 0; i < argc; i++) {
        p = ngx_slprintf(p, end, " %s", args[i]);
    }

    *p = '\0';
    vz_task_log_add(&run->log, VZ_TASK_LOG_ADMIN, "%V: %s",
                    &run->vm.node_name, line);
}


void
vz_run_progress(void *data, ngx_uint_t percent, const ngx_str_t *words)
{
    vz_run_t  *run = data;

    u_char  said[sizeof(run->view.detail)];

    ngx_cpystrn(said, words->data, ngx_min(words->len + 1, sizeof(said)));

    /* a percent that moves under the same words is no news */

    if (ngx_strcmp(said, run->view.detail) != 0) {
        vz_task_log_add(&run->log, VZ_TASK_LOG_ALL, "%s", said);
        ngx_cpystrn(run->view.detail, said, sizeof(said));
    }

    vz_run_show(run, "running", percent);
}


static void
vz_run_show(vz_run_t *run, const char *state, ngx_uint_t step_percent)
{
    ngx_uint_t         i, all, past;
    vz_task_view_t    *view = &run->view;
    const vz_chain_t  *chain = run->chain;

    all = 0;
    past = 0;

    for (i = 0; i < chain->nsteps; i++) {
        all += chain->steps[i].weight;
        past += i < run->step ? chain->steps[i].weight : 0;
    }

    if (run->step < chain->nsteps) {
        past += chain->steps[run->step].weight * step_percent / 100;
        vz_run_name(view->step_name, sizeof(view->step_name),
                    chain->steps[run->step].name);
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
    view->steps = chain->nsteps;
    view->percent = all ? past * 100 / all : 100;
    view->step_percent = step_percent;
    vz_run_name(view->kind, sizeof(view->kind), chain->kind);
    vz_run_name(view->state, sizeof(view->state), state);

    vz_zone_task_put(view);
}


static void
vz_run_name(u_char *dst, size_t size, const char *src)
{
    ngx_cpystrn(dst, (u_char *) src, size);
}
