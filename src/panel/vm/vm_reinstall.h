/*
 * Another system for a container, and the way back.
 */

#ifndef VZ_VM_REINSTALL_H
#define VZ_VM_REINSTALL_H

#include "panel/api/body.h"


/*
 * POST /api/vms/{id}/reinstall: the body repeats the container's name; the
 * reply alone has root's password, where no keys are chosen.
 */
void vz_vm_reinstall(vz_call_t *call);

/* POST /api/vms/{id}/reinstall/undo */
void vz_vm_reinstall_undo(vz_call_t *call);

extern const vz_body_t  vz_vm_reinstall_form;


#endif /* VZ_VM_REINSTALL_H */
