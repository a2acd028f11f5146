/*
 * The runner.
 *
 * A task belongs to the worker whose name stands in task.owner until
 * task.lease; both are written by compare-and-set only, so this holds on a
 * Galera cluster and for several nginx hosts over one database.  A worker
 * that dies stops renewing its leases, and another takes its tasks over at the
 * step where they were.
 *
 * A lease that is over proves that its owner is gone only where the owner could
 * have renewed it: a worker that has not reached the database itself for a
 * while, or has stood still, takes no other's task.
 */

#include "panel/node/node.h"
#include "panel/task/run_load.h"
#include "panel/task/run_own.h"
#include "panel/task/runner.h"
#include "panel/task/task_run.h"
#include "runtime/clock.h"
#include "runtime/crypt.h"
#include "runtime/fiber.h"
#include "runtime/queue.h"
#include "runtime/row.h"
#include "runtime/schema.h"


#define VZ_RUNNER_POLL      1000    /* ms between looks for work */
#define VZ_RUNNER_RENEW     2000    /* ms between renewals; the lease: 6 s */
#define VZ_RUNNER_AGAIN     500     /* ms, where the database was away */
#define VZ_RUNNER_GAP       3000    /* ms without a look: we stood still */
#define VZ_RUNNER_STEADY    8000    /* ms of looks before a lease counts */
#define VZ_RUNNER_LOOKS     8       /* in a row, while there is room */
#define VZ_RUNNER_SCHEMA    2000    /* ms that its number is good for */

/*
 * Tasks at a time in one worker.  A node gets twice its connections, so that
 * tasks which wait for one node leave room for those of others.
 */
#define VZ_RUNNER_MAX       256
#define VZ_RUNNER_SHARE     2       /* times the connections of a node */
#define VZ_RUNNER_STRANGE   8       /* of nodes that are not known here */
#define VZ_RUNNER_BATCH     "64"


/* A number of a task of ours, or 0. */
typedef uint64_t (*vz_runner_pt)(const vz_task_run_t *run);


static void vz_runner_poll(ngx_event_t *ev);
static void vz_runner_renew(ngx_event_t *ev);
static void vz_runner_look(void *data);
static ngx_uint_t vz_runner_look_once(void);
static void vz_runner_looked(uint64_t began, vz_code_e rc);
static ngx_uint_t vz_runner_room(uint64_t node);
static ngx_uint_t vz_runner_has(uint64_t id);
static void vz_runner_take(uint64_t id, uint64_t node);
static void vz_runner_task(void *data);
static void vz_runner_renew_all(void *data);
static ngx_int_t vz_runner_set(ngx_pool_t *pool, vz_runner_pt of,
    ngx_str_t *set);
static uint64_t vz_runner_full(const vz_task_run_t *run);
static uint64_t vz_runner_held(const vz_task_run_t *run);


static ngx_str_t     vz_runner_owner;
static u_char        vz_runner_owner_text[33];
static ngx_queue_t   vz_runner_tasks;
static ngx_uint_t    vz_runner_ntasks;
static ngx_uint_t    vz_runner_looking, vz_runner_renewing;
static ngx_uint_t    vz_runner_wanted;      /* another look */
static uint64_t      vz_runner_steady;      /* since when looks succeed, or 0 */
static uint64_t      vz_runner_last;        /* look that did */
static ngx_event_t   vz_runner_poll_event, vz_runner_renew_event;


/* tasks of nodes that have room in this worker, the oldest first */
#define VZ_RUNNER_DUE(where)                                                  \
    "SELECT t.id, COALESCE(v.node_id, 0) AS node_id FROM task t"              \
    " LEFT JOIN vm v ON v.id = t.vm_id WHERE " where                          \
    " AND NOT FIND_IN_SET(COALESCE(v.node_id, 0), ?)"                         \
    " ORDER BY t.id LIMIT " VZ_RUNNER_BATCH

static const vz_sql_t  vz_sql_due = vz_sql("task_due",
    VZ_RUNNER_DUE("t.state = 'queued'"
                  " AND (t.not_before IS NULL OR t.not_before <= NOW(3))"));

static const vz_sql_t  vz_sql_left = vz_sql("task_left",
    VZ_RUNNER_DUE("t.state = 'running' AND t.lease < NOW(3)"));

/* renewed by id: a task that no fiber carries out must lose its lease */
static const vz_sql_t  vz_sql_renew = vz_sql("task_renew",
    "UPDATE task SET lease = NOW(3) + INTERVAL " VZ_RUN_OWN_LEASE
    " WHERE owner = ? AND state = 'running' AND FIND_IN_SET(id, ?)");

