/*
 * Choosing the node of a new container.
 */

#ifndef VZ_VM_PLACE_H
#define VZ_VM_PLACE_H

#include "panel/node/node.h"
#include "runtime/http.h"


/*
 * vz_vm_place: choose the node with the fewest containers that answers and has
 * the template installed; else one that had it when it last answered, and the
 * task waits until it is back.  The node stays where it is for the life of the
 * worker.
 *
 *   VZ_OK          with *node
 *   VZ_NOTEMPLATE  no node has it
 *   VZ_DOWN, VZ_TIMEOUT  no node has ever answered
 *   or the database's code; all but VZ_OK with the reply set
 */
vz_code_e vz_vm_place(vz_call_t *call, const ngx_str_t *template,
    vz_node_row_t **node);


#endif /* VZ_VM_PLACE_H */
