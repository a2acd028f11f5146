/*
 * Where the container of a console is, and whether the caller may have one.
 */

#ifndef VZ_VM_CONSOLE_PLACE_H
#define VZ_VM_CONSOLE_PLACE_H

#include "panel/node/node.h"
#include "runtime/call.h"


typedef struct {
    uint64_t         vm;
    uint64_t         node_id;
    uint32_t         ctid;
    ngx_str_t        tag;
    ngx_str_t        lifecycle;
    ngx_str_t        reason;        /* why it is suspended */
    vz_node_row_t   *node;
    u_char           id[NGX_INT32_LEN + 1];     /* ctid as text */
    vz_mark_t        mark;
} vz_vm_console_place_t;


/*
 * vz_vm_console_place: look up a container that the caller may enter: own, or
 * any for an administrator; ready, and not suspended; on a node that this nginx
 * knows.  In a transaction, or alone (tx NULL).  VZ_OK; VZ_NOENT, VZ_STATE,
 * VZ_DOWN or the database's code, with the reply set.
 */
vz_code_e vz_vm_console_place(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
    vz_vm_console_place_t *place);


#endif /* VZ_VM_CONSOLE_PLACE_H */
