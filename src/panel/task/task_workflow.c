/*
 * Workflows: what each kind of task is made of.
 */

#include "panel/api/strlist.h"
#include "panel/task/task_workflow.h"


static const vz_workflow_t  *vz_task_workflows;
static ngx_uint_t            vz_task_nworkflows;


void
vz_task_workflow_init(const vz_workflow_t *workflows, ngx_uint_t n)
{
    vz_task_workflows = workflows;
    vz_task_nworkflows = n;
}


const vz_workflow_t *
vz_task_workflow_find(const ngx_str_t *kind)
{
    ngx_uint_t  i;

    for (i = 0; i < vz_task_nworkflows; i++) {
        if (vz_strlist_is(kind, vz_task_workflows[i].kind)) {
            return &vz_task_workflows[i];
        }
    }

    return NULL;
}
