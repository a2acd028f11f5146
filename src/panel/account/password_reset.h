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
#include "runtime/call.h"
#include "runtime/db.h"


#define VZ_PASSWORD_RESET_FIRST  "7"    /* days of a first link */

/*
 * vz_password_reset_first: inside the caller's transaction, make the link good
 * by which a new user chooses the first password; token is what the link holds,
 * 64 hex digits.  VZ_OK or the database's code.
 */
vz_code_e vz_password_reset_first(vz_tx_t *tx, ngx_pool_t *pool,
    uint64_t user, const ngx_str_t *token);

extern const vz_body_t  vz_password_reset_ask_form;
extern const vz_body_t  vz_password_reset_form;
void vz_password_reset_link(vz_call_t *call);
void vz_password_reset_set(vz_call_t *call);


#endif /* VZ_PASSWORD_RESET_H */
