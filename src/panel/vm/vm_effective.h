/*
 * Effective limits and network of a container, as its node reports them.
 */

#ifndef VZ_VM_EFFECTIVE_H
#define VZ_VM_EFFECTIVE_H

#include "runtime/call.h"


/*
 * vz_vm_effective_json: on a fiber, ask the node and write three members into
 * the open object: "node" (up, down or absent; absent also where the number is
 * another container's, by its tag), "in_force" (what the node enforces, null
 * where it does not answer) and "limits" (what the node can do, as last known).
 * An empty tag belongs to a container from before tags.
 */
void vz_vm_effective_json(vz_call_t *call, vz_json_t *out, uint64_t node,
    uint32_t ctid, const ngx_str_t *tag);


/*
 * vz_vm_effective_features: on a fiber, write the member "features" into the
 * open object: what the driver of the container's node can do beyond what every
 * driver must, as last known.  There is no such member where the node has never
 * answered.
 */
void vz_vm_effective_features(vz_call_t *call, vz_json_t *out, uint64_t node);


#endif /* VZ_VM_EFFECTIVE_H */
