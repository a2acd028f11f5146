/*
 * The transaction that takes an order.  What two orders could both want
 * (account, number, address) is claimed by unique keys and compare-and-set;
 * who loses rolls back and tries the whole again.
 */

#ifndef VZ_ORDER_CLAIM_H
#define VZ_ORDER_CLAIM_H

#include "panel/order/order.h"


/*
 * vz_order_claim_all: a list in one transaction, repeated as a whole when
 * another call took the same number or account.
 *
 *   VZ_OK           with order->task
 *   VZ_EXISTS       the DNI is known
 *   VZ_NOENT        the plan, the template, the user or the node is gone, or
 *                   not offered any more
 *   VZ_NOSPACE      no address is free, of a family that it needs
 *   VZ_DUPLICATE    another call with this Idempotency-Key was first
 *   VZ_OVERLOADED   too many at once
 *   VZ_DOWN         also when nobody knows whether the commit happened
 */
vz_code_e vz_order_claim_all(vz_call_t *call, vz_order_t *order,
    const vz_order_claim_pt *claims);

/*
 * vz_order_claim_order: account, number, address, task and mail of a new
 * customer.
 */
vz_code_e vz_order_claim_order(vz_call_t *call, vz_order_t *order);

/* What every new container claims: key, number and row, addresses. */
vz_code_e vz_order_claim_key(vz_tx_t *tx, vz_call_t *call, vz_order_t *order);
vz_code_e vz_order_claim_vm(vz_tx_t *tx, vz_call_t *call, vz_order_t *order);
vz_code_e vz_order_claim_address(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);
vz_code_e vz_order_claim_network(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);

/*
 * vz_order_claim_begin: the task of what was claimed; kind, done and who are
 * set.
 */
vz_code_e vz_order_claim_begin(vz_tx_t *tx, vz_call_t *call, vz_order_t *order,
    vz_task_new_t *task);

/*
 * vz_order_claim_hold: a mail that waits for the order's task; json is its
 * open object, which this closes and wipes: a password is in it.
 */
vz_code_e vz_order_claim_hold(vz_tx_t *tx, vz_call_t *call, vz_order_t *order,
    const char *template, vz_json_t *json);

/*
 * vz_order_claim_refuse: the reply where that was VZ_NOSPACE, VZ_NOENT, or
 * worse.
 */
void vz_order_claim_refuse(vz_call_t *call, vz_code_e rc);


#endif /* VZ_ORDER_CLAIM_H */
