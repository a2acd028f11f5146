/*
 * A task while a runner carries it out, and the steps it is made of.
 */

#ifndef VZ_TASK_RUN_H
#define VZ_TASK_RUN_H

#include "panel/live/notification.h"
#include "panel/live/task_view.h"
#include "panel/task/task_log.h"
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

typedef struct vz_workflow_s  vz_workflow_t;

typedef struct {
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

    const vz_workflow_t  *chain;
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
} vz_task_run_t;


/*
 * A step does one thing and is safe to repeat: it finds its work done and
 * says so.  VZ_OK, or why not with run->detail set; VZ_STALE when the task is
 * not ours any more, and nothing more is done about it.
 */
typedef vz_code_e (*vz_step_pt)(vz_task_run_t *run);

typedef struct {
    const char     *name;
    vz_step_pt      run;
    ngx_uint_t      weight;         /* its share of the task's time */
    const char     *service;        /* vm.service once it is done, or NULL */
} vz_step_t;

struct vz_workflow_s {
    const char       *kind;
    const char       *failed;       /* vm.service when it fails, or NULL */
    vz_step_pt        undo;         /* when it fails, or NULL */
    vz_notice_e       notice;       /* to the owner when it is done */
    vz_notice_e       broke;        /* to administrators when it fails */
    ngx_uint_t        attempts;     /* of one step, before the task fails */
    ngx_uint_t        nsteps;
    const vz_step_t  *steps;
};

/*
 * Who may touch a container (run_own.c).  A task is its owner's until its
 * lease is over; the worker counts that time on a clock of its own, from
 * before it asked for the lease, and looks at it right before it acts.
 *
 * vz_run_own_claim: take the task, by compare-and-set.  VZ_CONFLICT where
 * somebody else has.
 *
 * vz_run_own_held: whether it is ours at this moment, by the clock alone.
 *
 * vz_run_own_hold: on a fiber, whether it is ours, and the lease is renewed
 * where the clock does not say so; waits while the database is away.  VZ_OK,
 * or VZ_STALE.
 *
 * vz_run_own_renewed: the lease was renewed by a statement sent at that time,
 * or it was not, because the task is somebody else's.
 *
 * vz_run_own: the same inside a transaction, which then nobody can take the
 * task from until its end.  vz_run_own_in_tx: one that is nothing but body,
 * after that look; committed where both are VZ_OK.  vz_run_own_settle: the
 * same, and waits while the database is away.
 *
 * vz_run_own_raise: the node has seen a fence greater than ours, as when an
 * older database was restored: go on above it, if the task is ours.
 */
#define VZ_TASK_RUN_LEASE  "6 SECOND"

typedef vz_code_e (*vz_task_run_body_pt)(vz_task_run_t *run, vz_tx_t *tx,
                                         void *data);

/*
 * vz_run_load: a claimed task's row and its container.  vz_task_run_refuse:
 * one that can't be loaded is put off, and fails in the end.
 */
void vz_task_run_refuse(vz_task_run_t *run, vz_code_e why);

/*
 * vz_task_run_go: carry it out until it ends, waits, or is not ours any more.
 */
void vz_task_run_go(vz_task_run_t *run);

/* vz_task_run_progress: tell watchers how far the running step is. */
void vz_task_run_progress(void *run, ngx_uint_t percent,
    const ngx_str_t *words);

#endif /* VZ_TASK_RUN_H */
