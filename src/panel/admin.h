/*
 * What the resources of Administration share: one change and its audit in one
 * transaction, and the refusals they have in common.
 */

#ifndef VZ_ADMIN_H
#define VZ_ADMIN_H

#include "arg.h"
#include "audit.h"
#include "edit.h"
#include "resource.h"
#include "route.h"


/*
 * vz_admin_remove: answer DELETE of one row by id with a statement that takes
 * the id and spares what others need: 204, 404, or 409 "in_use" with why.
 * exists takes the id, too.  VZ_OK where the row is gone.
 */
vz_code_e vz_admin_remove(vz_call_t *call, const vz_sql_t *remove,
    const vz_sql_t *exists, const char *action, const char *kind,
    const char *why);

/* vz_admin_int: the value, or NULL (keep) where the body had none. */
vz_bind_t vz_admin_int(vz_call_t *call, const char *name, int64_t value);

/* vz_admin_page: the end of a list. */
void vz_admin_page(vz_json_t *out, uint64_t next);      /* 0: the last one */

#define vz_admin_write   vz_edit_write
#define vz_admin_exists  vz_edit_exists


/* What the route table calls, and what they read. */

extern const vz_args_t  vz_address_args;
extern const vz_args_t  vz_audit_args;
extern const vz_args_t  vz_held_args;
extern const vz_args_t  vz_outbox_args;
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

void vz_admin_orders(vz_call_t *call);
void vz_admin_order_approve(vz_call_t *call);
void vz_admin_order_reject(vz_call_t *call);

void vz_admin_audit_list(vz_call_t *call);

void vz_admin_outbox(vz_call_t *call);
void vz_admin_mail_retry(vz_call_t *call);


#endif /* VZ_ADMIN_H */
