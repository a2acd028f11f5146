/*
 * The runner.
 *
 * A task belongs to the worker whose name stands in task.owner until
 * task.lease; both are written by compare-and-set only, so this holds on a
 * Galera cluster and for several nginx hosts over one database.  A worker
 * that dies stops renewing its leases, and another takes its tasks up at the
 * step where they were.
 */

#include "runner.h"
#include "run.h"
#include "mail.h"
#include "../runtime/crypt.h"
#include "../runtime/fiber.h"


#define VZ_RUNNER_POLL      1000    /* ms between looks for work */
#define VZ_RUNNER_RENEW     2000    /* ms between renewals; the lease: 6 s */
#define VZ_RUNNER_MAX       64      /* tasks at a time in one worker */
#define VZ_RUNNER_BACKOFF   30000   /* ms, at most */
#define VZ_RUNNER_PATIENCE  600     /* tries to write down a step's end */


static void vz_runner_poll(ngx_event_t *ev);
static void vz_runner_renew(ngx_event_t *ev);
static void vz_runner_look(void *data);
static void vz_runner_renew_all(void *data);
static void vz_runner_sweep(ngx_pool_t *pool);
static void vz_runner_task(void *data);
static ngx_int_t vz_runner_has(uint64_t id);
static vz_code_e vz_runner_claim(ngx_pool_t *pool, uint64_t id);
static vz_code_e vz_runner_load(vz_run_t *run);
static ngx_int_t vz_runner_load_vm(vz_run_t *run, const vz_rows_t *rows);
static void vz_runner_go(vz_run_t *run);
static vz_code_e vz_runner_done(vz_run_t *run);
static vz_code_e vz_runner_confirm(vz_run_t *run, ngx_uint_t step);
static void vz_runner_later(vz_run_t *run, vz_code_e why);
static void vz_runner_fail(vz_run_t *run, vz_code_e why);
static vz_code_e vz_runner_write(vz_run_t *run, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t n);
static ngx_uint_t vz_runner_temporary(vz_code_e code);
static void vz_run_show(vz_run_t *run, const char *state,
    ngx_uint_t step_percent);
static void vz_run_name(u_char *dst, size_t size, const char *src);


static ngx_str_t     vz_runner_owner;
static u_char        vz_runner_owner_text[33];
static ngx_queue_t   vz_runner_tasks;
static ngx_uint_t    vz_runner_ntasks;
static ngx_uint_t    vz_runner_looking, vz_runner_renewing;
static ngx_event_t   vz_runner_poll_event, vz_runner_renew_event;


static const vz_sql_t  vz_sql_due = vz_sql("task_due",
    "(SELECT id FROM task WHERE state = 'queued'"
    "  AND (not_before IS NULL OR not_before <= NOW(3)) ORDER BY id LIMIT 16)"
    " UNION ALL "
    "(SELECT id FROM task WHERE state = 'running' AND lease < NOW(3)"
    "  ORDER BY id LIMIT 16)");

static const vz_sql_t  vz_sql_claim = vz_sql("task_claim",
    "UPDATE task SET owner = ?, lease = NOW(3) + INTERVAL 6 SECOND,"
    " state = 'running', started = COALESCE(started, NOW(3)),"
    " attempt = attempt + 1, not_before = NULL"
    " WHERE id = ? AND ((state = 'queued'"
    "   AND (not_before IS NULL OR not_before <= NOW(3)))"
    "  OR (state = 'running' AND lease < NOW(3)))");

/* by id: a task that no fiber carries out any more must lose its lease */
static const vz_sql_t  vz_sql_renew = vz_sql("task_renew",
    "UPDATE task SET lease = NOW(3) + INTERVAL 6 SECOND"
    " WHERE id = ? AND owner = ? AND state = 'running'");

static const vz_sql_t  vz_sql_where = vz_sql("task_where",
    "SELECT step FROM task WHERE id = ? AND (owner = ? OR state = 'done')");

static const vz_sql_t  vz_sql_load = vz_sql("task_load",
    "SELECT t.kind, t.step, t.attempt, t.vm_id, t.user_id,"
    " n.name, v.ctid, p.name, v.hostname, v.gateway, v.dns,"
    " (SELECT GROUP_CONCAT(a.address ORDER BY a.position SEPARATOR ' ')"
    "   FROM address a WHERE a.vm_id = v.id),"
    " v.vmguar_barrier_mib, v.vmguar_limit_mib,"
    " v.oomguar_barrier_mib, v.oomguar_limit_mib,"
    " v.privvm_barrier_mib, v.privvm_limit_mib,"
    " v.disk_soft_mib, v.disk_hard_mib, v.cpu_units, v.cpu_percent"
    " FROM task t LEFT JOIN vm v ON v.id = t.vm_id"
    " LEFT JOIN node n ON n.id = v.node_id"
    " LEFT JOIN template p ON p.id = v.template_id"
    " WHERE t.id = ? AND t.owner = ?");

