/* GET and PATCH /api/vms/{id}/alerts: what an owner is told of, and what is. */

#ifndef VZ_VM_ALERT_H
#define VZ_VM_ALERT_H

#include "panel/api/body.h"


extern const vz_body_t  vz_vm_alert_form;

/* vz_vm_alert_show: reply with the alerts of a container, one of each kind. */
void vz_vm_alert_show(vz_call_t *call);

/*
 * vz_vm_alert_set: change what the body has, and audit it; null goes back to
 * the default.  The reply is that of GET.
 */
void vz_vm_alert_set(vz_call_t *call);


#endif /* VZ_VM_ALERT_H */
