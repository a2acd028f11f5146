/*
 * Taking back what signs a user in without a password.
 */

#include "panel/account/session_revoke.h"


static const vz_sql_t  vz_session_revoke_all = vz_sql("sessions end",
    "DELETE FROM session WHERE user_id = ?");

static const vz_sql_t  vz_session_revoke_tokens = vz_sql("tokens end",
    "DELETE FROM token WHERE user_id = ?");

static const vz_sql_t  vz_session_revoke_mailed = vz_sql("links void",
    "UPDATE reset SET used = NOW(3) WHERE user_id = ? AND used IS NULL");

static const vz_sql_t  vz_session_revoke_email = vz_sql("email links void",
    "UPDATE email_change SET hash = NULL WHERE user_id = ? AND used IS NULL");


vz_code_e
vz_session_revoke(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user)
{
    vz_code_e  rc;

    rc = vz_session_revoke_sessions(tx, pool, user);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, pool, &vz_session_revoke_tokens,
                         vz_binds(vz_int(user)), NULL);
    }

    return rc == VZ_OK ? vz_session_revoke_links(tx, pool, user) : rc;
}


vz_code_e
vz_session_revoke_links(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user)
{
    vz_code_e  rc;

    rc = vz_db_query(tx, pool, &vz_session_revoke_mailed,
                     vz_binds(vz_int(user)), NULL);

    return rc == VZ_OK ? vz_db_query(tx, pool, &vz_session_revoke_email,
                                     vz_binds(vz_int(user)), NULL) : rc;
}


vz_code_e
vz_session_revoke_sessions(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user)
{
    return vz_db_query(tx, pool, &vz_session_revoke_all,
                       vz_binds(vz_int(user)), NULL);
}
