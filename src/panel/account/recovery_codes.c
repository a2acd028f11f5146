/*
 * Recovery codes of the second step.
 */

#include "panel/account/recovery_codes.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/otp.h"


#define VZ_RECOVERY_BYTES  10       /* of a code: 16 characters */


static vz_code_e vz_recovery_codes_one(vz_call_t *call, ngx_str_t *code,
    ngx_str_t *hash);


static const vz_sql_t  vz_recovery_codes_clear = vz_sql("recovery codes end",
    "DELETE FROM recovery_code WHERE user_id = ?");

static const vz_sql_t  vz_recovery_codes_add = vz_sql("recovery code add",
    "INSERT INTO recovery_code (user_id, hash) VALUES (?, ?)");


vz_code_e
vz_recovery_codes_end(vz_tx_t *tx, vz_call_t *call, uint64_t user)
{
    return vz_db_query(tx, call->pool, &vz_recovery_codes_clear,
                       vz_binds(vz_int(user)), NULL);
}


/* those of before are good no more */

vz_code_e
vz_recovery_codes_draw(vz_tx_t *tx, vz_call_t *call, ngx_str_t *codes)
{
    ngx_str_t   hash;
    vz_code_e   rc;
    ngx_uint_t  i;

    rc = vz_recovery_codes_end(tx, call, call->who.user);

    for (i = 0; rc == VZ_OK && i < VZ_RECOVERY_CODES; i++) {
        rc = vz_recovery_codes_one(call, &codes[i], &hash);

        if (rc == VZ_OK) {
            rc = vz_db_query(tx, call->pool, &vz_recovery_codes_add,
                             vz_binds(vz_int(call->who.user), vz_bytes(hash)),
                             NULL);
        }
    }

    return rc;
}


static vz_code_e
vz_recovery_codes_one(vz_call_t *call, ngx_str_t *code, ngx_str_t *hash)
{
    ngx_str_t  bytes;

    hash->len = 32;
    hash->data = ngx_pnalloc(call->pool, 32);

    if (hash->data == NULL
        || vz_otp_draw(call->pool, VZ_RECOVERY_BYTES, &bytes) != NGX_OK
        || vz_otp_base32(call->pool, &bytes, code) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    vz_crypt_sha256(code->data, code->len, hash->data);

    return VZ_OK;
}


void
vz_recovery_codes_show(vz_call_t *call, vz_json_t *out,
    const ngx_str_t *codes, ngx_uint_t n)
{
    ngx_str_t   shown;
    ngx_uint_t  i;

    vz_json_array(out, "recovery");

    for (i = 0; i < n; i++) {
        shown = vz_call_printf(call, "%*s-%*s-%*s-%*s",
                               (size_t) 4, codes[i].data,
                               (size_t) 4, codes[i].data + 4,
                               (size_t) 4, codes[i].data + 8,
                               (size_t) 4, codes[i].data + 12);
        vz_json_text(out, NULL, &shown);
    }

    vz_json_close(out);
}
