/*
 * What a container received and sent by months, and its quota.
 */

#ifndef VZ_VM_TRAFFIC_H
#define VZ_VM_TRAFFIC_H

#include "panel/api/body.h"


/* GET and PATCH /api/vms/{id}/traffic */
void vz_vm_traffic_show(vz_call_t *call);
void vz_vm_traffic_set(vz_call_t *call);

extern const vz_body_t  vz_vm_traffic_form;


#endif /* VZ_VM_TRAFFIC_H */
