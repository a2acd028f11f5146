/*
 * Cells of a row by the names of the statement's columns ("SELECT v.id AS vm"),
 * so that a column can be added anywhere.
 */

#ifndef VZ_ROW_H
#define VZ_ROW_H

#include "runtime/cell.h"


/*
 * vz_row_int: a whole number; vz_row_text: text, which lives as long as rows;
 * vz_row_null: whether it is NULL.  NULL, a cell of another type and a row that
 * is not there read as 0, an empty text, and NULL.  So does a column that the
 * statement does not have, which is logged as a bug.
 */
int64_t vz_row_int(const vz_rows_t *rows, ngx_uint_t row, const char *column);
ngx_str_t vz_row_text(const vz_rows_t *rows, ngx_uint_t row,
    const char *column);
ngx_uint_t vz_row_null(const vz_rows_t *rows, ngx_uint_t row,
    const char *column);


#endif /* VZ_ROW_H */
