/*
 * /api/admin/orders: orders that wait for an administrator (vzpanel_signup
 * approve).  Their account, number and address are claimed already, so an
 * approval never comes too late; a rejection gives them back.
 */

#ifndef VZ_ORDER_REVIEW_H
#define VZ_ORDER_REVIEW_H

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "runtime/http.h"


extern const vz_query_args_t  vz_order_review_args;
extern const vz_body_t  vz_order_review_reject_form;

/* GET /api/admin/orders, POST /api/admin/orders/{task}/approve and /reject */
void vz_order_review_list(vz_call_t *call);
void vz_order_review_approve(vz_call_t *call);
void vz_order_review_reject(vz_call_t *call);


#endif /* VZ_ORDER_REVIEW_H */
