/*
 * What the route table calls: one function for each method of a resource, and
 * the bodies they read.
 */

#ifndef VZ_RESOURCE_H
#define VZ_RESOURCE_H

#include "arg.h"
#include "form.h"


extern const vz_args_t  vz_vm_args;
extern const vz_args_t  vz_vms_args;
extern const vz_args_t  vz_tasks_args;
extern const vz_args_t  vz_stream_args;
extern const vz_args_t  vz_stream_events_args;

extern const vz_form_t  vz_session_form;
extern const vz_form_t  vz_order_form;
extern const vz_form_t  vz_order_mail_form;
extern const vz_form_t  vz_password_form;
extern const vz_form_t  vz_token_form;
extern const vz_form_t  vz_network_form;
extern const vz_form_t  vz_memory_form;
extern const vz_form_t  vz_disk_form;
extern const vz_form_t  vz_cpu_form;
extern const vz_form_t  vz_make_form;
extern const vz_form_t  vz_destroy_form;
extern const vz_form_t  vz_suspend_form;

void vz_plan_list(vz_call_t *call);
void vz_plan_exit(void);            /* worker stop */
void vz_template_list(vz_call_t *call);

void vz_order_make(vz_call_t *call);
void vz_order_show(vz_call_t *call);
void vz_order_mail(vz_call_t *call);

void vz_session_open(vz_call_t *call);
void vz_session_show(vz_call_t *call);
void vz_session_close(vz_call_t *call);

extern const vz_form_t  vz_reset_ask_form;
extern const vz_form_t  vz_reset_form;

void vz_reset_link(vz_call_t *call);
void vz_reset_set(vz_call_t *call);

void vz_account_password(vz_call_t *call);
void vz_account_sessions(vz_call_t *call);
void vz_account_session_end(vz_call_t *call);
void vz_account_tokens(vz_call_t *call);
void vz_account_token_make(vz_call_t *call);
void vz_account_token_end(vz_call_t *call);

void vz_vm_list(vz_call_t *call);
void vz_vm_one(vz_call_t *call);
void vz_vm_start(vz_call_t *call);
void vz_vm_stop(vz_call_t *call);
void vz_vm_restart(vz_call_t *call);
void vz_vm_network(vz_call_t *call);
void vz_vm_memory(vz_call_t *call);
void vz_vm_disk(vz_call_t *call);
void vz_vm_cpu(vz_call_t *call);
void vz_vm_make(vz_call_t *call);
void vz_vm_destroy(vz_call_t *call);
void vz_vm_suspend(vz_call_t *call);
void vz_vm_unsuspend(vz_call_t *call);

void vz_stream_events(vz_call_t *call);

void vz_openapi_show(vz_call_t *call);

void vz_health_show(vz_call_t *call);
void vz_health_metrics(vz_call_t *call);


#endif /* VZ_RESOURCE_H */
