/*
 * DELETE /api/vms/{id}: a container goes, with all that is on it.  Its name in
 * the body says that it is the one that was meant.  What failed to be made or
 * to go may go, too.
 */

#ifndef VZ_VM_DESTROY_H
#define VZ_VM_DESTROY_H

#include "panel/api/body.h"
#include "runtime/http.h"


extern const vz_verb_body_t  vz_vm_destroy_form;
void vz_vm_destroy(vz_call_t *call);


#endif /* VZ_VM_DESTROY_H */
