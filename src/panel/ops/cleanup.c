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
