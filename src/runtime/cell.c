/*
 * The cells of an answer.
 */

#include "runtime/cell.h"


int64_t
vz_cell_int(const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t column)
{
    const vz_bind_t  *cell;

    if (row >= rows->rows || column >= rows->columns) {
        return 0;
    }

    cell = &rows->cells[row * rows->columns + column];

    return cell->type == VZ_BIND_INT ? cell->number : 0;
}


ngx_str_t
vz_cell_text(const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t column)
{
    ngx_str_t         empty = ngx_string("");
    const vz_bind_t  *cell;

    if (row >= rows->rows || column >= rows->columns) {
        return empty;
    }

    cell = &rows->cells[row * rows->columns + column];

    return cell->type == VZ_BIND_TEXT ? cell->text : empty;
}


ngx_uint_t
vz_cell_null(const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t column)
{
    if (row >= rows->rows || column >= rows->columns) {
        return 1;
    }

    return rows->cells[row * rows->columns + column].type == VZ_BIND_NULL;
}
