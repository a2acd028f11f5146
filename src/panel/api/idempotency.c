/*
 * Idempotency-Key.
 */

#include "panel/api/idempotency.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/row.h"
#include "wire/field.h"
#include "wire/field_value.h"


#define VZ_IDEMPOTENCY_KEY_MAX  128


static ngx_str_t vz_idempotency_bytes(const u_char *hash);


static const vz_sql_t  vz_idempotency_select = vz_sql("idempotency select",
    "SELECT request, location FROM idempotency WHERE hash = ?");

static const vz_sql_t  vz_idempotency_insert = vz_sql("idempotency insert",
    "INSERT INTO idempotency (hash, request, status, body)"
    " VALUES (?, ?, 202, '')");

static const vz_sql_t  vz_idempotency_update = vz_sql("idempotency update",
    "UPDATE idempotency SET location = ? WHERE hash = ?");


vz_code_e
vz_idempotency_init(vz_call_t *call, const ngx_str_t *visitor,
                    vz_idempotency_t *idem)
{
    ngx_str_t   *key, who;
    ngx_uint_t   i;

    ngx_memzero(idem, sizeof(vz_idempotency_t));

    key = &call->idempotency_key;

    if (key->len == 0) {
        return VZ_OK;
    }

    for (i = 0; i < key->len; i++) {
        if (key->data[i] <= ' ' || key->data[i] > '~') {
            break;
        }
    }

    if (i != key->len || key->len > VZ_IDEMPOTENCY_KEY_MAX) {
        vz_call_problem(call, 422, "invalid",
                        "Idempotency-Key must have 1 to %d printable "
                        "characters.",
                        VZ_IDEMPOTENCY_KEY_MAX);
        return VZ_RANGE;
    }

    if (call->who.user) {
        who = vz_call_printf(call, "user %uL", call->who.user);
    } else {
        who = vz_call_printf(call, "visitor %V", visitor);
    }

    who = vz_call_printf(call, "%V %V %V %V", &who, &call->method_name,
                         &call->path, key);

    vz_crypt_sha256(who.data, who.len, idem->hash);
    vz_crypt_sha256(call->text.data, call->text.len, idem->request);
    idem->used = 1;

    return VZ_OK;
}


vz_code_e
vz_idempotency_find(vz_call_t *call, const vz_idempotency_t *idem,
                    uint64_t *task)
{
    vz_code_e  rc;
    ngx_str_t  request, id;
    vz_rows_t  rows;

    *task = 0;

    if (!idem->used) {
        return VZ_OK;
    }

    rc = vz_db_query(NULL, call->pool, &vz_idempotency_select,
                     vz_binds(vz_text(vz_idempotency_bytes(idem->hash))),
                     &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_OK;
    }

    request = vz_row_text(&rows, 0, "request");

    if (request.len != 32 || ngx_memcmp(request.data, idem->request, 32) != 0) {
        vz_call_problem(call, 422, "key_reused",
                        "This Idempotency-Key was used with another body: "
                        "use a new key.");
        return VZ_RANGE;
    }

    id = vz_row_text(&rows, 0, "location");
    (void) vz_field_value_number((char *) id.data, id.len, INT64_MAX, task);

    return VZ_OK;
}


vz_code_e
vz_idempotency_claim(vz_tx_t *tx, vz_call_t *call,
                     const vz_idempotency_t *idem)
{
    vz_rows_t  rows;

    if (!idem->used) {
        return VZ_OK;
    }

    return vz_db_query(tx, call->pool, &vz_idempotency_insert,
                       vz_binds(vz_text(vz_idempotency_bytes(idem->hash)),
                                vz_text(vz_idempotency_bytes(idem->request))),
                       &rows);
}


vz_code_e
vz_idempotency_done(vz_tx_t *tx, vz_call_t *call, const vz_idempotency_t *idem,
    uint64_t task)
{
    ngx_str_t  id;

    if (!idem->used) {
        return VZ_OK;
    }

    id = vz_call_printf(call, "%uL", task);

    return vz_db_query(tx, call->pool, &vz_idempotency_update,
                       vz_binds(vz_text(id),
                                vz_text(vz_idempotency_bytes(idem->hash))),
                       NULL);
}


static ngx_str_t
vz_idempotency_bytes(const u_char *hash)
{
    ngx_str_t  bytes;

    bytes.data = (u_char *) hash;
    bytes.len = 32;

    return bytes;
}
