/*
 * A task while a runner carries it out.
 */

#ifndef VZ_TASK_RUN_H
#define VZ_TASK_RUN_H

#include "panel/live/task_view.h"
#include "panel/task/task_log.h"
#include "panel/task/task_workflow.h"
#include "runtime/relay.h"


/* Where the container of a task is. */
typedef struct {
    uint64_t              id;       /* of its row, 0: it is gone */
    uint64_t              node_id;
    vz_node_t            *node;     /* NULL: not in the configuration */
    ngx_str_t             node_name;
    ngx_str_t             ctid;     /* terminated */
    u_char                tag[VZ_TAG_LEN + 1];  /* "": made before tags */
} vz_task_run_vm_t;

struct vz_task_run_s {
    ngx_queue_t           link;     /* of the worker's running tasks */
    ngx_pool_t           *pool;
    uint64_t              id;
    uint64_t              owner;    /* the user whose container it is */
    uint64_t              node;     /* whose share of the worker it takes */
    ngx_uint_t            step;
    ngx_uint_t            attempt;  /* of this step, from 1 */
    ngx_uint_t            round;    /* how often it was retried */
    ngx_uint_t            lost;     /* its runner died in this step */
    ngx_uint_t            failing;  /* it has failed, and is being undone */
    ngx_uint_t            freed;    /* its container may be another's */
    ngx_msec_t            since;    /* the attempt began */
    uint64_t              age;      /* ms since the task began, when that was
                                       read, */
    uint64_t              loaded;   /* at that vz_clock_msec() */

    /* whether it is ours, see run_own.h */
    uint64_t              held;     /* until then, by vz_clock_msec() */
    ngx_uint_t            gone;     /* it is another worker's */
    uint64_t              fence;    /* of our claim */
    ngx_uint_t            verbs;    /* of this step, so far */

    const vz_workflow_t  *workflow;
    const ngx_str_t      *runner;   /* the worker's name in task.owner */
    vz_task_run_vm_t      vm;
    void                 *work;     /* of workflow->load */
    ngx_str_t             detail;   /* what the step that ended says */
    vz_task_view_t        view;     /* what watchers see */
    vz_task_log_t         log;      /* of the step, not written down yet */
};


/*
 * vz_task_run_go: on a fiber, carry a loaded task out until it ends, has to
 * wait, or is not ours any more.
 */
void vz_task_run_go(vz_task_run_t *run);

/*
 * vz_task_run_refuse: put a claimed task off that could not be loaded; after
 * VZ_TASK_RUN_REFUSED attempts it fails.
 */
void vz_task_run_refuse(vz_task_run_t *run, vz_code_e why);

/*
 * vz_task_run_progress: show watchers how far the running step is, in per
 * cent, and the words that the node told; run is a vz_task_run_t.
 */
void vz_task_run_progress(void *run, ngx_uint_t percent,
    const ngx_str_t *words);


#endif /* VZ_TASK_RUN_H */
