/*
 * How each container stands with its backups.
 */

#include "panel/api/listing.h"
#include "panel/ops/backup_admin.h"
#include "panel/vm/backup_due.h"


static const vz_query_t  vz_backup_admin_arg[] = {
    { "cursor", VZ_QUERY_CURSOR, 2, NULL },
    { "q", VZ_QUERY_SEARCH, 4, NULL },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_backup_admin_args =
    vz_query_args(vz_backup_admin_arg);


/* the cursor is the place in that order */
static const vz_sql_t  vz_backup_admin_select = vz_sql("backup admin",
    "SELECT l.place, l.vm, l.name, l.account, l.node, l.overdue,"
    " " vz_row_json_time("l.good") ", b.bytes, b.added,"
    " TIMESTAMPDIFF(SECOND, b.taken, b.finished), l.n,"
    " IF(f.id > COALESCE(b.id, 0), COALESCE(f.error_code, 'internal'), NULL),"
    " IF(f.id > COALESCE(b.id, 0), f.error_detail, NULL), l.running"
    " FROM (SELECT ROW_NUMBER() OVER (ORDER BY s.overdue DESC,"
    "   s.good IS NOT NULL, s.good, s.vm) AS place, s.* FROM ("
    "  SELECT v.id AS vm, v.name, u.account, n.name AS node,"
    "   " VZ_BACKUP_DUE_OVER " AS overdue, " VZ_BACKUP_DUE_GOOD " AS good,"
    "   " VZ_BACKUP_DUE_RUNS " AS running,"
    "   (SELECT COUNT(*) FROM backup c WHERE c.vm_id = v.id"
    "    AND c.state = 'done') AS n,"
    "   (SELECT MAX(d.id) FROM backup d WHERE d.vm_id = v.id"
    "    AND d.state = 'done') AS last,"
    "   (SELECT MAX(e.id) FROM backup e WHERE e.vm_id = v.id"
    "    AND e.state = 'failed') AS failed"
    "   FROM vm v JOIN user u ON u.id = v.user_id"
    "   JOIN node n ON n.id = v.node_id"
    "   WHERE " VZ_BACKUP_DUE_PROMISED
    "   OR EXISTS (SELECT 1 FROM backup h WHERE h.vm_id = v.id)) s) l"
    " LEFT JOIN backup b ON b.id = l.last"
    " LEFT JOIN backup f ON f.id = l.failed"
    " WHERE (? IS NULL OR l.place > ?)"
    " AND (? IS NULL OR l.name LIKE ? OR " vz_query_like("l.account")
    "  OR " vz_query_like("l.node") ")"
    " ORDER BY l.place LIMIT ?");

static const vz_row_json_member_t  vz_backup_admin_row[] = {
    { "place", VZ_ROW_JSON_HIDDEN },
    { "vm", VZ_ROW_JSON_INT },
    { "name", VZ_ROW_JSON_TEXT },
    { "account", VZ_ROW_JSON_TEXT },
    { "node", VZ_ROW_JSON_TEXT },
    { "overdue", VZ_ROW_JSON_BOOL },
    { "taken", VZ_ROW_JSON_OPT },
    { "bytes", VZ_ROW_JSON_INT },
    { "added_bytes", VZ_ROW_JSON_INT },
    { "seconds", VZ_ROW_JSON_INT },
    { "backups", VZ_ROW_JSON_INT },
    { "error", VZ_ROW_JSON_OPT },
    { "error_detail", VZ_ROW_JSON_OPT },
    { "running", VZ_ROW_JSON_BOOL }
};

static const vz_row_json_t  vz_backup_admin_shape =
    vz_row_json(vz_backup_admin_row);

static const vz_listing_t  vz_backup_admin_listing = {
    &vz_backup_admin_select, NULL, &vz_backup_admin_args,
    &vz_backup_admin_shape, NULL
};


void
vz_backup_admin_list(vz_call_t *call)
{
    vz_listing_call(call, &vz_backup_admin_listing, vz_no_binds);
}
