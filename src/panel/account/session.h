/*
 * Sessions: what signing in gives.
 */

#ifndef VZ_SESSION_H
#define VZ_SESSION_H

#include "panel/api/body.h"
#include "runtime/http.h"


/*
 * vz_session_cookie: set a cookie that scripts can't read, for age seconds; 0
 * deletes it in the browser.
 */
void vz_session_cookie(vz_call_t *call, const char *name,
    const ngx_str_t *value, time_t age);

extern const vz_body_t  vz_session_form;

/* POST, GET and DELETE /api/session */
void vz_session_open(vz_call_t *call);
void vz_session_show(vz_call_t *call);
void vz_session_close(vz_call_t *call);


#endif /* VZ_SESSION_H */
