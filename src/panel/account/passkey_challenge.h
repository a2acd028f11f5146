/*
 * Challenges that passkeys sign: 32 random bytes, each for one use within two
 * minutes, kept in the zone, so that a reload forgets none.  The answer has to
 * come to the host that gave the challenge.
 */

#ifndef VZ_PASSKEY_CHALLENGE_H
#define VZ_PASSKEY_CHALLENGE_H

#include "runtime/call.h"
#include "runtime/webauthn.h"
#include "runtime/zone.h"


#define VZ_PASSKEY_CHALLENGE_LIFE  120      /* seconds */

typedef enum {
    VZ_PASSKEY_ADD = 0,             /* of a session, which makes a passkey */
    VZ_PASSKEY_STEP,                /* of a user whose password was right */
    VZ_PASSKEY_ENTER,               /* of anybody: the passkey tells whose */
    VZ_PASSKEY_CONFIRM              /* of a session, which it confirms */
} vz_passkey_use_e;


/* vz_passkey_challenge_table: its table in the zone. */
extern const vz_table_def_t  vz_passkey_challenge_table;

/*
 * vz_passkey_challenge_new: draw one for that use: user's, or 0; one of
 * VZ_PASSKEY_ADD or VZ_PASSKEY_CONFIRM is the call's session's, too.  text is
 * base64url, from the call's pool.  VZ_OK; VZ_BUSY where the user, or the
 * address that it comes from, has many already; or VZ_OVERLOADED.
 */
vz_code_e vz_passkey_challenge_new(vz_call_t *call, vz_passkey_use_e use,
    uint64_t user, ngx_str_t *text);

/*
 * vz_passkey_challenge_take: use one up.  VZ_OK; VZ_NOENT where there is none,
 * or no more, or it was for another use, user or session.
 */
vz_code_e vz_passkey_challenge_take(const vz_call_t *call,
    vz_passkey_use_e use, uint64_t user,
    const u_char challenge[VZ_WEBAUTHN_CHALLENGE]);


#endif /* VZ_PASSKEY_CHALLENGE_H */
