/*
 * A rescue system for a container, and the way back.
 */

#ifndef VZ_VM_RESCUE_H
#define VZ_VM_RESCUE_H

#include "panel/api/body.h"


/*
 * POST /api/vms/{id}/rescue: the reply alone has the password of root of the
 * rescue system, where no keys are chosen.
 */
void vz_vm_rescue(vz_call_t *call);

/* POST /api/vms/{id}/rescue/leave */
void vz_vm_rescue_leave(vz_call_t *call);

extern const vz_body_t  vz_vm_rescue_form;


#endif /* VZ_VM_RESCUE_H */
