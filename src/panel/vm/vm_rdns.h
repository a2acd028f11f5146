/*
 * The names of a container's addresses in DNS: GET and PUT
 * /api/vms/{id}/rdns.
 */

#ifndef VZ_VM_RDNS_H
#define VZ_VM_RDNS_H

#include "panel/api/body.h"


extern const vz_body_t  vz_vm_rdns_form;

void vz_vm_rdns_show(vz_call_t *call);
void vz_vm_rdns_set(vz_call_t *call);


#endif /* VZ_VM_RDNS_H */
