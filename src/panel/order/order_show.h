/*
 * An order as its page shows it, by the secret of its link.
 */

#ifndef VZ_ORDER_SHOW_H
#define VZ_ORDER_SHOW_H

#include "panel/order/order.h"


/* GET /api/orders/{secret} */
void vz_order_show(vz_call_t *call);

/*
 * vz_order_show_link: read order->secret and order->link from the path.
 * VZ_OK, or VZ_NOENT with the reply 404 where that is no secret of an order.
 */
vz_code_e vz_order_show_link(vz_call_t *call, vz_order_t *order);

/*
 * vz_order_show_reply: reply with the order of order->link, and its Location,
 * under that status; 0 is 200 where the order has ended, else 202.
 */
void vz_order_show_reply(vz_call_t *call, const vz_order_t *order,
    ngx_uint_t status);


#endif /* VZ_ORDER_SHOW_H */