static const vz_sql_t  vz_sql_begin = vz_sql("step_begin",
    "UPDATE task_step s JOIN task t ON t.id = s.task_id"
    " SET s.state = 'running', s.started = COALESCE(s.started, NOW(3))"
    " WHERE t.id = ? AND t.owner = ? AND s.position = ?");

/* the end of a step and the beginning of the next are one statement */
static const vz_sql_t  vz_sql_next = vz_sql("step_next",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = ?"
    " LEFT JOIN task_step f ON f.task_id = t.id AND f.position = ?"
    " LEFT JOIN vm v ON v.id = t.vm_id"
    " SET s.state = 'done', s.finished = NOW(3), s.detail = ?,"
    "  f.state = 'running', f.started = NOW(3),"
    "  v.service = COALESCE(?, v.service), t.step = ?, t.attempt = 1"
    " WHERE t.id = ? AND t.owner = ? AND t.step = ?");

static const vz_sql_t  vz_sql_last = vz_sql("step_last",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = ?"
    " LEFT JOIN vm v ON v.id = t.vm_id"
    " SET s.state = 'done', s.finished = NOW(3), s.detail = ?,"
    "  v.service = COALESCE(?, v.service), t.step = ?, t.state = 'done',"
    "  t.finished = NOW(3), t.busy = NULL, t.owner = NULL, t.lease = NULL"
    " WHERE t.id = ? AND t.owner = ? AND t.step = ?");

static const vz_sql_t  vz_sql_later = vz_sql("step_later",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = ?"
    " SET s.detail = ?, t.state = 'queued', t.owner = NULL, t.lease = NULL,"
    "  t.not_before = NOW(3) + INTERVAL ? * 1000 MICROSECOND"
    " WHERE t.id = ? AND t.owner = ?");

static const vz_sql_t  vz_sql_fail = vz_sql("task_fail",
    "UPDATE task t"
    " JOIN task_step s ON s.task_id = t.id AND s.position = ?"
    " LEFT JOIN vm v ON v.id = t.vm_id"
    " SET s.state = 'failed', s.finished = NOW(3), s.detail = ?,"
    "  v.service = IF(v.service = 'ready', v.service,"
    "                 COALESCE(?, v.service)), t.state = 'failed',"
    "  t.finished = NOW(3), t.busy = NULL, t.owner = NULL, t.lease = NULL,"
    "  t.error_code = ?, t.error_detail = ?"
    " WHERE t.id = ? AND t.owner = ?");


/* what time makes worthless, a few rows at a time */

static const vz_sql_t  vz_sql_sweeps[] = {
    vz_sql("sweep_session",
           "DELETE FROM session WHERE expires < NOW(3) LIMIT 500"),
    vz_sql("sweep_idempotency",
           "DELETE FROM idempotency"
           " WHERE created < NOW(3) - INTERVAL 24 HOUR LIMIT 500")
};


