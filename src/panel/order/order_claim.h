/*
 * What an order claims besides a container: the account of a new customer,
 * and the link by which the order is watched.
 */

#ifndef VZ_ORDER_CLAIM_H
#define VZ_ORDER_CLAIM_H

#include "panel/order/order.h"


/*
 * vz_order_claim: claim the account, the container with its task, and the
 * mails, in one transaction.  VZ_OK with order->vm.task_id; VZ_EXISTS where a
 * user has this DNI; or what vz_vm_new_make() returns.
 */
vz_code_e vz_order_claim(vz_call_t *call, vz_order_t *order);


#endif /* VZ_ORDER_CLAIM_H */
