/*
 * /api/account: one's own password and sessions, and the end of
 * tokens.
 */

#ifndef VZ_ACCOUNT_H
#define VZ_ACCOUNT_H

#include "panel/api/resource.h"


extern vz_resource_t    vz_account_session_resource;
extern const vz_body_t  vz_account_password_form;
void vz_account_password(vz_call_t *call);
void vz_account_sessions(vz_call_t *call);
void vz_account_session_end(vz_call_t *call);
void vz_account_token_end(vz_call_t *call);


#endif /* VZ_ACCOUNT_H */
