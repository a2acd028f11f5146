/*
 * A container that was deleted for good becomes one again, out of a backup that
 * is still there.  The database does not know it any more: what it was is read
 * from the record that came with the backup.
 */

#ifndef VZ_VM_RECOVER_H
#define VZ_VM_RECOVER_H

#include "panel/vm/vm_new.h"


typedef struct {
    uint64_t            backup;
    vz_node_row_t      *node;       /* where it is to be */
    ngx_str_t           repository;
    ngx_str_t           tag;
    ngx_str_t           snapshot;   /* of restic */
    ngx_str_t           taken;      /* as a mail tells it */
    ngx_str_t           from;       /* the name it had */
    ngx_str_t           account;    /* whose it is to be: an account or an id */
    ngx_str_t           hostname;   /* empty: what it had */
    ngx_str_t           plan;       /* empty: what it had */

    /* of the record: limits as they were, which are more than a plan's */
    ngx_str_t           record;     /* JSON, or empty: there is none */
    ngx_uint_t          sized;      /* it has all of the limits */
    int64_t             memory[3][2];
    int64_t             disk[2];
    int64_t             cpu[2];
    int64_t             rate[2];
    int64_t             kept[3];    /* backups: daily, weekly, monthly */
    ngx_str_t           firewall;   /* rules, or empty */
    ngx_str_t           template;

    ngx_str_t           first_name; /* of its new owner */
    vz_vm_new_t         vm;
} vz_vm_recover_t;


/*
 * vz_vm_recover: on a fiber, answer the request: 202 with the task of the new
 * container, or the refusal.
 */
void vz_vm_recover(vz_call_t *call, vz_vm_recover_t *ask);


#endif /* VZ_VM_RECOVER_H */
