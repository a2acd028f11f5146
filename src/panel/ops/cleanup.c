/*
 * What time makes worthless leaves the database, a few rows at a time.
 */

#include "panel/ops/cleanup.h"
#include "runtime/db.h"


static const vz_sql_t  vz_cleanup_sqls[] = {
    vz_sql("sweep_session",
           "DELETE FROM session WHERE expires < NOW(3) LIMIT 500"),
    vz_sql("sweep_reset",
           "DELETE FROM reset"
           " WHERE expires < NOW(3) - INTERVAL 24 HOUR LIMIT 500"),
    vz_sql("sweep_email",
           "DELETE FROM email_change"
           " WHERE created < NOW(3) - INTERVAL 7 DAY LIMIT 500"),
    vz_sql("sweep_place",
           "DELETE FROM sign_in_place"
           " WHERE seen < NOW(3) - INTERVAL 400 DAY LIMIT 500"),
    vz_sql("sweep_idempotency",
           "DELETE FROM idempotency"
           " WHERE created < NOW(3) - INTERVAL 24 HOUR LIMIT 500"),

    /* of a task that was cancelled, or that nobody took up again */
    vz_sql("sweep_first_boot",
           "DELETE FROM first_boot WHERE (stage = 'kept' AND NOT EXISTS"
           " (SELECT 1 FROM task t WHERE t.vm_id = first_boot.vm_id"
           "  AND t.kind IN ('order', 'create', 'reinstall')"
           "  AND (t.state IN ('held', 'queued', 'running')"
           "   OR (t.state = 'failed'"
           "    AND t.finished > NOW(3) - INTERVAL 30 DAY))))"
           " OR (stage = 'ended' AND created < NOW(3) - INTERVAL 1 DAY)"
           " LIMIT 500"),
    /* gone with a disk that nobody goes back to; or never taken */
    vz_sql("sweep_snapshot",
           "DELETE FROM vm_snapshot WHERE gone < NOW(3) - INTERVAL 30 DAY"
           " OR (taken IS NULL AND created < NOW(3) - INTERVAL 1 DAY"
           "  AND NOT EXISTS (SELECT 1 FROM task t"
           "   WHERE t.busy = vm_snapshot.vm_id)) LIMIT 500"),
    vz_sql("sweep_number",
           "DELETE FROM number_rest WHERE until < NOW(3) LIMIT 500")
};


void
vz_cleanup(ngx_pool_t *pool)
{
    ngx_uint_t  i;

    for (i = 0; i < sizeof(vz_cleanup_sqls) / sizeof(vz_sql_t); i++) {
        (void) vz_db_query(NULL, pool, &vz_cleanup_sqls[i], vz_no_binds, NULL);
    }
}
