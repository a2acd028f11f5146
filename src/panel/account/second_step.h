/*
 * The second step of signing in: a code of the user's app, a recovery code, or
 * a passkey.
 * It exists only behind the right password; nobody else learns whether there
 * is one.
 */

#ifndef VZ_SECOND_STEP_H
#define VZ_SECOND_STEP_H

#include "panel/account/guess.h"
#include "panel/account/passkey_use.h"
#include "panel/account/user_find.h"
#include "runtime/call.h"
#include "runtime/db.h"


#define VZ_SECOND_STEP_RECOVERY  16     /* characters of a recovery code */

/* What was checked, and has to hold still where the session is made. */
typedef struct {
    ngx_uint_t    asked;            /* the user has a second step */
    uint64_t      step;             /* of the app's code; 0 for the others */
    ngx_str_t     hash;             /* of the recovery code, or empty */
    vz_passkey_used_t  passkey;     /* or one without an id */
    const char   *why;              /* a passkey was refused, for the audit */
} vz_second_step_t;


/*
 * vz_second_step_check: whether the code, or the passkey's answer where there
 * is no code, is good for a user whose password was right; without a second
 * step none is needed.  Wrong ones are counted by user, or by browser where it
 * is known, and make the next one wait.  VZ_OK; or, with the reply set,
 * VZ_DENIED for one that is missing (the reply has a challenge for passkeys),
 * wrong or used, VZ_BUSY for one too many, and the database's code.
 */
vz_code_e vz_second_step_check(vz_call_t *call, const vz_user_t *user,
    const ngx_str_t *code, const vz_passkey_answer_t *answer,
    vz_second_step_t *step);

/*
 * vz_second_step_has: whether the user has an app that shows codes.  VZ_OK or
 * the database's code.
 *
 * vz_second_step_app: whether the code is one that the user's app shows now,
 * and was not used: a recovery code is none.  The caller counts the tries.
 * VZ_OK with *step; VZ_DENIED, also without an app; or the database's code.
 */
vz_code_e vz_second_step_has(vz_call_t *call, uint64_t user,
    ngx_uint_t *app);
vz_code_e vz_second_step_app(vz_call_t *call, uint64_t user,
    const ngx_str_t *code, vz_second_step_t *step);

/*
 * vz_second_step_use: in the transaction that makes the session, with the
 * user's row locked: use the code up.  VZ_STATE where another call was faster;
 * or the database's code.
 */
vz_code_e vz_second_step_use(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    const vz_second_step_t *step);

/* vz_second_step_denied: the reply for a wrong or used code, or passkey. */
void vz_second_step_denied(vz_call_t *call, const vz_second_step_t *step);

/*
 * vz_second_step_try: begin a try of a code by this user; vz_guess_end() ends
 * it.  Returns as vz_guess_known().
 */
vz_code_e vz_second_step_try(vz_call_t *call, uint64_t user,
    vz_guess_t *guess);


#endif /* VZ_SECOND_STEP_H */