static const vz_sql_t  vz_sql_ours = vz_sql("task_ours",
    "SELECT id FROM task WHERE owner = ? AND state = 'running'"
    " AND lease > NOW(3)");


ngx_int_t
vz_runner_init(ngx_cycle_t *cycle)
{
    ngx_str_t  hex;

    if (vz_crypt_random_hex(cycle->pool, 16, &hex) != NGX_OK) {
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

    vz_runner_kick();

    ngx_add_timer(ev, VZ_RUNNER_POLL);
}


void
vz_runner_kick(void)
{
    if (ngx_exiting) {
        return;
    }

    vz_runner_wanted = 1;

    if (!vz_runner_looking) {
        vz_runner_looking = 1;

        if (vz_fiber_spawn(vz_runner_look, NULL) != NGX_OK) {
            vz_runner_looking = 0;
        }
    }
}


/* a look is repeated where tasks of a full node hid those of others */

static void
vz_runner_look(void *data)
{
    ngx_uint_t  i;

    (void) data;

    if (vz_schema_check(VZ_RUNNER_SCHEMA) == VZ_BEHIND) {
        vz_runner_looking = 0;
        return;
    }

    for (i = 0; vz_runner_wanted && i < VZ_RUNNER_LOOKS; i++) {
        vz_runner_wanted = 0;
        vz_runner_wanted |= vz_runner_look_once();
    }

    vz_runner_looking = 0;
}


/* whether another look may find more */

static ngx_uint_t
vz_runner_look_once(void)
{
    uint64_t     began, node;
    ngx_str_t    full;
    vz_code_e    rc;
    vz_rows_t    rows[2];
    ngx_pool_t  *pool;
    ngx_uint_t   i, n, more;

    more = 0;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return 0;
    }

    if (vz_node_load(pool) != VZ_OK
        || vz_runner_set(pool, vz_runner_full, &full) != NGX_OK)
    {
        goto done;
    }

    began = vz_clock_msec();
    ngx_memzero(rows, sizeof(rows));

    rc = vz_db_query(NULL, pool, &vz_sql_due, vz_binds(vz_text(full)),
                     &rows[0]);

    vz_runner_looked(began, rc);

    if (rc == VZ_OK && vz_runner_steady
        && began - vz_runner_steady >= VZ_RUNNER_STEADY)
    {
        rc = vz_db_query(NULL, pool, &vz_sql_left, vz_binds(vz_text(full)),
                         &rows[1]);
    }

    for (n = 0; rc == VZ_OK && n < 2; n++) {
        for (i = 0; i < rows[n].rows; i++) {
            node = vz_row_int(&rows[n], i, "node_id");

            if (vz_runner_room(node)) {
                vz_runner_take(vz_row_int(&rows[n], i, "id"), node);

            } else {
                more = 1;
            }
        }
    }

done:

    ngx_destroy_pool(pool);

    return more && vz_runner_ntasks < VZ_RUNNER_MAX;
}


/*
 * A lease that lapsed before we could look does not prove that its owner is
 * gone: perhaps neither of us could reach the database.
 */

static void
vz_runner_looked(uint64_t began, vz_code_e rc)
{
    uint64_t  now;

    now = vz_clock_msec();

    if (rc != VZ_OK || now - began > VZ_RUNNER_GAP) {
        vz_runner_steady = 0;
        return;
    }

    if (vz_runner_steady == 0 || began - vz_runner_last > VZ_RUNNER_GAP) {
        vz_runner_steady = began;
    }

    vz_runner_last = now;
}


/* numbers of our tasks, as a set for FIND_IN_SET(); of gives 0 for none */

static ngx_int_t
vz_runner_set(ngx_pool_t *pool, vz_runner_pt of, ngx_str_t *set)
{
    u_char       *p;
    uint64_t      number;
    ngx_queue_t  *q;

    p = ngx_pnalloc(pool, (vz_runner_ntasks + 1) * (NGX_INT64_LEN + 1));
    if (p == NULL) {
        return NGX_ERROR;
    }

    set->data = p;

    vz_queue_each(q, &vz_runner_tasks) {
        number = of(ngx_queue_data(q, vz_task_run_t, link));

        if (number) {
            p = ngx_sprintf(p, "%s%uL", p == set->data ? "" : ",", number);
        }
    }

    set->len = p - set->data;

    return NGX_OK;
}


