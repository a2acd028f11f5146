/*
 * A task while a runner carries it out, and the steps it is made of.
 */

#ifndef VZ_RUN_H
#define VZ_RUN_H

#include "notice.h"
#include "task_log.h"
#include "../runtime/relay.h"


/* The container a task is about, as the database wants it. */
typedef struct {
    uint64_t        id;
    vz_node_t      *node;           /* NULL: not in the configuration */
    ngx_str_t       node_name;
    ngx_str_t       ctid;
    ngx_str_t       template;
    ngx_str_t       hostname;
    ngx_str_t       gateway;        /* or empty */
    ngx_str_t       dns;            /* up to three, separated by spaces */
    ngx_str_t       addresses;      /* the same, all of them */
    int64_t         memory[3][2];   /* vmguar, oomguar, privvm: barrier and
                                       limit in MiB; a limit of -1: none */
    int64_t         disk[2];        /* soft, hard */
    int64_t         cpu[2];         /* units, per cent */
    ngx_uint_t      wanted;         /* to run */
} vz_run_vm_t;

typedef struct vz_chain_s  vz_chain_t;

typedef struct {
    ngx_queue_t        link;        /* of the worker's running tasks */
    ngx_pool_t        *pool;
    uint64_t           id;
    uint64_t           owner;
    ngx_uint_t         step;
    ngx_uint_t         attempt;     /* of this step, from 1 */
    ngx_uint_t         lost;        /* by a runner that was at work on it */
    ngx_msec_t         since;       /* the attempt began */
    const vz_chain_t  *chain;
    const ngx_str_t   *runner;      /* the worker's name in task.owner */
    vz_run_vm_t        vm;          /* as the task wants it */
    vz_run_vm_t        was;         /* as it was before */
    ngx_str_t          add;         /* addresses to give and to take */
    ngx_str_t          drop;
    ngx_str_t          detail;      /* words of the step that ended */
    vz_task_view_t     view;        /* what watchers see */
    vz_task_log_t      log;         /* of the step, not written down yet */
} vz_run_t;


/*
 * A step does one thing and is safe to repeat: it finds its work done and
 * says so.  VZ_OK, or why not with run->detail set.
 */
typedef vz_code_e (*vz_step_pt)(vz_run_t *run);

typedef struct {
    const char     *name;
    vz_step_pt      run;
    ngx_uint_t      weight;         /* its share of the task's time */
    const char     *service;        /* vm.service once it is done, or NULL */
} vz_step_t;

struct vz_chain_s {
    const char       *kind;
    const char       *failed;       /* vm.service when it fails, or NULL */
    void            (*undo)(vz_run_t *run);     /* when it fails, or NULL */
    vz_notice_e       notice;       /* to the owner when it is done */
    ngx_uint_t        attempts;     /* of one step, before the task fails */
    ngx_uint_t        nsteps;
    const vz_step_t  *steps;
};

/* vz_chain_find: by kind, NULL where there is none. */
const vz_chain_t *vz_chain_find(const u_char *kind, size_t len);


/* vz_run_load: a claimed task's row and its container. */
vz_code_e vz_run_load(vz_run_t *run);

/* vz_run_go: carry it out until it ends, waits, or is not ours any more. */
void vz_run_go(vz_run_t *run);

/* vz_run_progress: tell watchers how far the running step is. */
void vz_run_progress(void *run, ngx_uint_t percent, const ngx_str_t *words);

/*
 * vz_run_verb: one verb to the container's node, its id before the given
 * arguments; on failure run->detail says what the node said.
 */
vz_code_e vz_run_verb(vz_run_t *run, vz_verb_e verb, ngx_uint_t argc,
    const char *const *argv, const ngx_str_t *secret);


#endif /* VZ_RUN_H */
