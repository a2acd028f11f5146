/*
 * Workflows: what each kind of task is made of.  The engine in this folder
 * knows no kind by its name: the table is handed to it when a worker starts.
 */

#ifndef VZ_TASK_WORKFLOW_H
#define VZ_TASK_WORKFLOW_H

#include "panel/live/notification.h"
#include "wire/code.h"


typedef struct vz_task_run_s  vz_task_run_t;

/*
 * A step does one thing and is safe to repeat: it finds its work done and
 * says so.  VZ_OK, or why not with run->detail set; VZ_STALE when the task is
 * not ours any more, and nothing more is done about it.
 */
typedef vz_code_e (*vz_step_pt)(vz_task_run_t *run);

typedef struct {
    const char       *name;
    vz_step_pt        run;
    ngx_uint_t        weight;       /* its share of the task's time */
    const char       *service;      /* vm.service once it is done, or NULL */
} vz_step_t;

typedef struct {
    const char       *kind;
    const char       *failed;       /* vm.service when it fails, or NULL */
    vz_step_pt        undo;         /* when it fails, or NULL */
    vz_notice_e       notice;       /* to the owner when it is done */
    vz_notice_e       broke;        /* to administrators when it fails */
    ngx_uint_t        attempts;     /* of one step, before the task fails */
    ngx_uint_t        nsteps;
    const vz_step_t  *steps;
} vz_workflow_t;


/*
 * vz_task_workflow_init: hand the workflows to the engine, before the runner
 * starts; the table stays the caller's and lasts as long as the worker.
 */
void vz_task_workflow_init(const vz_workflow_t *workflows, ngx_uint_t n);

/* vz_task_workflow_find: look a workflow up by its kind, NULL where none is. */
const vz_workflow_t *vz_task_workflow_find(const ngx_str_t *kind);


#endif /* VZ_TASK_WORKFLOW_H */
