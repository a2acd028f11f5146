/*
 * What the resources of Administration share.
 */

#include "admin.h"


static ngx_str_t vz_admin_detail(vz_call_t *call);


vz_code_e
vz_admin_write(vz_call_t *call, const vz_sql_t *sql, const vz_bind_t *binds,
    ngx_uint_t n, const char *action, ngx_str_t object, vz_rows_t *rows)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_db_query(tx, call->pool, sql, binds, n, rows);

    if (rc == VZ_OK && rows->affected) {
        rc = vz_admin_audit(tx, call, action, object);
    }

    if (rc != VZ_OK) {
        vz_db_rollback(tx);
        return rc;
    }

    return vz_db_commit(tx);
}


vz_code_e
vz_admin_audit(vz_tx_t *tx, vz_call_t *call, const char *action,
    ngx_str_t object)
{
    vz_audit_t  audit;

    ngx_memzero(&audit, sizeof(vz_audit_t));

    audit.user = call->who.user;
    audit.account.data = call->who.account;
    audit.account.len = ngx_strlen(call->who.account);
    audit.action = action;
    audit.object = object;
    audit.result = "ok";
    audit.detail = vz_admin_detail(call);

    return vz_audit_write(tx, call, &audit);
}


/* names of members, and the values of those that are no text of people */

static ngx_str_t
vz_admin_detail(vz_call_t *call)
{
    u_char      *p, *end;
    json_t      *value;
    ngx_str_t    detail;
    const char  *name;

    ngx_str_set(&detail, "");

    p = ngx_pnalloc(call->pool, 256);

    if (p == NULL || call->body == NULL) {
        return detail;
    }

    detail.data = p;
    end = p + 255;

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


vz_code_e
vz_admin_remove(vz_call_t *call, const vz_sql_t *remove,
    const vz_sql_t *exists, const char *action, const char *kind,
    const char *why)
{
    uint64_t   id;
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_route_id(call, 0, &id);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_admin_write(call, remove, vz_binds(vz_int(id)), action,
                        vz_call_printf(call, "%s %uL", kind, id), &rows);

    if (rc == VZ_OK && rows.affected) {
        (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
        return VZ_OK;
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, call->pool, exists, vz_binds(vz_int(id)),
                         &rows);
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (rows.rows == 0) {
        vz_route_absent(call);
        return VZ_NOENT;
    }

    vz_call_problem(call, NGX_HTTP_CONFLICT, "in_use", "%s", why);

    return VZ_STATE;
}


void
vz_admin_exists(vz_call_t *call, const char *field)
{
    vz_call_invalid(call, field, "exists", "there is one already");
    vz_call_problem(call, NGX_HTTP_CONFLICT, "exists",
                    "There is one with this %s already.", field);
}


vz_bind_t
vz_admin_int(vz_call_t *call, const char *name, int64_t value)
{
    return vz_form_given(call, name) ? vz_int(value) : vz_none();
}


void
vz_admin_limit(vz_json_t *out, const char *key, int64_t value)
{
    if (value == 0) {
        vz_json_cstr(out, key, "unlimited");
    } else {
        vz_json_int(out, key, value);
    }
}


void
vz_admin_page(vz_json_t *out, uint64_t next)
{
    vz_json_close(out);

    if (next) {
        vz_json_uint(out, "next", next);
    } else {
        vz_json_null(out, "next");
    }

    vz_json_close(out);
}


void
vz_admin_words(vz_json_t *out, const char *key, ngx_str_t words)
{
    u_char     *p, *end, *stop;
    ngx_str_t   word;

    vz_json_array(out, key);

    p = words.data;
    end = p + words.len;

    while (p < end) {
        stop = ngx_strlchr(p, end, ' ');
        if (stop == NULL) {
            stop = end;
        }

        word.data = p;
        word.len = stop - p;

        if (word.len) {
            vz_json_text(out, NULL, &word);
        }

        p = stop + 1;
    }

    vz_json_close(out);
}
