/*
 * Between the values of the panel and those of libmariadb; for the files of
 * db*.c alone.
 */

#ifndef VZ_DB_ROWS_H
#define VZ_DB_ROWS_H

#include "runtime/db.h"
#include "runtime/db_conn.h"


/*
 * vz_db_rows_bind: give a statement its values, which must live until it was
 * executed; the library's form of them is taken from pool.
 * NGX_ERROR when there is no memory, or the library refuses.
 */
ngx_int_t vz_db_rows_bind(MYSQL_STMT *stmt, ngx_pool_t *pool,
    const vz_bind_t *binds, ngx_uint_t nbinds);

/*
 * vz_db_rows_read: copy all rows that the statement has fetched into pool.
 * NGX_ERROR when there is no memory, or the library fails.
 */
ngx_int_t vz_db_rows_read(MYSQL_STMT *stmt, ngx_pool_t *pool,
    vz_rows_t *rows);


#endif /* VZ_DB_ROWS_H */
