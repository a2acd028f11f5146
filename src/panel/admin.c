/*
 * What the resources of Administration share.
 */

#include "admin.h"


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


vz_bind_t
vz_admin_int(vz_call_t *call, const char *name, int64_t value)
{
    return vz_form_given(call, name) ? vz_int(value) : vz_none();
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
