/*
 * Proving oneself by a passkey: as the second step behind a password, or, where
 * the authenticator verified its user, alone: to sign in, or to confirm a
 * session.
 */

#ifndef VZ_PASSKEY_USE_H
#define VZ_PASSKEY_USE_H

#include "panel/account/passkey_challenge.h"
#include "runtime/call.h"
#include "runtime/db.h"


/* What a browser answers, each in base64url. */
typedef struct {
    ngx_str_t       id;             /* of the credential */
    ngx_str_t       client;         /* clientDataJSON */
    ngx_str_t       data;           /* authenticatorData */
    ngx_str_t       signature;
} vz_passkey_answer_t;

/* A passkey that was right, and has to be so still where a session is made. */
typedef struct {
    uint64_t        id;             /* of the row; 0: there is none */
    uint64_t        user;
    uint64_t        counter;
} vz_passkey_used_t;


/*
 * vz_passkey_use_check: check an answer to a challenge of that use, of that
 * user or, with 0, of whoever has the passkey.  VZ_OK; VZ_DENIED, and *why is
 * a word for the audit: "challenge", "origin", "unknown", "domain",
 * "unverified", "signature", "counter", "format"; or the database's code.
 */
vz_code_e vz_passkey_use_check(vz_call_t *call, vz_passkey_use_e use,
    uint64_t user, const vz_passkey_answer_t *answer, vz_passkey_used_t *used,
    const char **why);

/*
 * vz_passkey_use_write: in the transaction that makes the session, with the
 * user's row locked: keep the counter, and when it was used.  VZ_STATE where
 * the passkey is gone, or its counter did not rise: it was copied; or the
 * database's code.
 */
vz_code_e vz_passkey_use_write(vz_tx_t *tx, vz_call_t *call,
    const vz_passkey_used_t *used);

/* vz_passkey_use_denied: the reply for an answer that was not right. */
void vz_passkey_use_denied(vz_call_t *call);

/*
 * vz_passkey_use_offer: into an open object, "passkeys": a new challenge of
 * that use for the passkeys of a user, null where there are none.  VZ_OK;
 * VZ_BUSY and VZ_OVERLOADED, where it is null, too; or the database's code.
 */
vz_code_e vz_passkey_use_offer(vz_call_t *call, vz_json_t *out,
    vz_passkey_use_e use, uint64_t user);

/*
 * vz_passkey_use_rp: the domain that passkeys are for: that of our
 * page which calls, or of vzpanel_public_url, or the one that the call came to;
 * in lower case, from the call's pool, empty where there is no memory.
 */
ngx_str_t vz_passkey_use_rp(vz_call_t *call);

/*
 * vz_passkey_use_page: whether an origin, as the client's data name it, is our
 * pages'.
 * vz_passkey_use_decode: base64url, into the pool; NGX_DECLINED where it is
 * none.  vz_passkey_use_bytes: the same for runtime/webauthn.h.
 */
ngx_uint_t vz_passkey_use_page(const vz_call_t *call, char *origin);
ngx_int_t vz_passkey_use_decode(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_str_t *raw);
vz_webauthn_bytes_t vz_passkey_use_bytes(const ngx_str_t *raw);


#endif /* VZ_PASSKEY_USE_H */
