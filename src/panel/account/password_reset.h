/*
 * POST, PUT /api/password/reset: another password for who forgot it, by a link
 * that is mailed, works once and not for long.  Its token comes in the body: a
 * path would be written into logs.
 *
 * Nobody is told whether an account exists: what is done for one that does is
 * done after the answer.
 */

#ifndef VZ_PASSWORD_RESET_H
#define VZ_PASSWORD_RESET_H

#include "panel/api/body.h"
#include "runtime/http.h"


extern const vz_body_t  vz_password_reset_ask_form;
extern const vz_body_t  vz_password_reset_form;
void vz_password_reset_link(vz_call_t *call);
void vz_password_reset_set(vz_call_t *call);


#endif /* VZ_PASSWORD_RESET_H */