ngx_int_t
vz_runner_init(ngx_cycle_t *cycle)
{
    ngx_str_t  hex;

    if (vz_random_hex(cycle->pool, 16, &hex) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_cpystrn(vz_runner_owner_text, hex.data, sizeof(vz_runner_owner_text));
    vz_runner_owner.data = vz_runner_owner_text;
    vz_runner_owner.len = 32;

    ngx_queue_init(&vz_runner_tasks);

    vz_runner_poll_event.handler = vz_runner_poll;
    vz_runner_poll_event.log = cycle->log;
    vz_runner_poll_event.data = &vz_runner_poll_event;
    vz_runner_poll_event.cancelable = 1;

    vz_runner_renew_event.handler = vz_runner_renew;
    vz_runner_renew_event.log = cycle->log;
    vz_runner_renew_event.data = &vz_runner_renew_event;
    vz_runner_renew_event.cancelable = 1;

    /* workers start together: spread their looks */
    ngx_add_timer(&vz_runner_poll_event, 50 + ngx_random() % VZ_RUNNER_POLL);
    ngx_add_timer(&vz_runner_renew_event, VZ_RUNNER_RENEW);

    return NGX_OK;
}


void
vz_runner_exit(void)
{
    if (vz_runner_poll_event.timer_set) {
        ngx_del_timer(&vz_runner_poll_event);
    }

    if (vz_runner_renew_event.timer_set) {
        ngx_del_timer(&vz_runner_renew_event);
    }
}


ngx_uint_t
vz_runner_count(void)
{
    return vz_runner_ntasks;
}


static void
vz_runner_poll(ngx_event_t *ev)
{
    if (ngx_exiting) {
        return;
    }

    if (!vz_runner_looking) {
        vz_runner_looking = 1;

        if (vz_fiber_spawn(vz_runner_look, NULL) != NGX_OK) {
            vz_runner_looking = 0;
        }
    }

    ngx_add_timer(ev, VZ_RUNNER_POLL);
}


static void
vz_runner_look(void *data)
{
    ngx_uint_t   i;
    vz_rows_t    rows;
    ngx_pool_t  *pool;

    (void) data;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        goto done;
    }

    if (vz_db_query(NULL, pool, &vz_sql_due, vz_no_binds, &rows) == VZ_OK) {
        for (i = 0; i < rows.rows; i++) {
            vz_task_kick((uint64_t) vz_cell_int(&rows, i, 0));
        }

        if (vz_zone_duty(VZ_DUTY_OUTBOX, 5000) == NGX_OK) {
            vz_mail_due(pool);
        }

        if (vz_zone_duty(VZ_DUTY_SWEEP, 600000) == NGX_OK) {
            vz_runner_sweep(pool);
        }
    }

    ngx_destroy_pool(pool);

done:

    vz_runner_looking = 0;
}


static void
vz_runner_sweep(ngx_pool_t *pool)
{
    ngx_uint_t  i;

    for (i = 0; i < sizeof(vz_sql_sweeps) / sizeof(vz_sql_t); i++) {
        (void) vz_db_query(NULL, pool, &vz_sql_sweeps[i], vz_no_binds, NULL);
    }
}


static void
vz_runner_renew(ngx_event_t *ev)
{
    if (vz_runner_ntasks && !vz_runner_renewing) {
        vz_runner_renewing = 1;

        if (vz_fiber_spawn(vz_runner_renew_all, NULL) != NGX_OK) {
            vz_runner_renewing = 0;
        }
    }

    ngx_add_timer(ev, VZ_RUNNER_RENEW);
}


static void
vz_runner_renew_all(void *data)
{
    uint64_t      ids[VZ_RUNNER_MAX];
    vz_run_t     *run;
    ngx_uint_t    i, n;
    ngx_pool_t   *pool;
    ngx_queue_t  *q;

    (void) data;

    pool = ngx_create_pool(1024, ngx_cycle->log);
    if (pool == NULL) {
        goto done;
    }

    n = 0;

    for (q = ngx_queue_head(&vz_runner_tasks);
         q != ngx_queue_sentinel(&vz_runner_tasks) && n < VZ_RUNNER_MAX;
         q = ngx_queue_next(q))
    {
        run = ngx_queue_data(q, vz_run_t, link);
        ids[n++] = run->id;
    }

    for (i = 0; i < n; i++) {
        (void) vz_db_query(NULL, pool, &vz_sql_renew,
                           vz_binds(vz_int(ids[i]), vz_text(vz_runner_owner)),
                           NULL);
    }

    ngx_destroy_pool(pool);

done:

    vz_runner_renewing = 0;
}


void
vz_task_kick(uint64_t id)
{
    vz_run_t    *run;
    ngx_pool_t  *pool;

    if (ngx_exiting || vz_runner_ntasks >= VZ_RUNNER_MAX
        || vz_runner_has(id) == NGX_OK)
    {
        return;
    }

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return;
    }

    run = ngx_pcalloc(pool, sizeof(vz_run_t));
    if (run == NULL) {
        ngx_destroy_pool(pool);
        return;
    }

    run->pool = pool;
    run->id = id;

    ngx_queue_insert_tail(&vz_runner_tasks, &run->link);
    vz_runner_ntasks++;

    if (vz_fiber_spawn(vz_runner_task, run) != NGX_OK) {
        ngx_queue_remove(&run->link);
        vz_runner_ntasks--;
        ngx_destroy_pool(pool);
    }
}


