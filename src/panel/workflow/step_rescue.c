/*
 * Steps into a rescue system, and back.
 */

#include "panel/task/run_own.h"
#include "panel/task/run_verb.h"
#include "panel/workflow/step_reinstall.h"
#include "panel/workflow/step_rescue.h"


static vz_code_e vz_step_rescue_store(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_rescue_back(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_rescue_queue(vz_task_run_t *run, vz_tx_t *tx,
    void *data);


static const vz_sql_t  vz_sql_rescued = vz_sql("vm_rescued",
    "UPDATE vm SET rescue_template = ?,"
    " rescue_since = COALESCE(rescue_since, NOW()), desired_state = 'running',"
    " version = version + 1 WHERE id = ?");

static const vz_sql_t  vz_sql_unrescued = vz_sql("vm_unrescued",
    "UPDATE vm SET rescue_template = NULL, rescue_since = NULL,"
    " desired_state = 'running', version = version + 1 WHERE id = ?");


vz_code_e
vz_step_rescue(vz_task_run_t *run)
{
    vz_code_e    rc;
    ngx_str_t    template;
    vz_answer_t  status;

    rc = vz_run_verb(run, VZ_VERB_RESCUE, 0, NULL, NULL);

    if (rc == VZ_OK) {
        rc = vz_run_verb_status(run, &status);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    ngx_str_null(&template);

    if (status.nlines) {
        template = vz_relay_pair(&status.lines[0], "rescue");
    }

    if (template.len == 0) {
        ngx_str_set(&run->detail, "the node does not tell that it is in "
                    "rescue");
        return VZ_FAILED;
    }

    return vz_run_own_in_tx(run, vz_step_rescue_store, &template);
}


static vz_code_e
vz_step_rescue_store(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    ngx_str_t  *template = data;

    return vz_db_query(tx, run->pool, &vz_sql_rescued,
                       vz_binds(vz_text(*template), vz_int(run->vm.id)), NULL);
}


vz_code_e
vz_step_rescue_leave(vz_task_run_t *run)
{
    vz_code_e  rc;

    rc = vz_run_verb(run, VZ_VERB_UNRESCUE, 0, NULL, NULL);

    return rc == VZ_OK ? vz_run_own_in_tx(run, vz_step_rescue_back, NULL) : rc;
}


static vz_code_e
vz_step_rescue_back(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    (void) data;

    return vz_db_query(tx, run->pool, &vz_sql_unrescued,
                       vz_binds(vz_int(run->vm.id)), NULL);
}


vz_code_e
vz_step_rescue_mail(vz_task_run_t *run)
{
    return vz_run_own_in_tx(run, vz_step_rescue_queue, NULL);
}


static vz_code_e
vz_step_rescue_queue(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    (void) data;

    return vz_step_reinstall_tell(run, tx, "rescued");
}
