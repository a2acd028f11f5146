/*
 * GET /api/admin/users, /api/admin/users/{id}: the users.
 */

#include "panel/account/user_list.h"
#include "panel/api/listing.h"
#include "panel/api/route.h"
#include "panel/api/row_json.h"
#include "runtime/call.h"
#include "runtime/settings.h"


static const vz_sql_t  vz_user_vm_rows = vz_sql("admin user vms",
    "SELECT v.id, v.name, v.hostname, v.lifecycle, t.name FROM vm v"
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

static const char *const  vz_user_languages[] = { "es", "en", NULL };

/* what a person may leave out, on every form */

#define VZ_USER_OPTIONAL                                                      \
    (VZ_COLUMN_WRITE | VZ_COLUMN_VISITOR | VZ_COLUMN_CLEAR | VZ_COLUMN_NULL)

/* the document as it was typed is shown, and as it is compared it is unique */

static const vz_column_t  vz_user_columns[] = {
    vz_column("id", INT, 0),
    vz_column("account", TEXT, VZ_COLUMN_CREATE, .field = VZ_FIELD_ACCOUNT),
    vz_column("role", TEXT, VZ_COLUMN_WRITE, .field = VZ_FIELD_ROLE,
              .text = "customer", .words = vz_user_roles),
    vz_column("first_name", TEXT,
              VZ_COLUMN_REQUIRED | VZ_COLUMN_VISITOR | VZ_COLUMN_ASKED,
              .field = VZ_FIELD_PERSON),
    vz_column("last_name", TEXT,
              VZ_COLUMN_WRITE | VZ_COLUMN_VISITOR | VZ_COLUMN_CLEAR,
              .field = VZ_FIELD_PERSON),
    vz_column("dni", TEXT, VZ_USER_OPTIONAL | VZ_COLUMN_ASKED,
              .field = VZ_FIELD_DNI, .sql = "COALESCE(u.document, u.dni)"),
    vz_column("document", TEXT, VZ_COLUMN_WRITE | VZ_COLUMN_STORED
              | VZ_COLUMN_CLEAR | VZ_COLUMN_NULL),
    vz_column("email", TEXT,
              VZ_COLUMN_REQUIRED | VZ_COLUMN_VISITOR | VZ_COLUMN_ASKED,
              .field = VZ_FIELD_EMAIL),
    vz_column("email_state", TEXT, VZ_COLUMN_STORED, .fresh = "'mailed'"),
    vz_column("phone", TEXT, VZ_USER_OPTIONAL, .field = VZ_FIELD_PHONE),
    vz_column("address", TEXT, VZ_USER_OPTIONAL, .field = VZ_FIELD_STREET),
    vz_column("province", TEXT, VZ_USER_OPTIONAL, .field = VZ_FIELD_PROVINCE),
    vz_column("language", TEXT, VZ_COLUMN_WRITE | VZ_COLUMN_VISITOR,
              .field = VZ_FIELD_LANGUAGE, .text = "es",
              .words = vz_user_languages),
    vz_column("locked", BOOL, VZ_COLUMN_CHANGE),
    vz_column("vm_limit", INT,
              VZ_COLUMN_WRITE | VZ_COLUMN_CLEAR | VZ_COLUMN_NULL, .min = 0,
              .max = VZ_SETTINGS_VM_LIMIT_MOST),
    vz_column("password", TEXT, VZ_COLUMN_CREATE | VZ_COLUMN_STORED),
    vz_column("must_change", BOOL, 0, .fresh = "TRUE"),
    vz_column("second_factor", BOOL, 0),
    vz_column("drawn", TIME, VZ_COLUMN_STORED, .fresh = "NOW(3)"),
    vz_column("created", TIME, 0),
    vz_column("vms", INT, 0,
              .sql = "(SELECT COUNT(*) FROM vm x WHERE x.user_id = u.id"
                     "  AND x.lifecycle <> 'trashed')"),
    vz_column("undelivered", TEXT, VZ_COLUMN_NULL,
              .sql = "(SELECT IF(m.state = 'sent', NULL, m.error) FROM mail m"
                     "  WHERE m.user_id = u.id AND m.recipient = u.email"
                     "  AND m.state IN ('sent', 'failed', 'bounced')"
                     "  ORDER BY m.id DESC LIMIT 1)"),
    vz_column("sessions", INT, VZ_COLUMN_ONE,
              .sql = "(SELECT COUNT(*) FROM session s WHERE s.user_id = u.id"
                     "  AND s.expires > UTC_TIMESTAMP(3))"),
    vz_column("tokens", COUNT, VZ_COLUMN_ONE, .sql = "token", .key = "user_id")
};

vz_resource_t  vz_user_list_resource = {
    vz_resource("user", "UserRow", "user", "u", vz_user_columns),
    .schema_one = "User",
    vz_resource_forms(vz_user_list_resource, "User"),
    .rest = "WHERE (? IS NULL OR u.id > ?) AND (? IS NULL OR u.role = ?)"
            " AND (? IS NULL OR u.locked = (? = 'true'))"
            " AND (? IS NULL OR " vz_query_like("u.account")
            "  OR u.email LIKE ?"
            "  OR CONCAT(u.first_name, ' ', u.last_name) LIKE ?"
            "  OR u.id = ? OR u.dni = ?"
            "  OR (? IS NOT NULL"
            "   AND REGEXP_REPLACE(u.phone, '[^0-9]', '') LIKE ?))"
            " ORDER BY u.id LIMIT ?",
    .args = &vz_user_list_args
};

static const vz_row_json_member_t  vz_user_vm_cells[] = {
    { "id", VZ_ROW_JSON_INT },
    { "name", VZ_ROW_JSON_TEXT },
    { "hostname", VZ_ROW_JSON_TEXT },
    { "lifecycle", VZ_ROW_JSON_TEXT },
    { "template", VZ_ROW_JSON_TEXT }
};

static const vz_row_json_t  vz_user_vm_shape = vz_row_json(vz_user_vm_cells);


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

    if (vz_resource_find(call, &vz_user_list_resource, id, &user) != VZ_OK) {
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
    vz_resource_members(out, &vz_user_list_resource, &user, 0);
    vz_row_json_rows(out, "containers", &vz_user_vm_shape, &vms);
    vz_json_close(out);
}
