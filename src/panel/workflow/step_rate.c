#include "panel/api/limit.h"
#include "panel/task/run_own.h"
#include "panel/task/run_verb.h"
#include "panel/workflow/step_rate.h"
#include "panel/workflow/step_vm.h"


static vz_code_e vz_step_rate_body(vz_task_run_t *run, vz_tx_t *tx,
    void *data);


static const vz_sql_t  vz_step_rate_store = vz_sql("vm_throttled",
    "UPDATE vm SET throttled = ?, version = version + 1 WHERE id = ?");


vz_code_e
vz_step_rate(vz_task_run_t *run)
{
    u_char                 text[2][NGX_INT64_LEN + 1];
    int64_t                rate;
    vz_code_e              rc;
    ngx_uint_t             i;
    const char            *argv[2];
    const vz_step_vm_t    *vm;
    const vz_step_work_t  *work = run->work;

    vm = &work->vm;

    for (i = 0; i < 2; i++) {
        rate = vm->rate[i];

        if (vm->throttled && (rate == VZ_LIMIT_NONE || rate > vm->throttle)) {
            rate = vm->throttle;
        }

        ngx_sprintf(text[i], "%L%Z", rate);
        argv[i] = rate == VZ_LIMIT_NONE ? VZ_UNLIMITED_WORD : (char *) text[i];
    }

    rc = vz_run_verb(run, VZ_VERB_SETRATE, 2, argv, NULL);

    /* VZ_UNKNOWN: its daemon is older than the verb */

    if (rc == VZ_UNSUPPORTED || rc == VZ_UNKNOWN) {
        ngx_str_set(&run->detail, "this node holds no container to a rate: "
                                  "it is stored only");
        return VZ_OK;
    }

    return rc;
}


vz_code_e
vz_step_rate_limits(vz_task_run_t *run)
{
    const vz_step_work_t  *work = run->work;

    return work->vm.rate[0] == VZ_LIMIT_NONE
           && work->vm.rate[1] == VZ_LIMIT_NONE && !work->vm.throttled
           ? VZ_OK : vz_step_rate(run);
}


vz_code_e
vz_step_rate_undo(vz_task_run_t *run)
{
    vz_step_work_t  *work = run->work;

    work->vm = work->was;

    return vz_step_rate(run);
}


vz_code_e
vz_step_rate_throttled(vz_task_run_t *run)
{
    return vz_run_own_in_tx(run, vz_step_rate_body, NULL);
}


static vz_code_e
vz_step_rate_body(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    const vz_step_work_t  *work = run->work;

    (void) data;

    return vz_db_query(tx, run->pool, &vz_step_rate_store,
                       vz_binds(vz_int(work->vm.throttled),
                                vz_int(run->vm.id)),
                       NULL);
}
