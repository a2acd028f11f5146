/*
 * What an owner does to the guest in a container: root's password, its names,
 * its SSH keys.
 */

#ifndef VZ_VM_GUEST_H
#define VZ_VM_GUEST_H

#include "panel/api/body.h"


/* POST /api/vms/{id}/password: the reply alone has the password */
void vz_vm_guest_password(vz_call_t *call);

/* PUT /api/vms/{id}/name, PUT /api/vms/{id}/hostname */
void vz_vm_guest_name(vz_call_t *call);
void vz_vm_guest_hostname(vz_call_t *call);

/* GET and PUT /api/vms/{id}/keys */
void vz_vm_guest_keys_list(vz_call_t *call);
void vz_vm_guest_keys(vz_call_t *call);

extern const vz_body_t  vz_vm_guest_name_form;
extern const vz_body_t  vz_vm_guest_hostname_form;
extern const vz_body_t  vz_vm_guest_keys_form;


#endif /* VZ_VM_GUEST_H */
