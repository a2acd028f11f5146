/*
 * Destroying a container, in any lifecycle.  The body repeats its name as
 * confirmation.
 */

#ifndef VZ_VM_DESTROY_H
#define VZ_VM_DESTROY_H

#include "panel/api/body.h"
#include "runtime/http.h"


extern const vz_body_t  vz_vm_destroy_form;

/* DELETE /api/vms/{id} */
void vz_vm_destroy(vz_call_t *call);


#endif /* VZ_VM_DESTROY_H */
