/*
 * POST /api/session/confirm: type the password again, for delicate acts.
 */

#ifndef VZ_SESSION_CONFIRM_H
#define VZ_SESSION_CONFIRM_H

#include "panel/api/body.h"
#include "runtime/call.h"


extern const vz_body_t  vz_session_confirm_form;

/*
 * vz_session_confirm: the handler.  204: the session may do delicate acts for
 * VZ_STEP_UP_MINUTES.  422: it is not the password; 429 after too many of them.
 */
void vz_session_confirm(vz_call_t *call);


#endif /* VZ_SESSION_CONFIRM_H */
