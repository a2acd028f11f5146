/*
 * /api/account/second-factor: set up an app for the second step of signing in,
 * get new recovery codes, and turn the app off; an administrator ends it for
 * who lost all of them, passkeys with it.
 */

#ifndef VZ_SECOND_FACTOR_H
#define VZ_SECOND_FACTOR_H

#include "panel/api/body.h"
#include "runtime/call.h"
#include "runtime/db.h"


/* vz_second_factor_form: the code that proves that the app has the secret. */
extern const vz_body_t  vz_second_factor_form;


/*
 * vz_second_factor_turn_on: in the transaction that gives the caller a second
 * step, with the row held: sign-in asks for it, recovery codes are drawn
 * (VZ_RECOVERY_CODES of them), the other sessions end.
 *
 * vz_second_factor_rest: in the one that takes an app or a passkey away: where
 * none is left sign-in asks for none.  Both VZ_OK, or the database's code.
 */
vz_code_e vz_second_factor_turn_on(vz_tx_t *tx, vz_call_t *call,
    ngx_str_t *codes);
vz_code_e vz_second_factor_rest(vz_tx_t *tx, vz_call_t *call, uint64_t user);

/* Handlers, as their rows in panel/routes.c say. */
void vz_second_factor_show(vz_call_t *call);
void vz_second_factor_begin(vz_call_t *call);
void vz_second_factor_confirm(vz_call_t *call);
void vz_second_factor_recovery(vz_call_t *call);
void vz_second_factor_end(vz_call_t *call);
void vz_second_factor_end_user(vz_call_t *call);


#endif /* VZ_SECOND_FACTOR_H */
