/*
 * POST /api/vms: an administrator creates a container for an existing user.
 */

#ifndef VZ_VM_CREATE_H
#define VZ_VM_CREATE_H

#include "panel/api/body.h"
#include "runtime/call.h"


extern const vz_body_t  vz_vm_create_form;

extern const vz_body_t  vz_vm_create_own_form;

/* POST /api/vms: 202 with the task that creates it */
void vz_vm_create(vz_call_t *call);

/*
 * POST /api/account/orders: the same for whoever is signed in, of a plan that
 * is on offer; it waits for an administrator where orders do.
 */
void vz_vm_create_own(vz_call_t *call);


#endif /* VZ_VM_CREATE_H */
