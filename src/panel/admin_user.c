/*
 * GET /api/admin/users, /api/admin/users/{id}: people who sign in.
 */

#include "admin.h"


#define VZ_USER_SELECT                                                        \
    "SELECT u.id, u.account, u.role, u.first_name, u.last_name,"              \
    " COALESCE(u.document, u.dni),"                                           \
    " u.email, u.phone, u.address, u.province, u.language, u.locked,"         \
    " u.must_change, " vz_shape_time("u.created") ","                         \
    " (SELECT COUNT(*) FROM vm v WHERE v.user_id = u.id),"                    \
    " (SELECT IF(m.state = 'sent', NULL, m.error) FROM mail m"                \
    "   WHERE m.user_id = u.id AND m.recipient = u.email"                     \
    "   AND m.state IN ('sent', 'failed', 'bounced')"                         \
    "   ORDER BY m.id DESC LIMIT 1)"

static const vz_sql_t  vz_user_rows = vz_sql("admin users",
    VZ_USER_SELECT " FROM user u WHERE (? IS NULL OR u.id > ?)"
    " AND (? IS NULL OR u.role = ?) AND (? IS NULL OR u.locked = (? = 'true'))"
    " AND (? IS NULL OR " vz_arg_like("u.account") " OR u.email LIKE ?"
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

static const vz_arg_t  vz_user_arg[] = {
    { "cursor", VZ_ARG_CURSOR, 2, NULL },
    { "role", VZ_ARG_WORD, 2, vz_user_roles },
    { "locked", VZ_ARG_WORD, 2, vz_user_flags },
    { "q", VZ_ARG_SEARCH, 4, NULL },
    { "q", VZ_ARG_AS_NUMBER, 1, NULL },
    { "q", VZ_ARG_AS_DNI, 1, NULL },
    { "q", VZ_ARG_AS_PHONE, 2, NULL },
    { "limit", VZ_ARG_LIMIT, 1, NULL }
};

const vz_args_t  vz_user_args = vz_args(vz_user_arg);

/* sessions and tokens are asked for one user only */

static const vz_shape_member_t  vz_user_cells[] = {
    { "id", VZ_SHAPE_INT },
    { "account", VZ_SHAPE_TEXT },
    { "role", VZ_SHAPE_TEXT },
    { "first_name", VZ_SHAPE_TEXT },
    { "last_name", VZ_SHAPE_TEXT },
    { "dni", VZ_SHAPE_OPT },
    { "email", VZ_SHAPE_TEXT },
    { "phone", VZ_SHAPE_OPT },
    { "address", VZ_SHAPE_OPT },
    { "province", VZ_SHAPE_OPT },
    { "language", VZ_SHAPE_TEXT },
    { "locked", VZ_SHAPE_BOOL },
    { "must_change", VZ_SHAPE_BOOL },
    { "created", VZ_SHAPE_TEXT },
    { "vms", VZ_SHAPE_INT },
    { "undelivered", VZ_SHAPE_OPT },
    { "sessions", VZ_SHAPE_INT },
    { "tokens", VZ_SHAPE_INT }
};

static const vz_shape_t  vz_user_shape = vz_shape(vz_user_cells);

static const vz_shape_t  vz_user_list_shape = {
    sizeof(vz_user_cells) / sizeof(vz_user_cells[0]) - 2, vz_user_cells
};

static const vz_shape_member_t  vz_user_vm_cells[] = {
    { "id", VZ_SHAPE_INT },
    { "name", VZ_SHAPE_TEXT },
    { "hostname", VZ_SHAPE_TEXT },
    { "service", VZ_SHAPE_TEXT },
    { "template", VZ_SHAPE_TEXT }
};

static const vz_shape_t  vz_user_vm_shape = vz_shape(vz_user_vm_cells);

static const vz_listing_t  vz_user_listing = {
    &vz_user_rows, NULL, &vz_user_args, &vz_user_list_shape, NULL
};


void
vz_admin_users(vz_call_t *call)
{
    vz_listing_call(call, &vz_user_listing, vz_no_binds);
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
    vz_shape_members(out, &vz_user_shape, &user, 0);
    vz_shape_rows(out, "containers", &vz_user_vm_shape, &vms);
    vz_json_close(out);
}
