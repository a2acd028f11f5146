/*
 * Tasks: every privileged change is a row made in the transaction of whatever
 * asked for it, and a chain of steps that a runner carries out.
 */

#ifndef VZ_TASK_H
#define VZ_TASK_H

#include "panel/api/query.h"
#include "runtime/db.h"
#include "runtime/http.h"
#include "runtime/zone.h"


#define VZ_STEPS_MAX  10


typedef struct {
    const char     *kind;           /* of the chain table: "start" */
    uint64_t        vm;
    ngx_str_t       vm_name;
    uint64_t        owner;          /* the user whose container it is */
    uint64_t        actor;          /* who asked, 0 for nobody's account */
    ngx_str_t       actor_name;     /* "ana", "visitor" */
    const char     *via;            /* web | token | order | system */
    ngx_str_t       link;           /* 32 bytes: hash of an order's secret */
    ngx_str_t       data;           /* JSON object for its steps, or empty */
    ngx_uint_t      done;           /* steps that the caller has done already */
    ngx_uint_t      held;           /* no runner takes it before it is let */
} vz_task_new_t;

/* vz_task_by: actor and via, from whoever is signed in. */
void vz_task_by(vz_task_new_t *task, const vz_call_t *call);

/*
 * vz_task_create: the rows, inside the caller's transaction.  VZ_DUPLICATE
 * when the container has an unfinished task (vz_task_busy() names it).
 */
vz_code_e vz_task_create(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_task_new_t *task, uint64_t *id);

/* vz_task_busy: the unfinished task of a container, 0 where none. */
vz_code_e vz_task_busy(ngx_pool_t *pool, uint64_t vm, uint64_t *id);

/* vz_task_over: whether that state is one of those that end a task. */
ngx_uint_t vz_task_over(const ngx_str_t *state);


/* Whom a line of a task's log is for; the sign it has in the database. */
typedef enum {
    VZ_TASK_LOG_NONE = 0,
    VZ_TASK_LOG_ALL = ' ',          /* whoever may see the task */
    VZ_TASK_LOG_ADMIN = '#'
} vz_task_log_e;


/* A task as people see it. */
typedef struct {
    ngx_str_t       name, state, detail;
    ngx_str_t       log;                    /* vz_task_get() by id only */
    ngx_str_t       started, finished;      /* RFC 3339 or empty */
    int64_t         msec;                   /* how long it took or takes */
    ngx_uint_t      percent;                /* of the running step */
} vz_step_view_t;

typedef struct {
    uint64_t        id, vm, owner;
    ngx_str_t       kind, vm_name, owner_account, actor, via, state;
    ngx_uint_t      step, nsteps, percent;
    ngx_str_t       created, started, finished;
    ngx_str_t       error_code, error_detail;
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
 * vz_task_get: one with its steps, one statement, what the zone knows of its
 * running step laid over it.  By id, or by link where that is not NULL.
 * owner limits it to tasks of that user, 0 for no limit.  VZ_NOENT, or the
 * database's code.
 */
vz_code_e vz_task_get(ngx_pool_t *pool, uint64_t id, const ngx_str_t *link,
    uint64_t owner, vz_task_t *task);

/* vz_task_json: api.md's shape, as a member (key) or at the top (NULL). */
void vz_task_json(vz_json_t *json, const char *key, const vz_task_t *task);
void vz_task_steps_json(vz_json_t *json, const vz_task_t *task);

/* vz_task_detail: the member "detail" as its reader, or everybody, has it. */
void vz_task_detail(vz_json_t *json, const vz_task_t *task,
    const ngx_str_t *text, ngx_uint_t everybody);

/*
 * vz_task_accepted: answer a call that made a task: waits as Prefer asks
 * (and says so in Preference-Applied), then 202 with Location, or 200 when
 * the task has ended, with the task as the body.
 * vz_task_stands: for who has more to tell, behind the wait: how call->task
 * stands, with Location, and the status of the reply; or a fault as the reply.
 */
void vz_task_accepted(vz_call_t *call, uint64_t id);
vz_code_e vz_task_stands(vz_call_t *call, vz_task_t *task,
    ngx_uint_t *status);

/* GET /api/tasks and GET /api/tasks/{id} */
void vz_task_list(vz_call_t *call);
void vz_task_one(vz_call_t *call);

extern const vz_query_args_t  vz_task_list_args;


#endif /* VZ_TASK_H */
