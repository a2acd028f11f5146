/*
 * How many containers a customer may still order.
 */

#ifndef VZ_VM_LEFT_H
#define VZ_VM_LEFT_H

#include "runtime/call.h"


/*
 * GET /api/account/orders: how many the caller has, and how many he may have;
 * null for an administrator, whom nothing limits.
 */
void vz_vm_left(vz_call_t *call);


#endif /* VZ_VM_LEFT_H */
