/*
 * Delicate acts ask again who it is.
 */

#include "panel/api/identity.h"
#include "panel/api/step_up.h"
#include "runtime/call.h"
#include "runtime/db.h"


static const vz_sql_t  vz_step_up_sql = vz_sql("session proven",
    "SELECT 1 FROM session WHERE id = ?"
    " AND proven > UTC_TIMESTAMP(3) - INTERVAL " VZ_STEP_UP_MINUTES " MINUTE");


vz_code_e
vz_step_up_require(vz_call_t *call)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    if (!call->cookie_auth) {
        return VZ_OK;
    }

    rc = vz_db_query(NULL, call->pool, &vz_step_up_sql,
                     vz_binds(vz_int(call->identity->session)), &rows);

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (rows.rows == 0) {
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "step_up",
                        "This session proved who you are more than "
                        VZ_STEP_UP_MINUTES " minutes ago. Do so again "
                        "by POST /api/session/confirm, then repeat it.");
        return VZ_DENIED;
    }

    return VZ_OK;
}
