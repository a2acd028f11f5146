/*
 * An action on a container: its row is locked and checked, and a task is
 * created, in one transaction that is repeated where another one was faster.
 */

#ifndef VZ_VM_ACTION_H
#define VZ_VM_ACTION_H

#include "panel/api/idempotency.h"
#include "panel/live/vm_lifecycle.h"


typedef struct vz_vm_action_s  vz_vm_action_t;

/*
 * What an action does besides, while the row is locked and before the task is
 * created.  VZ_OK, or why not, with the reply set where the code alone does not
 * say it.  It runs again, with a fresh row, where the transaction is repeated.
 * It may set another def, whose kind, action and reply hold then.
 */
typedef vz_code_e (*vz_vm_action_pt)(vz_vm_action_t *change, vz_tx_t *tx);

/* Replies in place of the task, with change->task. */
typedef void (*vz_vm_action_reply_pt)(vz_vm_action_t *change);

/* In a set of lifecycles: while it boots its own system; while in rescue. */
#define VZ_VM_ACTION_OWN     0x10000
#define VZ_VM_ACTION_RESCUE  0x20000

typedef struct {
    const char                 *kind;       /* of the task's workflow */
    const char                 *action;     /* in the audit */
    ngx_uint_t                  lifecycles; /* a set: it has to be in one of
                                               these; 0: any.  With it go
                                               the flags above */
    vz_vm_action_pt             prepare;    /* or NULL */
    vz_vm_action_reply_pt       reply;      /* NULL: 202 with the task */
} vz_vm_action_def_t;

struct vz_vm_action_s {
    vz_call_t                  *call;
    const vz_vm_action_def_t   *def;
    void                       *data;       /* of prepare */
    vz_idempotency_t            idem;
    uint64_t                    id;

    /* the row */
    uint64_t                    owner;
    uint64_t                    version;
    uint64_t                    busy;       /* the task that is in the way */
    ngx_str_t                   name;
    vz_vm_lifecycle_e           lifecycle;
    ngx_str_t                   reason;     /* why it is suspended */
    ngx_uint_t                  rescue;     /* it boots a rescue system */

    /* made */
    ngx_str_t                   task_data;  /* prepare may set both */
    ngx_str_t                   detail;     /* of the audit */
    uint64_t                    task;
    ngx_uint_t                  replayed;   /* it is the task of before, of the
                                               same key */
};


/*
 * vz_vm_action_call: answer a request on /vms/{id}/...: 202 with the task, or
 * the refusal.  A repeated Idempotency-Key gets the task of before.
 */
void vz_vm_action_call(vz_call_t *call, const vz_vm_action_def_t *def,
    void *data);

/*
 * vz_vm_action_in: create the task inside the caller's transaction, in the name
 * of the user who is signed in.  change has call, def, data and id, and is zero
 * otherwise; after the commit the caller calls vz_runner_kick().
 *
 *   VZ_OK        with change->task
 *   VZ_NOENT     there is no such container, or it is another user's
 *   VZ_BUSY      task change->busy is at work on it
 *   VZ_STATE     its change->lifecycle does not allow the action
 *   VZ_CONFLICT  another transaction was faster: roll back and repeat
 *   or what prepare or the database returned
 */
vz_code_e vz_vm_action_in(vz_vm_action_t *change, vz_tx_t *tx);

/*
 * vz_vm_action_look: what vz_vm_action_in() does first: lock the container's
 * row until the end of tx, read it into change, and check it by change->def.
 * It returns the same, but for what prepare returns; a container in rescue that
 * may not be has the reply set.
 */
vz_code_e vz_vm_action_look(vz_vm_action_t *change, vz_tx_t *tx);

/*
 * vz_vm_action_named: for prepare, check that the body repeats the container's
 * name as its member "name".  VZ_OK, or VZ_RANGE with 422 as the reply.
 */
vz_code_e vz_vm_action_named(vz_vm_action_t *change, const ngx_str_t *name);

/*
 * vz_vm_action_refuse: the reply for what vz_vm_action_in() returned, unless
 * there is one already.
 */
void vz_vm_action_refuse(vz_vm_action_t *change, vz_code_e rc);


#endif /* VZ_VM_ACTION_H */
