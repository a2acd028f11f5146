/*
 * Backups that are overdue.
 */

#include "panel/mail/mail.h"
#include "panel/vm/backup_due.h"
#include "panel/vm/backup_late.h"
#include "runtime/row.h"
#include "runtime/settings.h"


static vz_code_e vz_backup_late_tell(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_rows_t *rows);


/* the first of them by name */
static const vz_sql_t  vz_backup_late_select = vz_sql("backup late",
    "SELECT CONCAT(COUNT(*)) AS n, SUBSTRING_INDEX(GROUP_CONCAT(CONCAT("
    "  '  ', l.name, ' (', l.node, '): ',"
    "  COALESCE(DATE_FORMAT(l.good, '%Y-%m-%d %H:%i UTC'), '-'))"
    "  ORDER BY l.name, l.id SEPARATOR '\n'), '\n', 10) AS list"
    " FROM (SELECT v.id, v.name, n.name AS node, " VZ_BACKUP_DUE_GOOD " AS good"
    "  FROM vm v JOIN node n ON n.id = v.node_id"
    "  WHERE " VZ_BACKUP_DUE_OVER ") l");

static const vz_sql_t  vz_backup_late_claim = vz_sql("backup late mail",
    "UPDATE backup_alert SET mailed = NOW(3) WHERE id = 1"
    " AND (mailed IS NULL OR mailed < NOW(3) - INTERVAL 24 HOUR)");

static const vz_sql_t  vz_backup_late_over = vz_sql("backup late over",
    "UPDATE backup_alert SET mailed = NULL WHERE id = 1"
    " AND mailed IS NOT NULL");


void
vz_backup_late_run(ngx_pool_t *pool)
{
    vz_tx_t    *tx;
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_str_t   list;

    rc = vz_db_query(NULL, pool, &vz_backup_late_select, vz_no_binds, &rows);

    if (rc != VZ_OK) {
        return;
    }

    list = vz_row_text(&rows, 0, "list");

    if (list.len == 0) {
        (void) vz_db_query(NULL, pool, &vz_backup_late_over, vz_no_binds,
                           NULL);
        return;
    }

    if (vz_settings()->mail_failed && vz_db_begin(pool, &tx) == VZ_OK) {
        (void) vz_db_end(tx, vz_backup_late_tell(tx, pool, &rows));
    }
}


/* the statement claims it: no other worker, and no other host, mails it too */

static vz_code_e
vz_backup_late_tell(vz_tx_t *tx, ngx_pool_t *pool, const vz_rows_t *rows)
{
    vz_code_e  rc;
    vz_rows_t  claimed;

    const vz_mail_member_t  members[] = {
        { "n", vz_row_text(rows, 0, "n") },
        { "list", vz_row_text(rows, 0, "list") }
    };

    rc = vz_db_query(tx, pool, &vz_backup_late_claim, vz_no_binds, &claimed);

    if (rc != VZ_OK || claimed.affected == 0) {
        return rc;
    }

    return vz_mail_admins(tx, pool, "backups_late", members,
                          sizeof(members) / sizeof(members[0]));
}
