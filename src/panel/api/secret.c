/*
 * Keys in the database.
 */

#include "panel/api/secret.h"
#include "runtime/crypt.h"
#include "runtime/row.h"


#define VZ_SECRET_BYTES  32             /* in hex in the database */


static const vz_sql_t  vz_secret_get = vz_sql("secret",
    "SELECT value FROM secret WHERE name = ?");

static const vz_sql_t  vz_secret_put = vz_sql("secret make",
    "INSERT IGNORE INTO secret (name, value) VALUES (?, ?)");


static const char *const  vz_secret_names[] = {
    [VZ_SECRET_BOUNCE] = "bounce",
    [VZ_SECRET_DEVICE] = "device",
    [VZ_SECRET_ORDER] = "order"
};


vz_code_e
vz_secret_key(ngx_pool_t *pool, vz_secret_e secret, const vz_key_t **key)
{
    vz_code_e        rc;
    vz_key_t        *own;
    ngx_str_t        hex;
    vz_bind_t        name;
    vz_rows_t        rows;

    static vz_key_t  known[VZ_SECRETS];

    own = &known[secret];
    *key = own;

    if (own->len) {
        return VZ_OK;
    }

    name = vz_bind_cstr(vz_secret_names[secret]);

    rc = vz_db_query(NULL, pool, &vz_secret_get, vz_binds(name), &rows);

    if (rc == VZ_OK && rows.rows == 0) {
        if (vz_crypt_random_hex(pool, VZ_SECRET_BYTES, &hex) != NGX_OK) {
            return VZ_INTERNAL;
        }

        rc = vz_db_query(NULL, pool, &vz_secret_put,
                         vz_binds(name, vz_text(hex)), NULL);

        if (rc == VZ_OK) {
            rc = vz_db_query(NULL, pool, &vz_secret_get, vz_binds(name),
                             &rows);
        }
    }

    if (rc != VZ_OK) {
        return rc;
    }

    hex = vz_row_text(&rows, 0, "value");

    if (hex.len < VZ_KEY_MIN || hex.len > VZ_KEY_MAX) {
        return VZ_INTERNAL;
    }

    ngx_memcpy(own->data, hex.data, hex.len);
    own->len = hex.len;

    return VZ_OK;
}
