/*
 * Values: what callers bind in the library's form, and the rows it fetched
 * copied into the caller's pool.
 */

#ifndef VZ_DB_ROWS_H
#define VZ_DB_ROWS_H

#include "runtime/db.h"
#include "runtime/db_conn.h"


/*
 * vz_bind_cstr: a C string as a bind; vz_bind_opt: NULL where the text is
 * empty
 */
vz_bind_t vz_bind_cstr(const char *s);
vz_bind_t vz_bind_opt(ngx_str_t s);

/* Cells; out of range, NULL or of another type read as 0 or an empty string. */
int64_t vz_cell_int(const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t column);
ngx_str_t vz_cell_text(const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t column);
ngx_uint_t vz_cell_null(const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t column);

ngx_int_t vz_db_rows_bind(MYSQL_STMT *stmt, ngx_pool_t *pool,
    const vz_bind_t *binds, ngx_uint_t nbinds);
ngx_int_t vz_db_rows_read(MYSQL_STMT *stmt, ngx_pool_t *pool,
    vz_rows_t *rows);


#endif /* VZ_DB_ROWS_H */
