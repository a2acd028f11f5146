/*
 * Sessions: what signing in gives.
 */

#ifndef VZ_SESSION_H
#define VZ_SESSION_H

#include "panel/api/body.h"
#include "runtime/crypt.h"
#include "runtime/db.h"
#include "runtime/http.h"


/*
 * vz_session_hash: the hash of a password that who is known chose;
 * vz_session_draw: a password for somebody, and its hash, by that line.  Both
 * from the call's pool.  What the crypt service says otherwise, with the reply
 * already set; then a drawn one is wiped.
 */
vz_code_e vz_session_hash(vz_call_t *call, const ngx_str_t *password,
    ngx_str_t *hash);
vz_code_e vz_session_draw(vz_call_t *call, vz_crypt_line_e line,
    ngx_str_t *password, ngx_str_t *hash);

/* vz_session_fault: the reply where a password could not be hashed. */
void vz_session_fault(vz_call_t *call, vz_crypt_line_e line, vz_code_e rc);

/* vz_session_cookie: a cookie of ours, for so many seconds; 0 ends it. */
void vz_session_cookie(vz_call_t *call, const char *name,
    const ngx_str_t *value, time_t age);

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

/* vz_session_plain: whether it can be an account or an address of mail. */
ngx_uint_t vz_session_plain(const ngx_str_t *account);

extern const vz_verb_body_t  vz_session_form;
void vz_session_open(vz_call_t *call);
void vz_session_show(vz_call_t *call);
void vz_session_close(vz_call_t *call);


#endif /* VZ_SESSION_H */
