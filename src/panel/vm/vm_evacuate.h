/*
 * A container of a dead node goes on on another node, out of a backup: the same
 * row, with another place, number and tag, and a task that fills it.  What the
 * dead node may still have is fenced (vm_moved.h).
 */

#ifndef VZ_VM_EVACUATE_H
#define VZ_VM_EVACUATE_H

#include "panel/api/idempotency.h"
#include "panel/node/node.h"


typedef struct {
    uint64_t            vm;
    uint64_t            backup;     /* of it */
    vz_node_row_t      *to;
    vz_idempotency_t   *idem;       /* NULL: the call has none of its own */
    ngx_uint_t          many;       /* it waits for its turn */

    /* the row, as it was */
    ngx_str_t           name;
    ngx_str_t           lifecycle;
    ngx_str_t           tag;
    uint64_t            owner;
    uint64_t            node;
    uint64_t            fence;
    ngx_uint_t          dead;       /* its node is */
    ngx_str_t           template;   /* its name on nodes */
    ngx_str_t           repository; /* of the backup */

    /* made */
    uint32_t            ctid;
    uint64_t            task;
    const char         *reason;     /* why not: a word of the API, or NULL */
} vz_vm_evacuate_t;


/*
 * vz_vm_evacuate: on a fiber, move it in one transaction, which is repeated
 * where another one was faster.  What the dead node was at for it ends.  Its
 * addresses stay where the other node may have all of them; else it gets new
 * ones.
 *
 *   VZ_OK         with move->task
 *   VZ_STATE      it can't be moved, with move->reason: "not_dead",
 *                 "lifecycle", "no_backup", "no_repository", "no_template",
 *                 "no_address", "no_number", "gone"
 *   VZ_DUPLICATE  another call with this Idempotency-Key was first
 *   or the database's code
 */
vz_code_e vz_vm_evacuate(vz_call_t *call, vz_vm_evacuate_t *move);

/*
 * vz_vm_evacuate_next: for a periodic job: of those that wait for their turn,
 * begin as many as a node fills at once.
 */
void vz_vm_evacuate_next(ngx_pool_t *pool);


#endif /* VZ_VM_EVACUATE_H */
