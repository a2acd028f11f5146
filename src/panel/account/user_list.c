/*
 * GET /api/admin/users, /api/admin/users/{id}: the users.
 */

#include "panel/account/user_list.h"
#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "runtime/call.h"


#define VZ_USER_SELECT                                                        \
    "SELECT u.id, u.account, u.role, u.first_name, u.last_name,"              \
    " COALESCE(u.document, u.dni),"                                           \
    " u.email, u.phone, u.address, u.province, u.language, u.locked,"         \
    " u.must_change, " vz_row_json_time("u.created") ","                      \
    " (SELECT COUNT(*) FROM vm v WHERE v.user_id = u.id),"                    \
    " (SELECT IF(m.state = 'sent', NULL, m.error) FROM mail m"                \
    "   WHERE m.user_id = u.id AND m.recipient = u.email"                     \
    "   AND m.state IN ('sent', 'failed', 'bounced')"                         \
    "   ORDER BY m.id DESC LIMIT 1)"

static const vz_sql_t  vz_user_rows = vz_sql("admin users",
    VZ_USER_SELECT " FROM user u WHERE (? IS NULL OR u.id > ?)"
    " AND (? IS NULL OR u.role = ?) AND (? IS NULL OR u.locked = (? = 'true'))"
    " AND (? IS NULL OR " vz_query_like("u.account") " OR u.email LIKE ?"
    "  OR CONCAT(u.first_name, ' ', u.last_name) LIKE ?"
    "  OR u.id = ? OR u.dni = ?"
    "  OR (? IS NOT NULL"
    "   AND REGEXP_REPLACE(u.phone, '[^0-9]', '') LIKE ?))"
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

static const vz_query_t  vz_user_arg[] = {
    { "cursor", VZ_QUERY_CURSOR, 2, NULL },
    { "role", VZ_QUERY_WORD, 2, vz_user_roles },
    { "locked", VZ_QUERY_WORD, 2, vz_user_flags },
    { "q", VZ_QUERY_SEARCH, 4, NULL },
    { "q", VZ_QUERY_AS_NUMBER, 1, NULL },
    { "q", VZ_QUERY_AS_DNI, 1, NULL },
    { "q", VZ_QUERY_AS_PHONE, 2, NULL },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_user_list_args = vz_query_args(vz_user_arg);

/* sessions and tokens are read for one user only */

static const vz_row_json_member_t  vz_user_cells[] = {
    { "id", VZ_ROW_JSON_INT },
    { "account", VZ_ROW_JSON_TEXT },
    { "role", VZ_ROW_JSON_TEXT },
    { "first_name", VZ_ROW_JSON_TEXT },
    { "last_name", VZ_ROW_JSON_TEXT },
    { "dni", VZ_ROW_JSON_OPT },
    { "email", VZ_ROW_JSON_TEXT },
    { "phone", VZ_ROW_JSON_OPT },
    { "address", VZ_ROW_JSON_OPT },
    { "province", VZ_ROW_JSON_OPT },
    { "language", VZ_ROW_JSON_TEXT },
    { "locked", VZ_ROW_JSON_BOOL },
    { "must_change", VZ_ROW_JSON_BOOL },
    { "created", VZ_ROW_JSON_TEXT },
    { "vms", VZ_ROW_JSON_INT },
    { "undelivered", VZ_ROW_JSON_OPT },
    { "sessions", VZ_ROW_JSON_INT },
    { "tokens", VZ_ROW_JSON_INT }
};

static const vz_row_json_t  vz_user_shape = vz_row_json(vz_user_cells);

static const vz_row_json_t  vz_user_list_shape = {
    sizeof(vz_user_cells) / sizeof(vz_user_cells[0]) - 2, vz_user_cells
};

static const vz_row_json_member_t  vz_user_vm_cells[] = {
    { "id", VZ_ROW_JSON_INT },
    { "name", VZ_ROW_JSON_TEXT },
    { "hostname", VZ_ROW_JSON_TEXT },
    { "service", VZ_ROW_JSON_TEXT },
    { "template", VZ_ROW_JSON_TEXT }
};

static const vz_row_json_t  vz_user_vm_shape = vz_row_json(vz_user_vm_cells);

static const vz_listing_t  vz_user_listing = {
    &vz_user_rows, NULL, &vz_user_list_args, &vz_user_list_shape, NULL
};


void
vz_user_list(vz_call_t *call)
{
    vz_listing_call(call, &vz_user_listing, vz_no_binds);
}


void
vz_user_list_one(vz_call_t *call)
{
    uint64_t  id;

    if (vz_route_id(call, 0, &id) == VZ_OK) {
        vz_user_list_reply(call, id, NGX_HTTP_OK);
    }
}


void
vz_user_list_reply(vz_call_t *call, uint64_t id, ngx_uint_t status)
{
    vz_code_e   rc;
    vz_rows_t   user, vms;
    vz_json_t  *out;

    if (vz_route_row(call, &vz_user_select, vz_binds(vz_int(id)), &user)
        != VZ_OK)
    {
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_user_vm_rows, vz_binds(vz_int(id)),
                     &vms);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_call_reply(call, status);

    vz_json_object(out, NULL);
    vz_row_json_members(out, &vz_user_shape, &user, 0);
    vz_row_json_rows(out, "containers", &vz_user_vm_shape, &vms);
    vz_json_close(out);
}
