/*
 * /api/admin/orders: what visitors contracted and an administrator has to let
 * run (vzpanel_signup approve).  Account, number and address are claimed, so
 * that a yes never comes too late; a no gives them back.
 */

#ifndef VZ_ORDER_REVIEW_H
#define VZ_ORDER_REVIEW_H

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "runtime/http.h"


extern const vz_query_args_t  vz_order_review_args;
extern const vz_verb_body_t  vz_order_review_reject_form;
void vz_order_review_list(vz_call_t *call);
void vz_order_review_approve(vz_call_t *call);
void vz_order_review_reject(vz_call_t *call);


#endif /* VZ_ORDER_REVIEW_H */
