/*
 * The firewall of a container: GET and PUT /api/vms/{id}/firewall, POST
 * .../firewall/confirm and .../firewall/undo; and what administrators shut for
 * it, PUT /api/vms/{id}/gates.
 */

#ifndef VZ_VM_FIREWALL_H
#define VZ_VM_FIREWALL_H

#include "panel/api/body.h"


extern const vz_body_t  vz_vm_firewall_form;
extern const vz_body_t  vz_vm_firewall_gates_form;

void vz_vm_firewall_show(vz_call_t *call);
void vz_vm_firewall_set(vz_call_t *call);
void vz_vm_firewall_confirm(vz_call_t *call);
void vz_vm_firewall_undo(vz_call_t *call);
void vz_vm_firewall_gates(vz_call_t *call);


#endif /* VZ_VM_FIREWALL_H */