static ngx_int_t
vz_runner_has(uint64_t id)
{
    vz_run_t     *run;
    ngx_queue_t  *q;

    for (q = ngx_queue_head(&vz_runner_tasks);
         q != ngx_queue_sentinel(&vz_runner_tasks);
         q = ngx_queue_next(q))
    {
        run = ngx_queue_data(q, vz_run_t, link);

        if (run->id == id) {
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


static void
vz_runner_task(void *data)
{
    vz_run_t  *run = data;

    vz_code_e  rc;

    if (vz_runner_claim(run->pool, run->id) == VZ_OK) {
        rc = vz_runner_load(run);

        if (rc == VZ_OK) {
            vz_runner_go(run);

        } else {
            /* the lease lapses, and the task is found again */
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                          "vzpanel: task %uL could not be loaded: %s",
                          run->id, vz_code_name(rc));
        }
    }

    ngx_queue_remove(&run->link);
    vz_runner_ntasks--;
    ngx_destroy_pool(run->pool);
}


static vz_code_e
vz_runner_claim(ngx_pool_t *pool, uint64_t id)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, pool, &vz_sql_claim,
                     vz_binds(vz_text(vz_runner_owner), vz_int(id)), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    return rows.affected == 1 ? VZ_OK : VZ_CONFLICT;
}


static vz_code_e
vz_runner_load(vz_run_t *run)
{
    vz_code_e  rc;
    ngx_str_t  kind;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, run->pool, &vz_sql_load,
                     vz_binds(vz_int(run->id), vz_text(vz_runner_owner)),
                     &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows != 1) {
        return VZ_NOENT;
    }

    kind = vz_cell_text(&rows, 0, 0);
    run->chain = vz_chain_find(kind.data, kind.len);
    if (run->chain == NULL) {
        return VZ_UNSUPPORTED;
    }

    run->step = vz_cell_int(&rows, 0, 1);
    run->attempt = vz_cell_int(&rows, 0, 2);
    run->vm.id = vz_cell_int(&rows, 0, 3);
    run->owner = vz_cell_int(&rows, 0, 4);

    if (run->step >= run->chain->nsteps) {
        return VZ_INTERNAL;
    }

    return vz_runner_load_vm(run, &rows) == NGX_OK ? VZ_OK : VZ_INTERNAL;
}


static ngx_int_t
vz_runner_load_vm(vz_run_t *run, const vz_rows_t *rows)
{
    u_char       *p;
    ngx_str_t     text;
    ngx_uint_t    i;
    vz_run_vm_t  *vm = &run->vm;

    const struct {
        ngx_uint_t   column;
        ngx_str_t   *dst;
    } texts[] = {
        { 5, &vm->node_name }, { 7, &vm->template }, { 8, &vm->hostname },
        { 9, &vm->gateway }, { 10, &vm->dns }, { 11, &vm->addresses }
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        text = vz_cell_text(rows, 0, texts[i].column);

        p = ngx_pnalloc(run->pool, text.len + 1);
        if (p == NULL) {
            return NGX_ERROR;
        }

        *ngx_cpymem(p, text.data, text.len) = '\0';
        texts[i].dst->data = p;
        texts[i].dst->len = text.len;
    }

    vm->ctid.data = ngx_pnalloc(run->pool, NGX_INT64_LEN + 1);
    if (vm->ctid.data == NULL) {
        return NGX_ERROR;
    }

    vm->ctid.len = ngx_sprintf(vm->ctid.data, "%L%Z", vz_cell_int(rows, 0, 6))
                   - vm->ctid.data - 1;

    for (i = 0; i < 3; i++) {
        vm->memory[i][0] = vz_cell_int(rows, 0, 12 + 2 * i);
        vm->memory[i][1] = vz_cell_null(rows, 0, 13 + 2 * i)
                           ? -1 : vz_cell_int(rows, 0, 13 + 2 * i);
    }

    vm->disk[0] = vz_cell_int(rows, 0, 18);
    vm->disk[1] = vz_cell_int(rows, 0, 19);
    vm->cpu_units = vz_cell_int(rows, 0, 20);
    vm->cpu_percent = vz_cell_int(rows, 0, 21);
    vm->node = vz_relay_node(&vm->node_name);

    return NGX_OK;
}


static void
vz_runner_go(vz_run_t *run)
{
    vz_code_e  rc;

    rc = vz_runner_write(run, &vz_sql_begin,
                         vz_binds(vz_int(run->id), vz_text(vz_runner_owner),
                                  vz_int(run->step)));

    while (rc == VZ_OK) {
        ngx_str_null(&run->detail);
        vz_run_show(run, "running", 0);

        rc = run->chain->steps[run->step].run(run);

        if (rc != VZ_OK) {
            if (vz_runner_temporary(rc)
                && run->attempt < run->chain->attempts)
            {
                vz_runner_later(run, rc);

            } else {
                vz_runner_fail(run, rc);
            }

            return;
        }

        rc = vz_runner_done(run);

        if (run->step == run->chain->nsteps) {
            return;
        }
    }
}