/* a node whose share of this worker is used up */

static uint64_t
vz_runner_full(const vz_task_run_t *run)
{
    return vz_runner_room(run->node) ? 0 : run->node;
}


/* a task that we claimed */

static uint64_t
vz_runner_held(const vz_task_run_t *run)
{
    return run->held ? run->id : 0;
}


static ngx_uint_t
vz_runner_room(uint64_t node)
{
    vz_task_run_t  *run;
    ngx_uint_t      n, most;
    ngx_queue_t    *q;
    vz_node_row_t  *row;

    row = vz_node_find(node);

    most = row != NULL && row->relay != NULL
           ? VZ_RUNNER_SHARE * vz_relay_connections(row->relay)
           : VZ_RUNNER_STRANGE;

    n = 0;

    vz_queue_each(q, &vz_runner_tasks) {
        run = ngx_queue_data(q, vz_task_run_t, link);
        n += run->node == node;
    }

    return n < most && vz_runner_ntasks < VZ_RUNNER_MAX;
}


static ngx_uint_t
vz_runner_has(uint64_t id)
{
    vz_task_run_t  *run;
    ngx_queue_t    *q;

    vz_queue_each(q, &vz_runner_tasks) {
        run = ngx_queue_data(q, vz_task_run_t, link);

        if (run->id == id) {
            return 1;
        }
    }

    return 0;
}


static void
vz_runner_take(uint64_t id, uint64_t node)
{
    vz_task_run_t  *run;
    ngx_pool_t     *pool;

    if (vz_runner_has(id)) {
        return;
    }

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return;
    }

    run = ngx_pcalloc(pool, sizeof(vz_task_run_t));
    if (run == NULL) {
        ngx_destroy_pool(pool);
        return;
    }

    run->pool = pool;
    run->runner = &vz_runner_owner;
    run->id = id;
    run->node = node;

    ngx_queue_insert_tail(&vz_runner_tasks, &run->link);
    vz_runner_ntasks++;

    if (vz_fiber_spawn(vz_runner_task, run) != NGX_OK) {
        ngx_queue_remove(&run->link);
        vz_runner_ntasks--;
        ngx_destroy_pool(pool);
    }
}


static void
vz_runner_task(void *data)
{
    vz_task_run_t  *run = data;

    vz_code_e   rc;
    ngx_uint_t  full;

    if (vz_run_own_claim(run) == VZ_OK) {
        rc = vz_run_load(run);

        if (rc == VZ_OK) {
            vz_task_run_go(run);

        } else {
            vz_task_run_refuse(run, rc);
        }
    }

    full = !vz_runner_room(run->node);

    ngx_queue_remove(&run->link);
    vz_runner_ntasks--;
    ngx_destroy_pool(run->pool);

    if (full) {
        vz_runner_kick();
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


/* two statements renew all leases; they are retried soon where they fail */

static void
vz_runner_renew_all(void *data)
{
    uint64_t        asked;
    vz_task_run_t  *run;
    ngx_str_t       ids;
    vz_code_e       rc;
    vz_rows_t       rows;
    ngx_uint_t      i, id;
    ngx_pool_t     *pool;
    ngx_queue_t    *q;

    (void) data;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        goto done;
    }

    if (vz_runner_set(pool, vz_runner_held, &ids) != NGX_OK) {
        goto free;
    }

    asked = vz_clock_msec();

    rc = vz_db_query(NULL, pool, &vz_sql_renew,
                     vz_binds(vz_text(vz_runner_owner), vz_text(ids)), NULL);

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, pool, &vz_sql_ours,
                         vz_binds(vz_text(vz_runner_owner)), &rows);
    }

    id = rc == VZ_OK ? vz_row_find(&rows, "id") : 0;

    for (i = 0; rc == VZ_OK && i < rows.rows; i++) {
        vz_queue_each(q, &vz_runner_tasks) {
            run = ngx_queue_data(q, vz_task_run_t, link);

            if (run->id == (uint64_t) vz_cell_int(&rows, i, id)
                && run->held)
            {
                vz_run_own_renewed(run, asked, 1);
                break;
            }
        }
    }

    if (rc != VZ_OK && vz_runner_renew_event.timer_set) {
        ngx_add_timer(&vz_runner_renew_event, VZ_RUNNER_AGAIN);
    }

free:

    ngx_destroy_pool(pool);

done:

    vz_runner_renewing = 0;
}
