/*
 * Sessions: what signing in gives.
 */

#ifndef VZ_SESSION_H
#define VZ_SESSION_H

#include "panel/account/second_step.h"
#include "panel/account/user_find.h"
#include "panel/api/body.h"
#include "runtime/call.h"


/*
 * vz_session_cookie: set a cookie that scripts can't read, for age seconds; 0
 * deletes it in the browser.
 */
void vz_session_cookie(vz_call_t *call, const char *name,
    const ngx_str_t *value, time_t age);

/*
 * vz_session_enter: sign in a user who proved to be that one: unless locked or
 * the drawn password expired, make the session, and reply, also where it fails.
 */
void vz_session_enter(vz_call_t *call, const vz_user_t *user,
    const vz_second_step_t *step);

/*
 * vz_session_denied: audit that a user, or nobody where it is an empty one, did
 * not get in, and why.
 */
void vz_session_denied(vz_call_t *call, const vz_user_t *user,
    const char *result, const char *detail);

extern const vz_body_t  vz_session_form;

/* POST, GET and DELETE /api/session */
void vz_session_open(vz_call_t *call);
void vz_session_show(vz_call_t *call);
void vz_session_close(vz_call_t *call);


#endif /* VZ_SESSION_H */
