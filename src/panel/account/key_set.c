/*
 * Some SSH keys of a user, by their fingerprints.
 */

#include "panel/account/key_set.h"
#include "panel/api/strlist.h"
#include "runtime/row.h"


static ngx_str_t vz_key_set_list(ngx_pool_t *pool, const ngx_str_t *keys);


static const vz_sql_t  vz_key_set_sql_count = vz_sql("keys known",
    "SELECT COUNT(*) FROM user_key WHERE user_id = ?"
    " AND FIND_IN_SET(fingerprint, ?)");

static const vz_sql_t  vz_key_set_sql_lines = vz_sql("keys lines",
    "SELECT CONCAT(type, ' ', body, ' ', name) FROM user_key"
    " WHERE user_id = ? AND FIND_IN_SET(fingerprint, ?) ORDER BY id LIMIT 20");

static const vz_sql_t  vz_key_set_sql_none = vz_sql("keys none",
    "DELETE FROM vm_key WHERE vm_id = ?");

static const vz_sql_t  vz_key_set_sql_store = vz_sql("keys store",
    "INSERT INTO vm_key (vm_id, key_id) SELECT ?, id FROM user_key"
    " WHERE user_id = ? AND FIND_IN_SET(fingerprint, ?)");

static const vz_sql_t  vz_key_set_sql_names = vz_sql("keys names",
    "SELECT GROUP_CONCAT(k.name, ' (', k.fingerprint, ')' ORDER BY k.id"
    " SEPARATOR '\n  ') AS names FROM vm_key h"
    " JOIN user_key k ON k.id = h.key_id WHERE h.vm_id = ?");


vz_code_e
vz_key_set_check(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    const ngx_str_t *keys)
{
    vz_code_e   rc;
    ngx_str_t   rest, word;
    vz_rows_t   rows;
    ngx_uint_t  n;

    n = 0;
    rest = *keys;

    while (vz_strlist_next(&rest, ' ', &word)) {
        n++;
    }

    if (n == 0) {
        return VZ_OK;
    }

    rc = vz_db_query(tx, call->pool, &vz_key_set_sql_count,
                     vz_binds(vz_int(user),
                              vz_text(vz_key_set_list(call->pool, keys))),
                     &rows);

    if (rc != VZ_OK || (ngx_uint_t) vz_cell_int(&rows, 0, 0) == n) {
        return rc;
    }

    vz_call_invalid(call, "keys", "absent", "must name keys that the owner of "
                    "this container has, each once");
    vz_call_refuse(call);

    return VZ_RANGE;
}


/* a set for FIND_IN_SET(); empty also where memory is short */

static ngx_str_t
vz_key_set_list(ngx_pool_t *pool, const ngx_str_t *keys)
{
    ngx_str_t   set;
    ngx_uint_t  i;

    set.len = keys->len;
    set.data = ngx_pstrdup(pool, (ngx_str_t *) keys);

    if (set.data == NULL) {
        ngx_str_set(&set, "");
    }

    for (i = 0; i < set.len; i++) {
        if (set.data[i] == ' ') {
            set.data[i] = ',';
        }
    }

    return set;
}


vz_code_e
vz_key_set_lines(ngx_pool_t *pool, uint64_t user, const ngx_str_t *keys,
    ngx_str_t lines[VZ_SSH_KEY_MOST], ngx_uint_t *n)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i;

    rc = vz_db_query(NULL, pool, &vz_key_set_sql_lines,
                     vz_binds(vz_int(user),
                              vz_text(vz_key_set_list(pool, keys))),
                     &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    *n = ngx_min(rows.rows, VZ_SSH_KEY_MOST);

    for (i = 0; i < *n; i++) {
        lines[i] = vz_cell_text(&rows, i, 0);
    }

    return VZ_OK;
}


vz_code_e
vz_key_set_store(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm, uint64_t user,
    const ngx_str_t *keys)
{
    vz_code_e  rc;

    rc = vz_db_query(tx, pool, &vz_key_set_sql_none, vz_binds(vz_int(vm)),
                     NULL);

    return rc == VZ_OK
           ? vz_db_query(tx, pool, &vz_key_set_sql_store,
                         vz_binds(vz_int(vm), vz_int(user),
                                  vz_text(vz_key_set_list(pool, keys))),
                         NULL)
           : rc;
}


vz_code_e
vz_key_set_names(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    ngx_str_t *names)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, pool, &vz_key_set_sql_names, vz_binds(vz_int(vm)),
                     &rows);

    if (rc == VZ_OK) {
        *names = vz_row_text(&rows, 0, "names");
    }

    return rc;
}
