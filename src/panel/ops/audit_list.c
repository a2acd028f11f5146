/*
 * GET /api/admin/audit.
 */

#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/ops/audit_list.h"


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
    "  OR " vz_query_like("a.remote") " OR " vz_query_like("a.result") ")"
    " ORDER BY a.id DESC LIMIT ?");


static const vz_query_t  vz_audit_arg[] = {
    { "cursor", VZ_QUERY_CURSOR, 2, NULL },
    { "user", VZ_QUERY_ACCOUNT, 2, NULL },
    { "user", VZ_QUERY_AS_NUMBER, 3, NULL },
    { "vm", VZ_QUERY_NUMBER, 2, NULL },
    { "action", VZ_QUERY_ACTION, 2, NULL },
    { "from", VZ_QUERY_SINCE, 2, NULL },
    { "to", VZ_QUERY_UNTIL, 2, NULL },
    { "q", VZ_QUERY_SEARCH, 7, NULL },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_audit_list_args = vz_query_args(vz_audit_arg);

static const vz_row_json_member_t  vz_audit_cells[] = {
    { "id", VZ_ROW_JSON_INT },
    { "at", VZ_ROW_JSON_TEXT },
    { "user", VZ_ROW_JSON_INT },
    { "account", VZ_ROW_JSON_TEXT },
    { "action", VZ_ROW_JSON_TEXT },
    { "object", VZ_ROW_JSON_TEXT },
    { "name", VZ_ROW_JSON_TEXT },
    { "vm", VZ_ROW_JSON_INT },
    { "remote", VZ_ROW_JSON_TEXT },
    { "result", VZ_ROW_JSON_TEXT },
    { "detail", VZ_ROW_JSON_TEXT }
};

static const vz_row_json_t  vz_audit_shape = vz_row_json(vz_audit_cells);

static const vz_listing_t  vz_audit_listing = {
    &vz_audit_rows, NULL, &vz_audit_list_args, &vz_audit_shape, NULL
};


void
vz_audit_list(vz_call_t *call)
{
    vz_listing_call(call, &vz_audit_listing, vz_no_binds);
}
