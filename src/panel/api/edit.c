/*
 * Audited changes.
 */

#include "panel/api/audit.h"
#include "panel/api/edit.h"
#include "runtime/call.h"


#define VZ_EDIT_DETAIL  256


static ngx_str_t vz_edit_detail(vz_call_t *call);


vz_code_e
vz_edit_write(vz_call_t *call, const vz_sql_t *sql, const vz_bind_t *binds,
    ngx_uint_t n, const char *action, ngx_str_t object, vz_rows_t *rows)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    ngx_memzero(rows, sizeof(vz_rows_t));

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_db_query(tx, call->pool, sql, binds, n, rows);

    if (rc == VZ_OK && rows->affected) {
        rc = vz_edit_audit(tx, call, action, object);
    }

    return vz_db_end(tx, rc);
}


vz_code_e
vz_edit_audit(vz_tx_t *tx, vz_call_t *call, const char *action,
    ngx_str_t object)
{
    return vz_audit_with(tx, call, action, object, vz_edit_detail(call));
}


/* the names of the members; the values of numbers and booleans only, because
   texts may be about people */

static ngx_str_t
vz_edit_detail(vz_call_t *call)
{
    u_char      *p, *end;
    json_t      *value;
    ngx_str_t    detail;
    const char  *name;

    ngx_str_set(&detail, "");

    p = ngx_pnalloc(call->pool, VZ_EDIT_DETAIL);

    if (p == NULL || call->body == NULL) {
        return detail;
    }

    detail.data = p;
    end = p + VZ_EDIT_DETAIL - 1;

    json_object_foreach(call->body, name, value) {

        p = ngx_slprintf(p, end, "%s%s", p == detail.data ? "" : " ", name);

        if (json_is_integer(value)) {
            p = ngx_slprintf(p, end, "=%L",
                             (int64_t) json_integer_value(value));

        } else if (json_is_boolean(value)) {
            p = ngx_slprintf(p, end, "=%s",
                             json_is_true(value) ? "true" : "false");
        }
    }

    detail.len = p - detail.data;

    return detail;
}


void
vz_edit_exists(vz_call_t *call, const char *field)
{
    vz_call_invalid(call, field, "exists", "is already in use");
    vz_call_problem(call, NGX_HTTP_CONFLICT, "exists",
                    "This %s is already in use.", field);
}
