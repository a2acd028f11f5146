/*
 * A change of a container: the row is locked, looked at, and a task made, all
 * in one transaction that is repeated when another one won.
 */

#ifndef VZ_VM_ACTION_H
#define VZ_VM_ACTION_H

#include "panel/api/idempotency.h"
#include "panel/live/vm_lifecycle.h"


typedef struct vz_vm_action_s  vz_vm_action_t;

/*
 * What a change does of its own while it holds the row, before the task is
 * made.  VZ_OK, or why not, with a reply already set where the code alone does
 * not say it.  It may run again: with fresh rows, in another transaction.
 */
typedef vz_code_e (*vz_vm_action_pt)(vz_vm_action_t *change, vz_tx_t *tx);

typedef struct {
    const char                 *kind;       /* of the task's workflow */
    const char                 *action;     /* in the audit */
    ngx_uint_t                  lifecycles; /* a set: it has to be in one of
                                               these; 0: any */
    vz_vm_action_pt             prepare;    /* or NULL */
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

    /* made */
    ngx_str_t                   task_data;  /* prepare may set both */
    ngx_str_t                   detail;     /* of the audit */
    uint64_t                    task;
};


/*
 * vz_vm_action_call: the whole of a request on /vms/{id}/...: 202 with the
 * task, or the refusal.  Idempotency-Key counts.
 */
void vz_vm_action_call(vz_call_t *call, const vz_vm_action_def_t *def,
    void *data);

/*
 * vz_vm_action_in: the same inside the caller's transaction, by whoever is
 * signed in; change has call, def, data and id and is zero otherwise.  VZ_OK
 * with change->task, which the caller kicks after the commit; VZ_NOENT;
 * VZ_BUSY with change->busy; VZ_STATE with change->lifecycle; or prepare's and
 * the database's codes.
 */
vz_code_e vz_vm_action_in(vz_vm_action_t *change, vz_tx_t *tx);

/*
 * vz_vm_action_refuse: the reply for what vz_vm_action_in() returned, unless
 * there is one already.
 */
void vz_vm_action_refuse(vz_vm_action_t *change, vz_code_e rc);

#endif /* VZ_VM_ACTION_H */
