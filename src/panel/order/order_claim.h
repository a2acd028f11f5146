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

/*
 * vz_order_claim_keyed: where order->vm.keys or order->key name keys, no
 * password is mailed that opens the container: draw order->token for the link
 * by which its buyer chooses the account's password, which the caller wipes.
 * VZ_OK, or VZ_INTERNAL with the reply set.
 */
vz_code_e vz_order_claim_keyed(vz_call_t *call, vz_order_t *order);

/*
 * vz_order_claim_mail: queue the mail with the credentials for task
 * order->vm.task_id, inside the caller's transaction, with what order->user and
 * order->vm say, and the link of order->token before it.  It returns what
 * vz_vm_new_mail() does.
 */
vz_code_e vz_order_claim_mail(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);


#endif /* VZ_ORDER_CLAIM_H */
