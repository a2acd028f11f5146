/*
 * POST /api/vms/{id}/clone.
 */

#ifndef VZ_VM_CLONE_H
#define VZ_VM_CLONE_H

#include "panel/api/body.h"


/*
 * vz_vm_clone: another container of the same owner, on the same node, is made
 * with the disk that this one has now; of its size, or of another plan.
 */
void vz_vm_clone(vz_call_t *call);

extern const vz_body_t  vz_vm_clone_form;


#endif /* VZ_VM_CLONE_H */
