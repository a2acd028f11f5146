/*
 * GET /api/admin/audit: who did what.
 */

#include "admin.h"


static const vz_sql_t  vz_audit_rows = vz_sql("audit",
    "SELECT a.id, CONCAT(LEFT(DATE_FORMAT(a.at, '%Y-%m-%dT%T.%f'), 23), 'Z'),"
    " a.user_id, a.account, a.action, a.object, a.name, v.id, a.remote,"
    " a.result, a.detail FROM audit a LEFT JOIN vm v ON v.id = a.vm_id"
    " WHERE (? IS NULL OR a.id < ?)"
    " AND (? IS NULL OR a.account = ?)"
    " AND (? IS NULL OR a.user_id = ? OR a.account = CONCAT(?))"
    " AND (? IS NULL OR a.vm_id = ?) AND (? IS NULL OR a.action LIKE ?)"
    " AND (? IS NULL OR a.at >= ?) AND (? IS NULL OR a.at <= ?)"
    " AND (? IS NULL OR a.account LIKE ? OR a.object LIKE ? OR a.name LIKE ?"
    "  OR a.detail LIKE ?"
    "  OR " vz_arg_like("a.remote") " OR " vz_arg_like("a.result") ")"
    " ORDER BY a.id DESC LIMIT ?");


static const vz_arg_t  vz_audit_arg[] = {
    { "cursor", VZ_ARG_CURSOR, 2, NULL },
    { "user", VZ_ARG_ACCOUNT, 2, NULL },
    { "user", VZ_ARG_AS_NUMBER, 3, NULL },
    { "vm", VZ_ARG_NUMBER, 2, NULL },
    { "action", VZ_ARG_ACTION, 2, NULL },
    { "from", VZ_ARG_SINCE, 2, NULL },
    { "to", VZ_ARG_UNTIL, 2, NULL },
    { "q", VZ_ARG_SEARCH, 7, NULL },
    { "limit", VZ_ARG_LIMIT, 1, NULL }
};

const vz_args_t  vz_audit_args = vz_args(vz_audit_arg);

static const vz_shape_member_t  vz_audit_cells[] = {
    { "id", VZ_SHAPE_INT },
    { "at", VZ_SHAPE_TEXT },
    { "user", VZ_SHAPE_INT },
    { "account", VZ_SHAPE_TEXT },
    { "action", VZ_SHAPE_TEXT },
    { "object", VZ_SHAPE_TEXT },
    { "name", VZ_SHAPE_TEXT },
    { "vm", VZ_SHAPE_INT },
    { "remote", VZ_SHAPE_TEXT },
    { "result", VZ_SHAPE_TEXT },
    { "detail", VZ_SHAPE_TEXT }
};

static const vz_shape_t  vz_audit_shape = vz_shape(vz_audit_cells);

static const vz_listing_t  vz_audit_listing = {
    &vz_audit_rows, NULL, &vz_audit_args, &vz_audit_shape, NULL
};


void
vz_admin_audit_list(vz_call_t *call)
{
    vz_listing_call(call, &vz_audit_listing, vz_no_binds);
}
