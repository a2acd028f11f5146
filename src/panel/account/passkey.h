/*
 * /api/account/passkeys: add, list and delete one's own passkeys.  The first
 * one turns the second step of signing in on, unless an app did.
 */

#ifndef VZ_PASSKEY_H
#define VZ_PASSKEY_H

#include "panel/api/resource.h"


/* vz_passkey_resource: the columns of the list. */
extern vz_resource_t    vz_passkey_resource;

/* vz_passkey_form: what the browser tells of a new one. */
extern const vz_body_t  vz_passkey_form;

/* Handlers, as their rows in panel/routes.c say. */
void vz_passkey_list(vz_call_t *call);
void vz_passkey_begin(vz_call_t *call);
void vz_passkey_add(vz_call_t *call);
void vz_passkey_end(vz_call_t *call);


#endif /* VZ_PASSKEY_H */
