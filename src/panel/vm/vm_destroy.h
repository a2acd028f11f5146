/*
 * Deleting a container, in any lifecycle: into the trash (vm_trash.h), or for
 * good.  The body repeats its name as confirmation.
 */

#ifndef VZ_VM_DESTROY_H
#define VZ_VM_DESTROY_H

#include "panel/api/body.h"
#include "runtime/call.h"


/* The hours that vm v of plan p is kept in the trash; 24 without a plan. */
#define VZ_VM_DESTROY_HOURS  "COALESCE(p.undo_hours, 24)"

extern const vz_body_t  vz_vm_destroy_form;

/* DELETE /api/vms/{id} */
void vz_vm_destroy(vz_call_t *call);


#endif /* VZ_VM_DESTROY_H */
