/*
 * The list of containers.
 */

#ifndef VZ_VM_LIST_H
#define VZ_VM_LIST_H

#include "runtime/http.h"


/*
 * GET /api/vms: the user's own containers, all of them for an administrator, in
 * exactly one statement, which also authenticates the call where the zone does
 * not know it.
 */
void vz_vm_list(vz_call_t *call);


#endif /* VZ_VM_LIST_H */
