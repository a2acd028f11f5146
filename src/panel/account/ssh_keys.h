/*
 * /api/account/keys: one's own public SSH keys.
 */

#ifndef VZ_SSH_KEYS_H
#define VZ_SSH_KEYS_H

#include "panel/api/body.h"
#include "panel/api/resource.h"


/* GET, POST and DELETE /api/account/keys */
void vz_ssh_keys_list(vz_call_t *call);
void vz_ssh_keys_add(vz_call_t *call);
void vz_ssh_keys_end(vz_call_t *call);

extern const vz_body_t  vz_ssh_keys_form;
extern vz_resource_t    vz_ssh_keys_resource;


#endif /* VZ_SSH_KEYS_H */
