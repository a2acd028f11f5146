/*
 * How each container stands with its backups, and whether they are good.
 */

#include "panel/api/edit.h"
#include "panel/api/listing.h"
#include "panel/api/route.h"
#include "panel/live/task_said.h"
#include "panel/ops/backup_admin.h"
#include "panel/vm/backup_check.h"
#include "panel/vm/backup_due.h"
#include "runtime/row.h"


static void vz_backup_admin_more(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row);
static void vz_backup_admin_look(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row, const char *kind);
static const char *vz_backup_admin_name(const char *kind, const char *what);
static void vz_backup_admin_text(vz_json_t *out, const char *key,
    const vz_rows_t *rows, ngx_uint_t row, const char *column);


static const vz_query_t  vz_backup_admin_arg[] = {
    { "cursor", VZ_QUERY_CURSOR, 2, NULL },
    { "q", VZ_QUERY_SEARCH, 4, NULL },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_backup_admin_args =
    vz_query_args(vz_backup_admin_arg);


/* what came of a check or a trial, by names that begin with its kind */
#define VZ_BACKUP_ADMIN_OF(of, kind)                                          \
    " " of ".ended AS " kind "_ended, " of ".good AS " kind "_good,"          \
    " " of ".seconds AS " kind "_seconds, " of ".code AS " kind "_code,"      \
    " " of ".detail AS " kind "_detail,"

#define VZ_BACKUP_ADMIN_LOOK(kind)                                            \
    ", " vz_row_json_time("l." kind "_ended") " AS " kind "_ended,"           \
    " " vz_row_json_time("l." kind "_good") " AS " kind "_good,"              \
    " l." kind "_seconds AS " kind "_seconds, l." kind "_code AS " kind       \
    "_code, l." kind "_detail AS " kind "_detail"

/* the cursor is the place in that order */
static const vz_sql_t  vz_backup_admin_select = vz_sql("backup admin",
    "SELECT l.place, l.vm, l.name, l.account, l.node, l.overdue,"
    " " vz_row_json_time("l.good") ", b.bytes, b.added,"
    " TIMESTAMPDIFF(SECOND, b.taken, b.finished), l.n,"
    " IF(f.id > COALESCE(b.id, 0), COALESCE(f.error_code, 'internal'), NULL),"
    " IF(f.id > COALESCE(b.id, 0), f.error_detail, NULL), l.running, l.bad"
    VZ_BACKUP_ADMIN_LOOK("check") VZ_BACKUP_ADMIN_LOOK("trial")
    " FROM (SELECT ROW_NUMBER() OVER (ORDER BY s.overdue DESC, s.bad DESC,"
    "   s.good IS NOT NULL, s.good, s.vm) AS place, s.* FROM ("
    "  SELECT v.id AS vm, v.name, u.account, n.name AS node,"
    "   " VZ_BACKUP_DUE_OVER " AS overdue, " VZ_BACKUP_DUE_GOOD " AS good,"
    "   " VZ_BACKUP_DUE_RUNS " AS running,"
    "   COALESCE(" VZ_BACKUP_CHECK_BAD ", 0) AS bad,"
    VZ_BACKUP_ADMIN_OF("k", "check") VZ_BACKUP_ADMIN_OF("r", "trial")
    "   (SELECT COUNT(*) FROM backup c WHERE c.vm_id = v.id"
    "    AND c.state = 'done') AS n,"
    "   (SELECT MAX(d.id) FROM backup d WHERE d.vm_id = v.id"
    "    AND d.state = 'done') AS last,"
    "   (SELECT MAX(e.id) FROM backup e WHERE e.vm_id = v.id"
    "    AND e.state = 'failed') AS failed"
    "   FROM vm v JOIN user u ON u.id = v.user_id"
    "   JOIN node n ON n.id = v.node_id" VZ_BACKUP_CHECK_JOIN
    "   WHERE " VZ_BACKUP_DUE_PROMISED
    "   OR EXISTS (SELECT 1 FROM backup h WHERE h.vm_id = v.id)) s) l"
    " LEFT JOIN backup b ON b.id = l.last"
    " LEFT JOIN backup f ON f.id = l.failed"
    " WHERE (? IS NULL OR l.place > ?)"
    " AND (? IS NULL OR l.name LIKE ? OR " vz_query_like("l.account")
    "  OR " vz_query_like("l.node") ")"
    " ORDER BY l.place LIMIT ?");

/* of all containers, whatever page is read */
static const vz_sql_t  vz_backup_admin_sums = vz_sql("backup sums",
    "SELECT CAST(COALESCE(SUM(" VZ_BACKUP_DUE_OVER "), 0) AS SIGNED)"
    "  AS overdue,"
    " CAST(COALESCE(SUM(COALESCE(" VZ_BACKUP_CHECK_BAD ", 0)), 0) AS SIGNED)"
    "  AS bad FROM vm v" VZ_BACKUP_CHECK_JOIN);

static const vz_sql_t  vz_backup_admin_nodes = vz_sql("backup nodes untried",
    "SELECT o.name FROM (" VZ_BACKUP_CHECK_NODES ") o ORDER BY o.name");

static const vz_sql_t  vz_backup_admin_ask = vz_sql("backup check ask",
    "UPDATE backup_check SET asked = 1, next_look = NOW(3)"
    " WHERE vm_id = ?");

#define VZ_BACKUP_ADMIN_HIDDEN(kind)                                          \
    { kind "_ended", VZ_ROW_JSON_HIDDEN },                                    \
    { kind "_good", VZ_ROW_JSON_HIDDEN },                                     \
    { kind "_seconds", VZ_ROW_JSON_HIDDEN },                                  \
    { kind "_code", VZ_ROW_JSON_HIDDEN },                                     \
    { kind "_detail", VZ_ROW_JSON_HIDDEN }

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
    { "running", VZ_ROW_JSON_BOOL },
    { "bad", VZ_ROW_JSON_BOOL },
    VZ_BACKUP_ADMIN_HIDDEN("check"),
    VZ_BACKUP_ADMIN_HIDDEN("trial")
};

