/*
 * Tasks: every privileged change is a row, inserted in the transaction of
 * whatever asks for it, and a list of steps that a runner carries out.
 */

#ifndef VZ_TASK_H
#define VZ_TASK_H

#include "panel/api/query.h"
#include "panel/live/task_state.h"
#include "runtime/call.h"
#include "runtime/db.h"
#include "runtime/zone.h"


#define VZ_STEPS_MAX  10


/* A task that is to be created. */
typedef struct {
    const char     *kind;           /* of its workflow: "start" */
    uint64_t        vm;
    ngx_str_t       vm_name;
    uint64_t        owner;          /* the user whose container it is */
    uint64_t        actor;          /* who asked, 0 for nobody's account */
    ngx_str_t       actor_name;     /* "ana", "visitor" */
    const char     *via;            /* web | token | order | system */
    ngx_str_t       link;           /* 32 bytes: hash of an order's secret */
    ngx_str_t       data;           /* JSON object for its steps, or empty */
    ngx_uint_t      done;           /* steps that the caller has done already */
    ngx_uint_t      held;           /* no runner takes it until it is queued */
} vz_task_new_t;

/*
 * vz_task_by: set actor, actor_name and via to the user who is signed in.
 * vz_task_by_panel: the same of a task that nobody's account asks for.
 */
void vz_task_by(vz_task_new_t *task, const vz_call_t *call);
void vz_task_by_panel(vz_task_new_t *task);

/*
 * vz_task_create: insert the rows of a task and its steps, inside the caller's
 * transaction.  VZ_OK with *id; VZ_DUPLICATE where the container has an
 * unfinished task (vz_task_busy()); VZ_INTERNAL where no workflow is of that
 * kind; or the database's code.
 */
vz_code_e vz_task_create(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_task_new_t *task, uint64_t *id);

/*
 * vz_task_busy: look up the unfinished task of a container; *id is 0 where
 * there is none.  VZ_OK or the database's code.
 */
vz_code_e vz_task_busy(ngx_pool_t *pool, uint64_t vm, uint64_t *id);

/*
 * vz_task_refuse_busy: set the reply 409 "vm_busy", which names the task that
 * is at work on the container.
 */
void vz_task_refuse_busy(vz_call_t *call, uint64_t id);


/* Whom a line of a task's log is for; the sign it has in the database. */
typedef enum {
    VZ_TASK_LOG_NONE = 0,
    VZ_TASK_LOG_ALL = ' ',          /* whoever may see the task */
    VZ_TASK_LOG_ADMIN = '#'
} vz_task_log_e;


/* A step of a task, as people see it. */
typedef struct {
    ngx_str_t       name;
    ngx_str_t       detail;                 /* what it says */
    vz_task_state_e state;
    ngx_str_t       log;                    /* vz_task_get() by id only */
    ngx_str_t       started, finished;      /* RFC 3339 or empty */
    int64_t         msec;                   /* how long it took or takes */
    ngx_uint_t      percent;                /* of the running step */
} vz_step_view_t;

/* A task, as people see it. */
typedef struct {
    uint64_t        id, vm, owner;
    ngx_str_t       kind, vm_name, owner_account, actor, via;
    vz_task_state_e state;
    ngx_uint_t      step, nsteps, percent;
    ngx_str_t       created, started, finished;
    ngx_str_t       error_code, error_detail;
    ngx_str_t       undo;           /* until when it can be undone, or empty */
    int64_t         undo_left;      /* the same in seconds from now */
    ngx_uint_t      unseen;         /* it failed, and no administrator knows */
    ngx_uint_t      admin;          /* set by who writes it as JSON: its
                                       reader is one */
    uint64_t        said;           /* ms since the epoch: when the running
                                       step told its detail, or 0 */
    vz_task_log_e   log;            /* set by who writes it as JSON: the log
                                       goes with it, as that reader sees it */
    vz_step_view_t  steps[VZ_STEPS_MAX];
} vz_task_t;

/*
 * vz_task_get: read a task with its steps in one statement, and take what its
 * running step says from the zone.  It is looked up by link (32 bytes) where
 * that is not NULL, else by id, and then only among the tasks of that owner
 * (vz_auth_owner()); NULL is any.  Texts are from pool.  VZ_OK; VZ_NOENT; or
 * the database's code.
 */
vz_code_e vz_task_get(ngx_pool_t *pool, uint64_t id, const ngx_str_t *link,
    vz_bind_t owner, vz_task_t *task);

/*
 * vz_task_json: write a task as an object (api.md), the member key, or the
 * whole text where key is NULL.
 */
void vz_task_json(vz_json_t *json, const char *key, const vz_task_t *task);

/*
 * vz_task_progress_json: write what a task and an order have in common into an
 * open object: state, step, steps, percent, created, finished and error.
 */
void vz_task_progress_json(vz_json_t *json, const vz_task_t *task);

/*
 * vz_task_accepted: answer a call that created a task: wait as Prefer asks
 * (and say so in Preference-Applied), then reply 202 with Location, or 200 when
 * the task has ended, with the task as the body.
 */
void vz_task_accepted(vz_call_t *call, uint64_t id);

/*
 * vz_task_stands: read call->task behind such a wait, set Location, and return
 * the status of the reply, whose body the caller writes.  VZ_OK, or the
 * database's code with the reply set.
 */
vz_code_e vz_task_stands(vz_call_t *call, vz_task_t *task,
    ngx_uint_t *status);

/* GET /api/tasks and GET /api/tasks/{id} */
void vz_task_list(vz_call_t *call);
void vz_task_one(vz_call_t *call);

extern const vz_query_args_t  vz_task_list_args;


#endif /* VZ_TASK_H */
