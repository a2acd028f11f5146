/*
 * One container: its row, and its power.
 */

#ifndef VZ_VM_H
#define VZ_VM_H

#include "panel/api/query.h"
#include "runtime/call.h"


extern const vz_query_args_t  vz_vm_args;

/* GET /api/vms/{id} */
void vz_vm_one(vz_call_t *call);

/* POST /api/vms/{id}/start, /stop, /poweroff and /restart */
void vz_vm_start(vz_call_t *call);
void vz_vm_stop(vz_call_t *call);
void vz_vm_poweroff(vz_call_t *call);
void vz_vm_restart(vz_call_t *call);


#endif /* VZ_VM_H */