static vz_code_e
vz_runner_done(vz_run_t *run)
{
    vz_code_e         rc;
    ngx_uint_t        next;
    vz_bind_t         service;
    const vz_step_t  *step;

    step = &run->chain->steps[run->step];
    next = run->step + 1;
    service = step->service ? vz_cstr(step->service) : vz_none();

    if (next < run->chain->nsteps) {
        rc = vz_runner_write(run, &vz_sql_next,
                             vz_binds(vz_int(run->step), vz_int(next),
                                      vz_text(run->detail), service,
                                      vz_int(next), vz_int(run->id),
                                      vz_text(vz_runner_owner),
                                      vz_int(run->step)));
    } else {
        rc = vz_runner_write(run, &vz_sql_last,
                             vz_binds(vz_int(run->step), vz_text(run->detail),
                                      service, vz_int(next), vz_int(run->id),
                                      vz_text(vz_runner_owner),
                                      vz_int(run->step)));
    }

    if (rc == VZ_CONFLICT) {
        rc = vz_runner_confirm(run, next);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    run->step = next;
    run->attempt = 1;

    if (next == run->chain->nsteps) {
        vz_run_show(run, "done", 0);
    }

    return VZ_OK;
}


/*
 * A write that changed nothing: the task was taken from us, or the statement
 * had been carried out before its answer was lost.
 */

static vz_code_e
vz_runner_confirm(vz_run_t *run, ngx_uint_t step)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, run->pool, &vz_sql_where,
                     vz_binds(vz_int(run->id), vz_text(vz_runner_owner)),
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
vz_runner_write(vz_run_t *run, const vz_sql_t *sql, const vz_bind_t *binds,
    ngx_uint_t n)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i;

    for (i = 0; i < VZ_RUNNER_PATIENCE; i++) {
        rc = vz_db_query(NULL, run->pool, sql, binds, n, &rows);

        if (rc == VZ_OK) {
            return rows.affected || sql == &vz_sql_begin ? VZ_OK : VZ_CONFLICT;
        }

        if (rc == VZ_INTERNAL) {
            return rc;
        }

        vz_sleep(i < 20 ? 100 : 1000);
    }

    return rc;
}


static ngx_uint_t
vz_runner_temporary(vz_code_e code)
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


static void
vz_runner_later(vz_run_t *run, vz_code_e why)
{
    ngx_uint_t  msec;

    msec = run->attempt > 7 ? VZ_RUNNER_BACKOFF
           : ngx_min((ngx_uint_t) 250 << run->attempt, VZ_RUNNER_BACKOFF);

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "vzpanel: task %uL step %s: %s (%V), again in %ui ms",
                  run->id, run->chain->steps[run->step].name,
                  vz_code_name(why), &run->detail, msec);

    (void) vz_runner_write(run, &vz_sql_later,
                           vz_binds(vz_int(run->step), vz_text(run->detail),
                                    vz_int(msec), vz_int(run->id),
                                    vz_text(vz_runner_owner)));

    vz_run_show(run, "queued", 0);
}


static void
vz_runner_fail(vz_run_t *run, vz_code_e why)
{
    const char  *code;

    code = why == VZ_DOWN ? "node_down" : vz_code_name(why);

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "vzpanel: task %uL step %s failed: %s (%V)", run->id,
                  run->chain->steps[run->step].name, code, &run->detail);

    (void) vz_runner_write(run, &vz_sql_fail,
                           vz_binds(vz_int(run->step), vz_text(run->detail),
                                    run->chain->failed
                                        ? vz_cstr(run->chain->failed)
                                        : vz_none(),
                                    vz_cstr(code), vz_text(run->detail),
                                    vz_int(run->id),
                                    vz_text(vz_runner_owner)));

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

    rc = vz_relay_call(run->vm.node, run->pool, verb, argc + 1, args, secret,
                       vz_run_progress, run, &answer);

    run->detail = answer.words;

    return rc;
}


void
vz_run_progress(void *data, ngx_uint_t percent, const ngx_str_t *words)
{
    vz_run_t  *run = data;

    ngx_cpystrn(run->view.detail, words->data,
                ngx_min(words->len + 1, sizeof(run->view.detail)));
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
