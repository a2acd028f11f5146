/*
 * POST /api/vms: a container for a user that there is, by an administrator.
 */

#ifndef VZ_VM_CREATE_H
#define VZ_VM_CREATE_H

#include "panel/api/body.h"
#include "runtime/http.h"


extern const vz_verb_body_t  vz_vm_create_form;
void vz_vm_create(vz_call_t *call);


#endif /* VZ_VM_CREATE_H */
