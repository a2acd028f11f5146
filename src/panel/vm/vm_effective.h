/*
 * What a container's node says holds for it right now.
 */

#ifndef VZ_VM_EFFECTIVE_H
#define VZ_VM_EFFECTIVE_H

#include "runtime/http.h"


/*
 * vz_vm_effective_json: on a fiber, ask the node and write members into an
 * open object: node (up, down, absent: also where the number is another
 * container's, by its tag), in_force (null where the node does not say) and
 * limits (what the node can do, as it last said).  An empty tag is none.
 */
void vz_vm_effective_json(vz_call_t *call, vz_json_t *out, uint64_t node,
    uint32_t ctid, const ngx_str_t *tag);


#endif /* VZ_VM_EFFECTIVE_H */
