/*
 * Changes by table.
 */

#include "panel/api/audit.h"
#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/api/zone_ids.h"
#include "runtime/call.h"


#define VZ_EDIT_DETAIL  256


static const char *vz_edit_action(vz_call_t *call, const vz_edit_t *edit,
    const char *verb);
static ngx_str_t vz_edit_detail(vz_call_t *call);


void
vz_edit_make(vz_call_t *call, const vz_edit_t *edit, const void *data)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_bind_t   binds[VZ_BODY_MEMBERS];
    ngx_uint_t  n;

    n = vz_body_bind(call, edit->make, data, 1, binds);

    rc = vz_edit_write(call, edit->insert, binds, n,
                       vz_edit_action(call, edit, "make"),
                       vz_call_printf(call, "%s %V", edit->kind,
                                      &binds[0].text),
                       &rows);

    vz_edit_done(call, edit, rc, rows.insert_id, NGX_HTTP_CREATED);
}


void
vz_edit_change(vz_call_t *call, const vz_edit_t *edit, void *data)
{
    uint64_t  id;

    if (vz_route_id(call, 0, &id) == VZ_OK
        && vz_body_read(call, edit->change, data) == VZ_OK)
    {
        vz_edit_store(call, edit, data, id);
    }
}


void
vz_edit_store(vz_call_t *call, const vz_edit_t *edit, const void *data,
    uint64_t id)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_bind_t   binds[VZ_BODY_MEMBERS + 1];
    ngx_uint_t  n;

    n = vz_body_bind(call, edit->change, data, 0, binds);
    binds[n++] = vz_int(id);

    rc = vz_edit_write(call, edit->update, binds, n,
                       vz_edit_action(call, edit, "change"),
                       vz_call_printf(call, "%s %uL", edit->kind, id), &rows);

    vz_edit_done(call, edit, rc, id, NGX_HTTP_OK);
}


void
vz_edit_done(vz_call_t *call, const vz_edit_t *edit, vz_code_e rc,
    uint64_t id, ngx_uint_t status)
{
    if (rc == VZ_DUPLICATE) {
        vz_edit_exists(call, edit->make->members[0].name);
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_zone_bump(VZ_GENERATION_CATALOG);

    if (edit->answer != NULL) {
        edit->answer(call, id, status);
        return;
    }

    vz_listing_one(call, edit->listing, vz_binds(vz_int(id)), status);
}


void
vz_edit_end(vz_call_t *call, const vz_edit_t *edit)
{
    uint64_t   id;
    vz_code_e  rc;
    vz_rows_t  rows;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    rc = vz_edit_write(call, edit->remove, vz_binds(vz_int(id)),
                       vz_edit_action(call, edit, "end"),
                       vz_call_printf(call, "%s %uL", edit->kind, id), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (rows.affected) {
        vz_zone_bump(VZ_GENERATION_CATALOG);
        (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
        return;
    }

    if (vz_route_row(call, edit->listing->one, vz_binds(vz_int(id)), &rows)
        == VZ_OK)
    {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "in_use", "%s",
                        edit->needed);
    }
}


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


static const char *
vz_edit_action(vz_call_t *call, const vz_edit_t *edit, const char *verb)
{
    return (char *) vz_call_printf(call, "%s.%s", edit->kind, verb).data;
}


vz_code_e
vz_edit_audit(vz_tx_t *tx, vz_call_t *call, const char *action,
    ngx_str_t object)
{
    return vz_audit_with(tx, call, action, object, vz_edit_detail(call));
}


/* names of members, and the values of those that are no text of people */

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
    vz_call_invalid(call, field, "exists", "there is one already");
    vz_call_problem(call, NGX_HTTP_CONFLICT, "exists",
                    "There is one with this %s already.", field);
}
