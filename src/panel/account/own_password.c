/*
 * Showing one's own password once more.
 */

#include "panel/account/own_password.h"
#include "panel/account/password.h"
#include "panel/api/body.h"
#include "panel/api/identity.h"
#include "runtime/call.h"
#include "runtime/row.h"


static const vz_sql_t  vz_own_password_hash = vz_sql("own hash",
    "SELECT password FROM user WHERE id = ?");


vz_code_e
vz_own_password_check(vz_call_t *call, const char *field,
    const ngx_str_t *password, ngx_str_t *hash)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_guess_t  guess;
    ngx_uint_t  which;

    rc = vz_db_query(NULL, call->pool, &vz_own_password_hash,
                     vz_binds(vz_int(call->who.user)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    *hash = vz_row_text(&rows, 0, "password");

    rc = vz_own_password_try(call, &guess);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_password_verify(call, &guess, password, hash, 1, &which);

    if (rc == VZ_DENIED) {
        vz_own_password_wrong(call, field);
    }

    return rc;
}


/*
 * Each session has tries of its own: a thief of one cannot have another
 * without the password, and keeps its owner from nothing.
 */

vz_code_e
vz_own_password_try(vz_call_t *call, vz_guess_t *guess)
{
    return vz_guess_known(call, guess, vz_call_printf(call, "session %uL",
                                                      call->identity->session));
}


void
vz_own_password_wrong(vz_call_t *call, const char *field)
{
    vz_call_invalid(call, field, "wrong", "is not your current password");
    vz_call_refuse(call);
}
