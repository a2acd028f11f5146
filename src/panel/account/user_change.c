/*
 * The frame of a change of a user.
 */

#include "panel/account/user_change.h"
#include "panel/api/audit.h"
#include "panel/api/auth.h"


vz_code_e
vz_user_change(vz_call_t *call, uint64_t user, const char *action,
    const ngx_str_t *object, vz_user_change_pt fn, void *data)
{
    vz_tx_t                 *tx;
    vz_code_e                rc;
    static const ngx_str_t   none = ngx_string("");

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_auth_hold(tx, call->pool, user);

    if (rc == VZ_OK) {
        rc = fn(tx, call, data);
    }

    if (rc == VZ_OK && action != NULL) {
        rc = vz_audit_by(tx, call, action, object != NULL ? *object : none);
    }

    return vz_db_end(tx, rc);
}
