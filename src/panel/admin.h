/*
 * Administration: what the route table calls, and what is read of a query
 * string or a body.
 */

#ifndef VZ_ADMIN_H
#define VZ_ADMIN_H

#include "edit.h"
#include "route.h"


extern const vz_args_t  vz_address_args;
extern const vz_args_t  vz_audit_args;
extern const vz_args_t  vz_held_args;
extern const vz_args_t  vz_outbox_args;
extern const vz_args_t  vz_stranger_args;
extern const vz_args_t  vz_user_args;

extern const vz_form_t  vz_template_form;
extern const vz_form_t  vz_template_change_form;
extern const vz_form_t  vz_plan_form;
extern const vz_form_t  vz_plan_change_form;
extern const vz_form_t  vz_pool_form;
extern const vz_form_t  vz_pool_change_form;
extern const vz_form_t  vz_address_form;
extern const vz_form_t  vz_user_form;
extern const vz_form_t  vz_user_change_form;
extern const vz_form_t  vz_suspend_all_form;
extern const vz_form_t  vz_node_form;
extern const vz_form_t  vz_node_change_form;
extern const vz_form_t  vz_adopt_form_table;
extern const vz_form_t  vz_leave_form;
extern const vz_form_t  vz_reject_form;

void vz_admin_templates(vz_call_t *call);
void vz_admin_template_make(vz_call_t *call);
void vz_admin_template_change(vz_call_t *call);
void vz_admin_template_end(vz_call_t *call);

void vz_admin_plans(vz_call_t *call);
void vz_admin_plan_make(vz_call_t *call);
void vz_admin_plan_change(vz_call_t *call);
void vz_admin_plan_end(vz_call_t *call);

void vz_admin_pools(vz_call_t *call);
void vz_admin_pool_make(vz_call_t *call);
void vz_admin_pool_change(vz_call_t *call);
void vz_admin_pool_end(vz_call_t *call);
void vz_admin_addresses(vz_call_t *call);
void vz_admin_address_change(vz_call_t *call);

void vz_admin_users(vz_call_t *call);
void vz_admin_user_one(vz_call_t *call);
void vz_admin_user_make(vz_call_t *call);
void vz_admin_user_change(vz_call_t *call);
void vz_admin_user_password(vz_call_t *call);
void vz_admin_user_reply(vz_call_t *call, uint64_t id, ngx_uint_t status);
void vz_admin_user_suspend(vz_call_t *call);
void vz_admin_user_unsuspend(vz_call_t *call);

void vz_admin_nodes(vz_call_t *call);
void vz_admin_node_make(vz_call_t *call);
void vz_admin_node_change(vz_call_t *call);
void vz_admin_node_end(vz_call_t *call);
void vz_admin_node_containers(vz_call_t *call);
void vz_admin_node_adopt(vz_call_t *call);
void vz_admin_node_leave(vz_call_t *call);

void vz_admin_orders(vz_call_t *call);
void vz_admin_order_approve(vz_call_t *call);
void vz_admin_order_reject(vz_call_t *call);

void vz_admin_audit_list(vz_call_t *call);

void vz_admin_outbox(vz_call_t *call);
void vz_admin_mail_retry(vz_call_t *call);


#endif /* VZ_ADMIN_H */
