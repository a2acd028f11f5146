/*
 * A task while a runner carries it out, and the steps it is made of.
 */

#ifndef VZ_TASK_RUN_H
#define VZ_TASK_RUN_H

#include "panel/task/task_log.h"
#include "panel/task/task_workflow.h"
#include "runtime/relay.h"


/* The container a task is about, as the database wants it. */
typedef struct {
    uint64_t        id;
    uint64_t        node_id;
    vz_node_t      *node;           /* NULL: not in the configuration */
    ngx_str_t       node_name;
    ngx_str_t       ctid;
    u_char          tag[VZ_TAG_LEN + 1];    /* "": from before tags */
    ngx_uint_t      adopting;       /* a container that was there before gets
                                       it, or was to get it */
    ngx_str_t       template;
    ngx_str_t       hostname;
    ngx_str_t       gateway;        /* of each family that has one, words */
    ngx_str_t       dns;            /* up to three, separated by spaces */
    ngx_str_t       addresses;      /* the same, all of them */
    int64_t         memory[3][2];   /* vmguar, oomguar, privvm: barrier and
                                       limit in MiB; a limit of -1: none */
    int64_t         disk[2];        /* soft, hard */
    int64_t         cpu[2];         /* units, per cent */
    ngx_uint_t      wanted;         /* to run */
} vz_task_run_vm_t;

struct vz_task_run_s {
    ngx_queue_t        link;        /* of the worker's running tasks */
    ngx_pool_t        *pool;
    uint64_t           id;
    uint64_t           owner;
    uint64_t           node;        /* whose share of the worker it takes */
    ngx_uint_t         step;
    ngx_uint_t         attempt;     /* of this step, from 1 */
    ngx_uint_t         round;       /* times somebody took it up again */
    ngx_uint_t         lost;        /* by a runner that was at work on it */
    ngx_uint_t         failing;     /* it has failed, and is being undone */
    ngx_msec_t         since;       /* the attempt began */

    /* whether it is ours, see run_own.c */
    uint64_t           held;        /* until then, by vz_clock_msec() */
    ngx_uint_t         gone;        /* it is somebody else's */
    uint64_t           fence;       /* of our claim */
    ngx_uint_t         verbs;       /* of this step, so far */

    const vz_workflow_t  *workflow;
    const ngx_str_t      *runner;      /* the worker's name in task.owner */
    vz_task_run_vm_t      vm;     /* as the task wants it */
    vz_task_run_vm_t      was;    /* as it was before */
    ngx_str_t             add;         /* addresses to give and to take */
    ngx_str_t             drop;
    ngx_str_t             from;        /* the tag of what is adopted,
    or empty */
    ngx_str_t             detail;      /* words of the step that ended */
    vz_task_view_t        view;        /* what watchers see */
    vz_task_log_t         log;         /* of the step, not written down yet */
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
