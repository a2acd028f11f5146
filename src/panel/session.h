/*
 * Sessions: what signing in gives.
 */

#ifndef VZ_SESSION_H
#define VZ_SESSION_H

#include "../runtime/db.h"
#include "../runtime/http.h"


/*
 * vz_session_verify: a password against its hash, counted by the limiter under
 * the account's name and the client's address.  VZ_OK; VZ_DENIED, which the
 * caller answers; or with the reply already set VZ_BUSY (429) or what the
 * crypt service says.  An empty hash is that of nobody.
 */
vz_code_e vz_session_verify(vz_call_t *call, const ngx_str_t *account,
    const ngx_str_t *password, const ngx_str_t *hash);

/*
 * vz_session_hash: a password's hash, from the call's pool; what the crypt
 * service says otherwise, with the reply already set.
 */
vz_code_e vz_session_hash(vz_call_t *call, const ngx_str_t *password,
    ngx_str_t *hash);

/*
 * vz_session_revoke: end all that signs somebody in without his password,
 * sessions, tokens and links for another password, where the password was set
 * by who did not show the one before (a stranger may have had it), or the role
 * changed.  The caller drops him from the zone when that is committed.
 */
vz_code_e vz_session_revoke(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user);

/*
 * vz_session_unlink: the links for another password that were mailed are void:
 * who changes his password, or gets another address, may do so because of who
 * reads his mails.
 */
vz_code_e vz_session_unlink(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user);

/* vz_session_key: what the limiter counts under. */
ngx_str_t vz_session_key(vz_call_t *call, const char *kind,
    const ngx_str_t *value);

/*
 * vz_session_from: the same for where a call comes from: its address, of IPv6
 * the first 64 bits, for the rest is anybody's to choose.
 */
ngx_str_t vz_session_from(vz_call_t *call, const char *kind);

/* vz_session_limited: 429. */
void vz_session_limited(vz_call_t *call, ngx_uint_t seconds);

/* vz_session_plain: whether it can be an account or an address of mail. */
ngx_uint_t vz_session_plain(const ngx_str_t *account);


#endif /* VZ_SESSION_H */
