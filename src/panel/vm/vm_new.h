/*
 * The one way to make a container: what it is made of, and the transaction
 * that claims it all: row and number, addresses, network, task and mail.
 */

#ifndef VZ_VM_NEW_H
#define VZ_VM_NEW_H

#include "panel/api/idempotency.h"
#include "panel/node/node.h"
#include "panel/task/task.h"
#include "panel/vm/vm_address.h"


typedef struct vz_vm_new_s  vz_vm_new_t;

/* A part of the transaction; VZ_CONFLICT repeats the transaction. */
typedef vz_code_e (*vz_vm_new_pt)(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);

/* Writes the members of the mail that tells the secrets, but for the addresses
   and the hostname. */
typedef void (*vz_vm_new_mail_pt)(vz_json_t *json, const vz_vm_new_t *vm);

/* How a kind of request makes a container. */
typedef struct {
    vz_vm_new_pt        before;     /* claims vm->user; NULL: it is there */
    vz_vm_new_mail_pt   write;
    vz_vm_new_pt        after;      /* the audit, other mails; or NULL */
} vz_vm_new_def_t;

struct vz_vm_new_s {
    const vz_vm_new_def_t  *def;
    void                   *data;           /* of def's functions */
    vz_idempotency_t        idem;

    /* what is asked for */
    uint64_t                user;           /* whose it is */
    ngx_str_t               email;          /* of that user */
    ngx_str_t               language;
    uint64_t                plan;           /* 0: none */
    ngx_uint_t              any_plan;       /* also one that is not visible */
    ngx_uint_t              limited;        /* the user's limit of containers
                                               holds; def->before has the
                                               user's row */
    uint64_t                template;
    ngx_uint_t              any_template;   /* also one that is not offered */
    int64_t                 memory_mib;
    int64_t                 disk_mib;
    int64_t                 cpu_units;
    int64_t                 cpu_percent;    /* or VZ_LIMIT_NONE */
    ngx_str_t               hostname;       /* empty: "vps" and its number */
    vz_node_row_t          *node;
    ngx_str_t               password;       /* of its root; whoever drew it
                                               wipes it */
    ngx_str_t               keys;           /* or its root's SSH keys, of that
                                               user, by their fingerprints */
    ngx_str_t               first_boot;     /* what it runs once, or empty */
    const char             *mail;           /* template of the mail, which the
                                               task sends */
    vz_task_new_t           task;           /* kind, done, held, and who */

    /* what was claimed */
    uint64_t                id;
    uint32_t                ctid;
    ngx_str_t               name;           /* its hostname, too */
    vz_vm_address_t         address;
    ngx_uint_t              most;           /* with VZ_STATE: that limit */
    ngx_str_t               key_names;      /* a line for each key */
    uint64_t                task_id;
};


/*
 * vz_vm_new_make: claim all in one transaction, which is repeated as a whole
 * where another call took the same number or account, and let the runner begin
 * unless vm->task.held.  All texts of vm live as long as the call.
 *
 *   VZ_OK           with vm->task_id and what was claimed
 *   VZ_NOENT        the plan, the template, the user or the node is gone, or
 *                   not offered any more
 *   VZ_STATE        the user has vm->most containers, which is as many as may
 *                   be
 *   VZ_NOSPACE      no address is free, of a family that it needs, nor could
 *                   one be had of the trash (task/trash.h) in time
 *   VZ_RANGE        the user has not all of those keys; the reply is set
 *   VZ_DUPLICATE    another call with this Idempotency-Key was first
 *   VZ_OVERLOADED   too many at once
 *   VZ_DOWN         also when nobody knows whether the commit happened
 *   or what def->before and def->after return
 */
vz_code_e vz_vm_new_make(vz_call_t *call, vz_vm_new_t *vm);

/*
 * vz_vm_new_mail: queue the mail of vm->def for task vm->task_id, which sends
 * it, inside the caller's transaction; no copy of its secrets is left behind.
 * vz_vm_new_make() does it; it is for mails that are sent again.  VZ_OK;
 * VZ_INTERNAL without memory; or the database's code.
 */
vz_code_e vz_vm_new_mail(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm);

/*
 * vz_vm_new_replay: on a fiber, look whether the call's Idempotency-Key has
 * made a container before.  VZ_OK where not; VZ_EXISTS with that task as the
 * reply, and in vm->task_id; or another code, with the reply set.
 */
vz_code_e vz_vm_new_replay(vz_call_t *call, vz_vm_new_t *vm);

/*
 * vz_vm_new_refuse: the reply for what vz_vm_new_make() returned: the task of
 * before, where another call with this Idempotency-Key was first, or why not.
 */
void vz_vm_new_refuse(vz_call_t *call, vz_vm_new_t *vm, vz_code_e rc);


#endif /* VZ_VM_NEW_H */
