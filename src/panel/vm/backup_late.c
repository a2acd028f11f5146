/*
 * Backups that are overdue, or not good.
 */

#include "panel/mail/mail.h"
#include "panel/vm/backup_check.h"
#include "panel/vm/backup_due.h"
#include "panel/vm/backup_late.h"
#include "runtime/row.h"
#include "runtime/settings.h"


/* What administrators are mailed of: a row of backup_alert, and a template. */
typedef struct {
    uint64_t         id;
    const char      *template;
    const vz_sql_t  *select;        /* how many, and the first of them */
} vz_backup_late_t;


static void vz_backup_late_one(ngx_pool_t *pool,
    const vz_backup_late_t *late);
static vz_code_e vz_backup_late_tell(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_backup_late_t *late, const vz_rows_t *rows);


/* the first of them by name */
static const vz_sql_t  vz_backup_late_select = vz_sql("backup late",
    "SELECT CONCAT(COUNT(*)) AS n, SUBSTRING_INDEX(GROUP_CONCAT(CONCAT("
    "  '  ', l.name, ' (', l.node, '): ',"
    "  COALESCE(DATE_FORMAT(l.good, '%Y-%m-%d %H:%i UTC'), '-'))"
    "  ORDER BY l.name, l.id SEPARATOR '\n'), '\n', 10) AS list"
    " FROM (SELECT v.id, v.name, n.name AS node, " VZ_BACKUP_DUE_GOOD " AS good"
    "  FROM vm v JOIN node n ON n.id = v.node_id"
    "  WHERE " VZ_BACKUP_DUE_OVER ") l");

/* why, or when the last one was good; nodes stand after containers */
static const vz_sql_t  vz_backup_late_bad = vz_sql("backup bad",
    "SELECT CONCAT(COUNT(*)) AS n, SUBSTRING_INDEX(GROUP_CONCAT(CONCAT("
    "  '  ', l.name, ': ',"
    "  COALESCE(l.why, DATE_FORMAT(l.good, '%Y-%m-%d %H:%i UTC'), '-'))"
    "  ORDER BY l.whole, l.name, l.id SEPARATOR '\n'), '\n', 10) AS list"
    " FROM (SELECT 0 AS whole, v.id, CONCAT(v.name, ' (', n.name, ')') AS name,"
    "   IF(k.code IS NOT NULL, COALESCE(k.detail, k.code),"
    "    IF(r.code IS NOT NULL, COALESCE(r.detail, r.code), NULL)) AS why,"
    "   k.good"
    "  FROM vm v JOIN node n ON n.id = v.node_id" VZ_BACKUP_CHECK_JOIN
    "  WHERE " VZ_BACKUP_CHECK_BAD
    "  UNION ALL SELECT 1, o.id, o.name, NULL, o.good FROM ("
    VZ_BACKUP_CHECK_NODES ") o) l");

static const vz_sql_t  vz_backup_late_claim = vz_sql("backup late mail",
    "UPDATE backup_alert SET mailed = NOW(3) WHERE id = ?"
    " AND (mailed IS NULL OR mailed < NOW(3) - INTERVAL 24 HOUR)");

static const vz_sql_t  vz_backup_late_over = vz_sql("backup late over",
    "UPDATE backup_alert SET mailed = NULL WHERE id = ?"
    " AND mailed IS NOT NULL");

static const vz_backup_late_t  vz_backup_lates[] = {
    { 1, "backups_late", &vz_backup_late_select },
    { 2, "backups_bad", &vz_backup_late_bad }
};


void
vz_backup_late_run(ngx_pool_t *pool)
{
    ngx_uint_t  i;

    for (i = 0; i < sizeof(vz_backup_lates) / sizeof(vz_backup_late_t); i++) {
        vz_backup_late_one(pool, &vz_backup_lates[i]);
    }
}


static void
vz_backup_late_one(ngx_pool_t *pool, const vz_backup_late_t *late)
{
    vz_tx_t    *tx;
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_str_t   list;

    rc = vz_db_query(NULL, pool, late->select, vz_no_binds, &rows);

    if (rc != VZ_OK) {
        return;
    }

    list = vz_row_text(&rows, 0, "list");

    if (list.len == 0) {
        (void) vz_db_query(NULL, pool, &vz_backup_late_over,
                           vz_binds(vz_int(late->id)), NULL);
        return;
    }

    if (vz_settings()->mail_failed && vz_db_begin(pool, &tx) == VZ_OK) {
        (void) vz_db_end(tx, vz_backup_late_tell(tx, pool, late, &rows));
    }
}


/* the statement claims it: no other worker, and no other host, mails it too */

static vz_code_e
vz_backup_late_tell(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_backup_late_t *late, const vz_rows_t *rows)
{
    vz_code_e  rc;
    vz_rows_t  claimed;

    const vz_mail_member_t  members[] = {
        { "n", vz_row_text(rows, 0, "n") },
        { "list", vz_row_text(rows, 0, "list") }
    };

    rc = vz_db_query(tx, pool, &vz_backup_late_claim,
                     vz_binds(vz_int(late->id)), &claimed);

    if (rc != VZ_OK || claimed.affected == 0) {
        return rc;
    }

    return vz_mail_admins(tx, pool, late->template, members,
                          sizeof(members) / sizeof(members[0]));
}
