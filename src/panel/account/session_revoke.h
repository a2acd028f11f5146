/*
 * Taking back what signs a user in without a password.
 */

#ifndef VZ_SESSION_REVOKE_H
#define VZ_SESSION_REVOKE_H

#include "runtime/db.h"


/*
 * vz_session_revoke: revoke a user's sessions, API tokens and password-reset
 * links, in the caller's transaction.  Call it when the password was set
 * without the old one being shown, or when the role changed, and drop the user
 * from the zone after the commit.  VZ_OK or the database's code.
 */
vz_code_e vz_session_revoke(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user);

/*
 * vz_session_revoke_links: revoke only the password-reset links that were
 * mailed, in the caller's transaction.  Call it when a user changed the
 * password or got another address: somebody else may read the mails of before.
 */
vz_code_e vz_session_revoke_links(vz_tx_t *tx, ngx_pool_t *pool,
    uint64_t user);

/*
 * vz_session_revoke_sessions: delete only the user's sessions, in the caller's
 * transaction.  vz_session_revoke_others: the same, but keep this session.
 */
vz_code_e vz_session_revoke_sessions(vz_tx_t *tx, ngx_pool_t *pool,
    uint64_t user);
vz_code_e vz_session_revoke_others(vz_tx_t *tx, ngx_pool_t *pool,
    uint64_t user, uint64_t session);


#endif /* VZ_SESSION_REVOKE_H */
