/*
 * Where users sign in from: the first 16 bits of an address of IPv4 and 32 of
 * IPv6, within which a phone or a provider gives others every day.
 */

#include "panel/account/account_mail.h"
#include "panel/account/device.h"
#include "panel/account/guess.h"
#include "panel/account/sign_in_place.h"
#include "runtime/row.h"


static const vz_sql_t  vz_sign_in_place_sql = vz_sql("sign-in places",
    "SELECT COUNT(*) AS places, COALESCE(SUM(network = ?), 0) AS here"
    " FROM sign_in_place WHERE user_id = ?");

static const vz_sql_t  vz_sign_in_place_seen = vz_sql("sign-in place",
    "INSERT INTO sign_in_place (user_id, network) VALUES (?, ?)"
    " ON DUPLICATE KEY UPDATE seen = NOW(3)");


vz_code_e
vz_sign_in_place(vz_tx_t *tx, vz_call_t *call, uint64_t user)
{
    uint32_t    network;
    ngx_uint_t  first, known;
    vz_code_e   rc;
    vz_rows_t   rows;

    network = vz_guess_place(call, VZ_CRYPT_KNOWN).network;

    rc = vz_db_query(tx, call->pool, &vz_sign_in_place_sql,
                     vz_binds(vz_int(network), vz_int(user)), &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    first = vz_row_int(&rows, 0, "places") == 0;
    known = vz_row_int(&rows, 0, "here") != 0
            && vz_device_read(call, user).len != 0;

    rc = vz_db_query(tx, call->pool, &vz_sign_in_place_seen,
                     vz_binds(vz_int(user), vz_int(network)), NULL);

    return rc == VZ_OK && !first && !known
           ? vz_account_mail(tx, call, user, "sign_in") : rc;
}
