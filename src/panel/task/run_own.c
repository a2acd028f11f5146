/*
 * Which worker owns a task.
 */

#include "panel/task/run_own.h"
#include "runtime/clock.h"
#include "runtime/fiber.h"


#define VZ_RUN_OWN_SURE      4500  /* ms of the lease in which we act: bytes
                                       take time, and clocks differ */
#define VZ_RUN_OWN_CLAIMS    5     /* tries, where it was a deadlock */
#define VZ_RUN_OWN_PATIENCE  600   /* tries to write something down */


static vz_code_e vz_run_own_vm_in(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static void vz_run_own_pause(ngx_uint_t tries);


/*
 * vz_run_load() reads the fence together with the owner: no other claim can
 * lie between the two.  A task that has freed its container leaves the fence
 * to whoever has it now.
 */
static const vz_sql_t  vz_sql_claim = vz_sql("task_claim",
    "UPDATE task t LEFT JOIN vm v ON v.id = t.vm_id"
    " SET t.owner = ?, t.lease = NOW(3) + INTERVAL " VZ_RUN_OWN_LEASE ","
    "  t.state = 'running', t.started = COALESCE(t.started, NOW(3)),"
    "  t.attempt = t.attempt + 1, t.not_before = NULL,"
    "  v.fence = v.fence + (t.busy IS NOT NULL)"
    " WHERE t.id = ? AND ((t.state = 'queued'"
    "   AND (t.not_before IS NULL OR t.not_before <= NOW(3)))"
    "  OR (t.state = 'running' AND t.lease < NOW(3)))");

static const vz_sql_t  vz_sql_hold = vz_sql("task_hold",
    "UPDATE task SET lease = NOW(3) + INTERVAL " VZ_RUN_OWN_LEASE
    " WHERE id = ? AND owner = ? AND state = 'running'");

static const vz_sql_t  vz_sql_own = vz_sql("task_own",
    "SELECT id FROM task WHERE id = ? AND owner = ? AND state = 'running'"
    " FOR UPDATE");

static const vz_sql_t  vz_sql_raise = vz_sql("fence_raise",
    "UPDATE task t JOIN vm v ON v.id = t.vm_id SET v.fence = ?"
    " WHERE t.id = ? AND t.owner = ? AND t.state = 'running'"
    " AND v.fence = ?");


vz_code_e
vz_run_own_claim(vz_task_run_t *run)
{
    uint64_t    asked;
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i;

    rc = VZ_CONFLICT;

    for (i = 0; i < VZ_RUN_OWN_CLAIMS && rc == VZ_CONFLICT; i++) {
        asked = vz_clock_msec();

        rc = vz_db_query(NULL, run->pool, &vz_sql_claim,
                         vz_binds(vz_text(*run->runner), vz_int(run->id)),
                         &rows);

        if (rc == VZ_OK) {
            vz_run_own_renewed(run, asked, rows.affected != 0);
            return rows.affected ? VZ_OK : VZ_CONFLICT;
        }
    }

    return rc;
}


ngx_uint_t
vz_run_own_held(const vz_task_run_t *run)
{
    return !run->gone && vz_clock_msec() < run->held;
}


void
vz_run_own_renewed(vz_task_run_t *run, uint64_t asked, ngx_uint_t ours)
{
    if (!ours) {
        run->gone = 1;

    } else if (asked + VZ_RUN_OWN_SURE > run->held) {
        run->held = asked + VZ_RUN_OWN_SURE;
    }
}


vz_code_e
vz_run_own_hold(vz_task_run_t *run)
{
    uint64_t    asked;
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i;

    for (i = 0; i < VZ_RUN_OWN_PATIENCE; i++) {

        if (vz_run_own_held(run)) {
            return VZ_OK;
        }

        if (run->gone) {
            break;
        }

        asked = vz_clock_msec();

        rc = vz_db_query(NULL, run->pool, &vz_sql_hold,
                         vz_binds(vz_int(run->id), vz_text(*run->runner)),
                         &rows);

        if (rc == VZ_OK) {
            vz_run_own_renewed(run, asked, rows.affected != 0);

        } else if (rc == VZ_INTERNAL) {
            return rc;

        } else {
            vz_run_own_pause(i);
        }
    }

    return VZ_STALE;
}


vz_code_e
vz_run_own_lock(vz_task_run_t *run, vz_tx_t *tx)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, run->pool, &vz_sql_own,
                     vz_binds(vz_int(run->id), vz_text(*run->runner)), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        run->gone = 1;
        return VZ_STALE;
    }

    return VZ_OK;
}


vz_code_e
vz_run_own_in_tx(vz_task_run_t *run, vz_run_own_pt body, void *data)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(run->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_run_own_lock(run, tx);

    if (rc == VZ_OK) {
        rc = body(run, tx, data);
    }

    return vz_db_end(tx, rc);
}


vz_code_e
vz_run_own_vm(vz_task_run_t *run, const vz_sql_t *sql)
{
    return vz_run_own_in_tx(run, vz_run_own_vm_in, (void *) sql);
}


static vz_code_e
vz_run_own_vm_in(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    return vz_db_query(tx, run->pool, data, vz_binds(vz_int(run->vm.id)),
                       NULL);
}


vz_code_e
vz_run_own_settle(vz_task_run_t *run, vz_run_own_pt body, void *data)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    rc = VZ_DOWN;

    for (i = 0; i < VZ_RUN_OWN_PATIENCE; i++) {
        rc = vz_run_own_in_tx(run, body, data);

        if (rc == VZ_OK || rc == VZ_STALE || rc == VZ_INTERNAL
            || rc == VZ_UNFIT)
        {
            return rc;
        }

        vz_run_own_pause(i);
    }

    return rc;
}


vz_code_e
vz_run_own_raise(vz_task_run_t *run, uint64_t seen)
{
    vz_code_e  rc;

    rc = vz_run_own_write(run, &vz_sql_raise,
                          vz_binds(vz_int(seen + 1), vz_int(run->id),
                                   vz_text(*run->runner), vz_int(run->fence)));

    if (rc == VZ_OK) {
        run->fence = seen + 1;

    } else if (rc == VZ_CONFLICT) {
        run->gone = 1;
        rc = VZ_STALE;
    }

    return rc;
}


vz_code_e
vz_run_own_write(vz_task_run_t *run, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t n)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i;

    rc = VZ_DOWN;

    /* what a step did must not be forgotten; if the database stays away for
       too long, the step is repeated by whoever claims the task */

    for (i = 0; i < VZ_RUN_OWN_PATIENCE; i++) {
        rc = vz_db_query(NULL, run->pool, sql, binds, n, &rows);

        if (rc == VZ_OK) {
            return rows.affected ? VZ_OK : VZ_CONFLICT;
        }

        if (rc == VZ_INTERNAL || rc == VZ_UNFIT) {
            return rc;
        }

        vz_run_own_pause(i);
    }

    return rc;
}


static void
vz_run_own_pause(ngx_uint_t tries)
{
    vz_fiber_sleep(tries < 20 ? 100 : 1000);
}