static const vz_row_json_t  vz_backup_admin_shape =
    vz_row_json(vz_backup_admin_row);

static const vz_listing_t  vz_backup_admin_listing = {
    &vz_backup_admin_select, NULL, &vz_backup_admin_args,
    &vz_backup_admin_shape, vz_backup_admin_more
};


static void
vz_backup_admin_more(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t row)
{
    vz_backup_admin_look(out, rows, row, "check");
    vz_backup_admin_look(out, rows, row, "trial");
}


/* null of one that was never done */

static void
vz_backup_admin_look(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t row,
    const char *kind)
{
    if (vz_row_null(rows, row, vz_backup_admin_name(kind, "ended"))) {
        vz_json_null(out, kind);
        return;
    }

    vz_json_object(out, kind);
    vz_backup_admin_text(out, "at", rows, row,
                         vz_backup_admin_name(kind, "ended"));
    vz_backup_admin_text(out, "good", rows, row,
                         vz_backup_admin_name(kind, "good"));
    vz_json_int(out, "seconds",
                vz_row_int(rows, row, vz_backup_admin_name(kind, "seconds")));
    vz_backup_admin_text(out, "error", rows, row,
                         vz_backup_admin_name(kind, "code"));
    vz_task_said_json(out, "detail",
                      vz_row_text(rows, row,
                                  vz_backup_admin_name(kind, "detail")),
                      1);
    vz_json_close(out);
}


/* the name of a column, until the next one is asked for */

static const char *
vz_backup_admin_name(const char *kind, const char *what)
{
    static char  name[32];

    (void) ngx_snprintf((u_char *) name, sizeof(name), "%s_%s%Z", kind, what);

    return name;
}


static void
vz_backup_admin_text(vz_json_t *out, const char *key, const vz_rows_t *rows,
    ngx_uint_t row, const char *column)
{
    ngx_str_t  text;

    text = vz_row_text(rows, row, column);
    vz_json_opt(out, key, text);
}


void
vz_backup_admin_list(vz_call_t *call)
{
    vz_code_e    rc;
    ngx_str_t    name;
    vz_rows_t    rows, sums, nodes;
    vz_json_t   *out;
    ngx_uint_t   i, limit;

    if (vz_listing_read(call, &vz_backup_admin_listing, vz_no_binds, &rows,
                        &limit)
        != VZ_OK)
    {
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_backup_admin_sums, vz_no_binds,
                     &sums);

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, call->pool, &vz_backup_admin_nodes, vz_no_binds,
                         &nodes);
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_listing_items(out, &vz_backup_admin_listing, &rows, limit);
    vz_json_int(out, "overdue", vz_row_int(&sums, 0, "overdue"));
    vz_json_int(out, "bad", vz_row_int(&sums, 0, "bad"));
    vz_json_array(out, "untried");

    for (i = 0; i < nodes.rows; i++) {
        name = vz_row_text(&nodes, i, "name");
        vz_json_text(out, NULL, &name);
    }

    vz_json_close(out);
    vz_json_close(out);
}


void
vz_backup_admin_check(vz_call_t *call)
{
    uint64_t   id;
    vz_code_e  rc;
    vz_rows_t  rows;

    if (vz_route_id(call, 0, &id) != VZ_OK || vz_body_none(call) != VZ_OK) {
        return;
    }

    rc = vz_edit_write(call, &vz_backup_admin_ask, vz_binds(vz_int(id)),
                       "backup.check", vz_call_printf(call, "vm %uL", id),
                       &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_NOENT;
    }

    if (vz_route_failed(call, rc) == VZ_OK) {
        (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
    }
}
