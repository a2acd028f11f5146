/* GET /api/vms/{id}/history, GET /api/vms/{id}/reasons. */

#ifndef VZ_VM_HISTORY_H
#define VZ_VM_HISTORY_H

#include "runtime/call.h"


/*
 * vz_vm_history: what a container used, by its node's recorder: figures, the
 * limits that hold now, its tasks and what was killed in that time.
 */
void vz_vm_history(vz_call_t *call);

/* vz_vm_history_reasons: why it is slow, or fails, now and in the last day. */
void vz_vm_history_reasons(vz_call_t *call);


#endif /* VZ_VM_HISTORY_H */
