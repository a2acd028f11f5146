/*
 * Cells of a row by name.
 */

#include "runtime/row.h"


static ngx_uint_t vz_row_place(const vz_rows_t *rows, const char *column);


int64_t
vz_row_int(const vz_rows_t *rows, ngx_uint_t row, const char *column)
{
    return vz_cell_int(rows, row, vz_row_place(rows, column));
}


ngx_str_t
vz_row_text(const vz_rows_t *rows, ngx_uint_t row, const char *column)
{
    return vz_cell_text(rows, row, vz_row_place(rows, column));
}


ngx_uint_t
vz_row_null(const vz_rows_t *rows, ngx_uint_t row, const char *column)
{
    return vz_cell_null(rows, row, vz_row_place(rows, column));
}


/* a place that no row has, if the statement has no such column */

static ngx_uint_t
vz_row_place(const vz_rows_t *rows, const char *column)
{
    ngx_uint_t  i;

    if (rows->rows == 0) {
        return NGX_MAX_INT_T_VALUE;
    }

    for (i = 0; i < rows->columns; i++) {
        if (ngx_strcmp(rows->names[i], column) == 0) {
            return i;
        }
    }

    ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                  "vzpanel: a statement has no column \"%s\"", column);

    return NGX_MAX_INT_T_VALUE;
}
