/*
 * GET /api/vms/{id}/boot-log: what the container's last boot printed.
 */

#ifndef VZ_VM_BOOTLOG_H
#define VZ_VM_BOOTLOG_H

#include "runtime/call.h"


void vz_vm_bootlog(vz_call_t *call);


#endif /* VZ_VM_BOOTLOG_H */
