/*
 * Which worker owns a task.  The rule: only the owner of a container's task
 * sends anything to the node about that container, or writes to its row.
 *
 * The lease is a time of the database's clock.  A worker counts it from before
 * it asked for it, by a clock that goes on while the worker stands still, so it
 * knows until when it may act, however long the answer took.  The fence catches
 * what is sent after that check and arrives late: each claim raises it, and a
 * node refuses a verb of an older claim than it has seen.
 */

#ifndef VZ_RUN_OWN_H
#define VZ_RUN_OWN_H

#include "panel/task/task_run.h"


#define VZ_RUN_OWN_LEASE  "6 SECOND"

/* What a transaction does once the task is known to be ours. */
typedef vz_code_e (*vz_run_own_pt)(vz_task_run_t *run, vz_tx_t *tx,
    void *data);


/*
 * vz_run_own_claim: take the task, by compare-and-set, and raise its
 * container's fence.  VZ_OK; VZ_CONFLICT where another worker has it; or the
 * database's code.
 */
vz_code_e vz_run_own_claim(vz_task_run_t *run);

/* vz_run_own_held: whether the task is ours at this moment, by the clock. */
ngx_uint_t vz_run_own_held(const vz_task_run_t *run);

/*
 * vz_run_own_hold: on a fiber, make sure that the task is ours: renew the
 * lease where the clock does not say so, and wait while the database is away.
 * VZ_OK; VZ_STALE where the task is another worker's; VZ_INTERNAL.
 */
vz_code_e vz_run_own_hold(vz_task_run_t *run);

/*
 * vz_run_own_renewed: note the end of a statement that was sent at that time
 * (vz_clock_msec()) and renewed the lease; ours is 0 where it did not, because
 * the task is another worker's.
 */
void vz_run_own_renewed(vz_task_run_t *run, uint64_t asked, ngx_uint_t ours);

/*
 * vz_run_own_lock: lock the task's row in the caller's transaction, so that
 * nobody takes the task from us before its end.  VZ_OK; VZ_STALE where it is
 * another worker's; or the database's code.
 */
vz_code_e vz_run_own_lock(vz_task_run_t *run, vz_tx_t *tx);

/*
 * vz_run_own_raise: the node has seen a fence greater than ours, as when an
 * older database was restored: go on above it.  VZ_OK with run->fence;
 * VZ_STALE where the task is another worker's; or the database's code.
 */
vz_code_e vz_run_own_raise(vz_task_run_t *run, uint64_t seen);

/*
 * vz_run_own_in_tx: a transaction that locks the task's row, then is body;
 * committed where both are VZ_OK.  VZ_STALE, or what body or the database
 * returned.
 * vz_run_own_settle: the same, repeated while the database is away.
 */
vz_code_e vz_run_own_in_tx(vz_task_run_t *run, vz_run_own_pt body,
    void *data);
vz_code_e vz_run_own_settle(vz_task_run_t *run, vz_run_own_pt body,
    void *data);

/*
 * vz_run_own_vm: such a transaction of one statement, which binds the
 * container's id.  Returns as vz_run_own_in_tx().
 */
vz_code_e vz_run_own_vm(vz_task_run_t *run, const vz_sql_t *sql);

/*
 * vz_run_own_write: a statement that writes down what has happened, repeated
 * while the database is away.  VZ_OK; VZ_CONFLICT where it changed no row; or
 * the database's code.
 */
vz_code_e vz_run_own_write(vz_task_run_t *run, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t n);


#endif /* VZ_RUN_OWN_H */
