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


ngx_str_t
vz_task_workflow_kinds(ngx_pool_t *pool, ngx_uint_t flag)
{
    u_char      *p;
    size_t       len;
    ngx_str_t    kinds;
    ngx_uint_t   i;

    len = 0;

    for (i = 0; i < vz_task_nworkflows; i++) {
        len += ngx_strlen(vz_task_workflows[i].kind) + 1;
    }

    ngx_str_set(&kinds, "");

    p = ngx_pnalloc(pool, len);
    if (p == NULL) {
        return kinds;
    }

    kinds.data = p;

    for (i = 0; i < vz_task_nworkflows; i++) {
        if (vz_task_workflows[i].flags & flag) {
            p = ngx_sprintf(p, "%s%s", p == kinds.data ? "" : ",",
                            vz_task_workflows[i].kind);
        }
    }

    kinds.len = p - kinds.data;

    return kinds;
}
