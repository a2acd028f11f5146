/*
 * /api/session/passkey: sign in with a passkey alone.  Nobody names an account,
 * so nobody learns whether there is one.
 */

#ifndef VZ_SESSION_PASSKEY_H
#define VZ_SESSION_PASSKEY_H

#include "panel/api/body.h"


/* vz_session_passkey_form: what the browser answers to the challenge. */
extern const vz_body_t  vz_session_passkey_form;

/* Handlers, as their rows in panel/routes.c say. */
void vz_session_passkey_begin(vz_call_t *call);
void vz_session_passkey_open(vz_call_t *call);


#endif /* VZ_SESSION_PASSKEY_H */
