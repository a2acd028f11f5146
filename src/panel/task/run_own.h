/*
 * Whose a task is.  The rule: nothing is sent to a node, and nothing written
 * about a container, by who does not own its task at that moment.
 *
 * The lease is a time of the database's clock.  A worker knows when it asked
 * for it, by a clock that goes on while the worker stands still, so it knows
 * until when it may act whatever the network did to the answer.  What passes
 * between that look and the node's is the fence's to catch: each claim raises
 * it, and a node refuses a verb of an older claim than it has seen.
 */

#ifndef VZ_RUN_OWN_H
#define VZ_RUN_OWN_H

#include "panel/task/task_run.h"


vz_code_e vz_run_own_claim(vz_task_run_t *run);
ngx_uint_t vz_run_own_held(const vz_task_run_t *run);
vz_code_e vz_run_own_hold(vz_task_run_t *run);
void vz_run_own_renewed(vz_task_run_t *run, uint64_t asked, ngx_uint_t ours);
vz_code_e vz_run_own(vz_task_run_t *run, vz_tx_t *tx);
vz_code_e vz_run_own_raise(vz_task_run_t *run, uint64_t seen);

vz_code_e vz_run_own_in_tx(vz_task_run_t *run, vz_task_run_body_pt body,
    void *data);
vz_code_e vz_run_own_settle(vz_task_run_t *run, vz_task_run_body_pt body,
    void *data);

/*
 * vz_run_own_write: a statement that writes down what has happened; while the
 * database is away this waits.  VZ_CONFLICT where it changed nothing.
 */
vz_code_e vz_run_own_write(vz_task_run_t *run, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t n);


#endif /* VZ_RUN_OWN_H */
