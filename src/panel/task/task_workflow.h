/*
 * Workflows: what each kind of task is made of.  The engine in this folder
 * knows no kind by its name: the table is handed to it when a worker starts.
 */

#ifndef VZ_TASK_WORKFLOW_H
#define VZ_TASK_WORKFLOW_H

#include "panel/live/notification.h"
#include "panel/live/vm_lifecycle.h"
#include "wire/code.h"


typedef struct vz_task_run_s  vz_task_run_t;

/*
 * A step does one thing and is safe to repeat: it finds its work done and
 * says so.  VZ_OK, or why not with run->detail set; VZ_STALE when the task is
 * not ours any more, and nothing more is done about it.
 */
typedef vz_code_e (*vz_step_pt)(vz_task_run_t *run);

/*
 * Reads what the steps need into run->work, once for each claim; data is the
 * JSON text of the task, or empty.  VZ_OK; VZ_INTERNAL for data that can't be
 * read; or the database's code.
 */
typedef vz_code_e (*vz_workflow_load_pt)(vz_task_run_t *run,
    const ngx_str_t *data);

typedef struct {
    const char          *name;
    vz_step_pt           run;
    ngx_uint_t           weight;    /* its share of the task's time */
    vz_vm_lifecycle_e    lifecycle; /* of the container once it is done, or
                                       VZ_VM_LIFECYCLE_NONE */
} vz_step_t;


/* It may be cancelled before its first step: nothing was claimed for it. */
#define VZ_WORKFLOW_CANCELLABLE       0x01

/* It may be retried when it has failed. */
#define VZ_WORKFLOW_RETRY             0x02

/* The same, only while data.version is still the container's. */
#define VZ_WORKFLOW_RETRY_IF_VERSION  0x04

/* It starts the container: it is not retried while that is suspended. */
#define VZ_WORKFLOW_STARTS            0x08

/* It changes the container's hardware, and its version. */
#define VZ_WORKFLOW_RESHAPES          0x10

/* It is retried only while its password is the last one drawn for its owner. */
#define VZ_WORKFLOW_RETRY_IF_DRAWN    0x20

/*
 * Once its first step is done its container is free for other tasks.  What it
 * sends from then on has no fence: it must hurt no other's work, and is not
 * retried.
 */
#define VZ_WORKFLOW_FREES             0x40

typedef struct {
    const char          *kind;
    ngx_uint_t           flags;
    vz_workflow_load_pt  load;      /* or NULL: its steps need the container's
                                       place only */
    vz_vm_lifecycle_e    failed;    /* of the container when it fails, or
                                       VZ_VM_LIFECYCLE_NONE */
    vz_step_pt           undo;      /* when it fails, or NULL */
    vz_notice_e          notice;    /* to the owner when it is done */
    vz_notice_e          broke;     /* to administrators when it fails */
    ngx_uint_t           attempts;  /* of one step, before the task fails */
    ngx_uint_t           nsteps;
    const vz_step_t     *steps;
} vz_workflow_t;


/*
 * vz_task_workflow_init: hand the workflows to the engine, before the runner
 * starts; the table stays the caller's and lasts as long as the worker.
 */
void vz_task_workflow_init(const vz_workflow_t *workflows, ngx_uint_t n);

/* vz_task_workflow_find: look a workflow up by its kind, NULL where none is. */
const vz_workflow_t *vz_task_workflow_find(const ngx_str_t *kind);

/*
 * vz_task_workflow_kinds: the kinds of the workflows with that flag, as a set
 * for FIND_IN_SET(), from pool; empty also where memory is short.
 */
ngx_str_t vz_task_workflow_kinds(ngx_pool_t *pool, ngx_uint_t flag);


#endif /* VZ_TASK_WORKFLOW_H */
