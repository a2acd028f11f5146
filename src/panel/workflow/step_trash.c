/*
 * Steps of what comes back from the trash, and of what it gives way to.
 */

#include "panel/task/trash.h"
#include "panel/workflow/step.h"
#include "panel/workflow/step_trash.h"
#include "panel/workflow/step_vm.h"


#define vz_step_work(run)  ((vz_step_work_t *) (run)->work)


vz_code_e
vz_step_trash_undelete(vz_task_run_t *run)
{
    if (vz_step_work(run)->vm.suspended) {
        ngx_str_set(&run->detail, "it is suspended as before, and stays "
                    "stopped");
        return VZ_OK;
    }

    return vz_step_resume(run);
}


vz_code_e
vz_step_trash_room(vz_task_run_t *run)
{
    uint64_t         task;
    vz_code_e        rc;
    vz_trash_lack_t  lack;

    lack.node = run->vm.node_id;
    lack.family = 0;

    rc = vz_trash_yield(run->pool, &lack, &task);

    if (rc != VZ_OK) {
        return rc;
    }

    ngx_str_null(&run->detail);
    vz_task_log_add(&run->log, VZ_TASK_LOG_ADMIN, "the node's disk is full: "
                    "task %uL destroys what is longest in the trash", task);

    return VZ_AGAIN;
}
