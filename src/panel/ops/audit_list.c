/*
 * GET /api/admin/audit.
 */

#include "panel/ops/audit_list.h"


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

static const vz_column_t  vz_audit_columns[] = {
    vz_column("id", INT, 0),
    vz_column("at", TIME, 0,
              .sql = "CONCAT(LEFT(DATE_FORMAT(a.at, '%Y-%m-%dT%T.%f'), 23),"
                     " 'Z')"),
    vz_column("user", INT, VZ_COLUMN_NULL, .sql = "a.user_id"),
    vz_column("account", TEXT, 0),
    vz_column("action", TEXT, 0),
    vz_column("object", TEXT, 0),
    vz_column("name", TEXT, 0),
    vz_column("vm", INT, VZ_COLUMN_NULL, .sql = "v.id"),
    vz_column("remote", TEXT, 0),
    vz_column("result", TEXT, 0),
    vz_column("detail", TEXT, 0)
};

vz_resource_t  vz_audit_list_resource = {
    vz_resource("audit", "Deed", "audit", "a", vz_audit_columns),
    .joins = "LEFT JOIN vm v ON v.id = a.vm_id",
    .rest = "WHERE (? IS NULL OR a.id < ?)"
            " AND (? IS NULL OR a.account = ?)"
            " AND (? IS NULL OR a.user_id = ? OR a.account = CONCAT(?))"
            " AND (? IS NULL OR a.vm_id = ?)"
            " AND (? IS NULL OR a.action LIKE ?)"
            " AND (? IS NULL OR a.at >= ?) AND (? IS NULL OR a.at <= ?)"
            " AND (? IS NULL OR a.account LIKE ? OR a.object LIKE ?"
            "  OR a.name LIKE ? OR a.detail LIKE ?"
            "  OR " vz_query_like("a.remote")
            "  OR " vz_query_like("a.result") ")"
            " ORDER BY a.id DESC LIMIT ?",
    .args = &vz_audit_list_args
};
