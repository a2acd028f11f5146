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
#include "../runtime/db_schema.h"
#include "../runtime/fiber.h"


#define VZ_RUNNER_POLL      1000    /* ms between looks for work */
#define VZ_RUNNER_RENEW     2000    /* ms between renewals; the lease: 6 s */
#define VZ_RUNNER_MAX       64      /* tasks at a time in one worker */
#define VZ_RUNNER_SCHEMA    2000    /* ms that its number is good for */


static void vz_runner_poll(ngx_event_t *ev);
static void vz_runner_renew(ngx_event_t *ev);
static void vz_runner_look(void *data);
static void vz_runner_renew_all(void *data);
static void vz_runner_sweep(ngx_pool_t *pool);
static void vz_runner_task(void *data);
static ngx_int_t vz_runner_has(uint64_t id);
static vz_code_e vz_runner_claim(ngx_pool_t *pool, uint64_t id);


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

/* what time makes worthless, a few rows at a time */

static const vz_sql_t  vz_sql_sweeps[] = {
    vz_sql("sweep_session",
           "DELETE FROM session WHERE expires < NOW(3) LIMIT 500"),
    vz_sql("sweep_reset",
           "DELETE FROM reset"
           " WHERE expires < NOW(3) - INTERVAL 24 HOUR LIMIT 500"),
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

    if (vz_schema_check(VZ_RUNNER_SCHEMA) == VZ_BEHIND) {
        goto done;
    }

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
    run->runner = &vz_runner_owner;
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
        rc = vz_run_load(run);

        if (rc == VZ_OK) {
            vz_run_go(run);

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
