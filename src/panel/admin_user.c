/*
 * GET /api/admin/users, /api/admin/users/{id}: people who sign in.
 */

#include "admin.h"
#include "../wire/field.h"


static ngx_str_t vz_user_document(vz_call_t *call,
    const vz_arg_search_t *search);
static void vz_user_members(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row);
static void vz_user_text(vz_json_t *out, const char *key,
    const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t column);
static void vz_user_vms(vz_json_t *out, const vz_rows_t *rows);


#define VZ_USER_SELECT                                                        \
    "SELECT u.id, u.account, u.role, u.first_name, u.last_name, u.dni,"       \
    " u.email, u.phone, u.address, u.province, u.language, u.locked,"         \
    " u.must_change, " vz_admin_time("u.created") ","                         \
    " (SELECT COUNT(*) FROM vm v WHERE v.user_id = u.id)"

static const vz_sql_t  vz_user_rows = vz_sql("admin users",
    VZ_USER_SELECT " FROM user u WHERE u.id > ?"
    " AND (? = '' OR u.role = ?) AND (? = '' OR u.locked = (? = 'true'))"
    " AND (? = '' OR " vz_arg_like("u.account") " OR u.email LIKE ?"
    "  OR u.dni = ? OR u.id = ?"
    "  OR CONCAT(u.first_name, ' ', u.last_name) LIKE ?)"
    " ORDER BY u.id LIMIT ?");

static const vz_sql_t  vz_user_select = vz_sql("admin user",
    VZ_USER_SELECT ","
    " (SELECT COUNT(*) FROM session s WHERE s.user_id = u.id"
    "   AND s.expires > UTC_TIMESTAMP(3)),"
    " (SELECT COUNT(*) FROM token k WHERE k.user_id = u.id)"
    " FROM user u WHERE u.id = ?");

static const vz_sql_t  vz_user_vm_rows = vz_sql("admin user vms",
    "SELECT v.id, v.name, v.hostname, v.service, t.name FROM vm v"
    " JOIN template t ON t.id = v.template_id WHERE v.user_id = ?"
    " ORDER BY v.id LIMIT 200");


static const char *const  vz_user_roles[] = { "admin", "customer", NULL };
static const char *const  vz_user_flags[] = { "true", "false", NULL };


void
vz_admin_users(vz_call_t *call)
{
    uint64_t          after, last;
    vz_code_e         rc;
    ngx_str_t         role, locked, document;
    vz_rows_t         rows;
    vz_json_t        *out;
    ngx_uint_t        i, limit;
    vz_arg_search_t   search;

    after = 0;

    (void) vz_arg_limit(call, &limit);
    (void) vz_arg_number(call, "cursor", INT64_MAX, &after);
    (void) vz_arg_search(call, &search);
    (void) vz_arg_word(call, "role", vz_user_roles, "admin or customer",
                       &role);
    (void) vz_arg_word(call, "locked", vz_user_flags, "true or false",
                       &locked);

    if (call->nerrors) {
        vz_call_refuse(call);
        return;
    }

    document = vz_user_document(call, &search);

    rc = vz_db_query(NULL, call->pool, &vz_user_rows,
                     vz_binds(vz_int(after), vz_text(role), vz_text(role),
                              vz_text(locked), vz_text(locked),
                              vz_text(search.q), vz_text(search.like),
                              vz_text(search.like), vz_text(document),
                              vz_int(search.id), vz_text(search.like),
                              vz_int(limit + 1)),
                     &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);
    last = 0;

    vz_json_object(out, NULL);
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows && i < limit; i++) {
        vz_json_object(out, NULL);
        vz_user_members(out, &rows, i);
        vz_json_close(out);
        last = vz_cell_int(&rows, i, 0);
    }

    vz_admin_page(out, rows.rows > limit ? last : 0);
}


/* a document is found however it is written */

static ngx_str_t
vz_user_document(vz_call_t *call, const vz_arg_search_t *search)
{
    char  dni[VZ_DNI_MAX + 1];

    if (vz_field_dni((char *) search->q.data, search->q.len, dni) != VZ_OK) {
        dni[0] = '\0';
    }

    return vz_call_printf(call, "%s", dni);
}


static void
vz_user_members(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t row)
{
    vz_json_int(out, "id", vz_cell_int(rows, row, 0));
    vz_user_text(out, "account", rows, row, 1);
    vz_user_text(out, "role", rows, row, 2);
    vz_user_text(out, "first_name", rows, row, 3);
    vz_user_text(out, "last_name", rows, row, 4);
    vz_json_opt(out, "dni", vz_cell_text(rows, row, 5));
    vz_user_text(out, "email", rows, row, 6);
    vz_json_opt(out, "phone", vz_cell_text(rows, row, 7));
    vz_json_opt(out, "address", vz_cell_text(rows, row, 8));
    vz_json_opt(out, "province", vz_cell_text(rows, row, 9));
    vz_user_text(out, "language", rows, row, 10);
    vz_json_bool(out, "locked", vz_cell_int(rows, row, 11) != 0);
    vz_json_bool(out, "must_change", vz_cell_int(rows, row, 12) != 0);
    vz_user_text(out, "created", rows, row, 13);
    vz_json_int(out, "vms", vz_cell_int(rows, row, 14));
}


static void
vz_user_text(vz_json_t *out, const char *key, const vz_rows_t *rows,
    ngx_uint_t row, ngx_uint_t column)
{
    ngx_str_t  text;

    text = vz_cell_text(rows, row, column);
    vz_json_text(out, key, &text);
}


void
vz_admin_user_one(vz_call_t *call)
{
    uint64_t  id;

    if (vz_route_id(call, 0, &id) == VZ_OK) {
        vz_admin_user_reply(call, id, NGX_HTTP_OK);
    }
}


void
vz_admin_user_reply(vz_call_t *call, uint64_t id, ngx_uint_t status)
{
    vz_code_e   rc;
    vz_rows_t   user, vms;
    vz_json_t  *out;

    rc = vz_db_query(NULL, call->pool, &vz_user_select, vz_binds(vz_int(id)),
                     &user);

    if (rc == VZ_OK && user.rows == 0) {
        vz_route_absent(call);
        return;
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, call->pool, &vz_user_vm_rows,
                         vz_binds(vz_int(id)), &vms);
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_call_reply(call, status);

    vz_json_object(out, NULL);
    vz_user_members(out, &user, 0);
    vz_json_int(out, "sessions", vz_cell_int(&user, 0, 15));
    vz_json_int(out, "tokens", vz_cell_int(&user, 0, 16));
    vz_user_vms(out, &vms);
    vz_json_close(out);
}


static void
vz_user_vms(vz_json_t *out, const vz_rows_t *rows)
{
    ngx_uint_t  i;

    vz_json_array(out, "containers");

    for (i = 0; i < rows->rows; i++) {
        vz_json_object(out, NULL);
        vz_json_int(out, "id", vz_cell_int(rows, i, 0));
        vz_user_text(out, "name", rows, i, 1);
        vz_user_text(out, "hostname", rows, i, 2);
        vz_user_text(out, "service", rows, i, 3);
        vz_user_text(out, "template", rows, i, 4);
        vz_json_close(out);
    }

    vz_json_close(out);
}
