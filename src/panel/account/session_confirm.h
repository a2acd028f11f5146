/*
 * POST /api/session/confirm/begin, /api/session/confirm: prove again who one
 * is, for delicate acts.
 */

#ifndef VZ_SESSION_CONFIRM_H
#define VZ_SESSION_CONFIRM_H

#include "panel/api/body.h"
#include "runtime/call.h"


extern const vz_body_t  vz_session_confirm_form;

/*
 * vz_session_confirm_begin: tell by what this session may be confirmed besides
 * the password, with a challenge for the user's passkeys.
 *
 * vz_session_confirm: take a password, a code of the app, or the answer of a
 * passkey that has verified its user.  204: the session may do delicate acts
 * for VZ_STEP_UP_MINUTES.  422: it is wrong; 429 after too many of them.
 */
void vz_session_confirm_begin(vz_call_t *call);
void vz_session_confirm(vz_call_t *call);


#endif /* VZ_SESSION_CONFIRM_H */
