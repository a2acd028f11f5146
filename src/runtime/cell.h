/*
 * The rows of an answer, and how their cells are read.
 */

#ifndef VZ_CELL_H
#define VZ_CELL_H

#include "runtime/bind.h"


/* All rows of an answer, copied into the caller's pool. */
typedef struct {
    ngx_uint_t    rows;
    ngx_uint_t    columns;
    vz_bind_t    *cells;            /* rows * columns; type NULL for NULL */
    const char  **names;            /* of the columns, if there are rows */
    uint64_t      affected;         /* rows changed (matched rows of UPDATE
                                       that did not change do not count) */
    uint64_t      insert_id;
    ngx_str_t     key;              /* after VZ_DUPLICATE: the key's name */
} vz_rows_t;


/*
 * vz_cell_int: an integer; 0 for NULL, for another type, and for a cell that
 * is not there.
 */
int64_t vz_cell_int(const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t column);

/*
 * vz_cell_text: a text in the pool of the query; an empty one for NULL, for
 * another type, and for a cell that is not there.
 */
ngx_str_t vz_cell_text(const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t column);

/* vz_cell_null: whether the cell is NULL, or not there. */
ngx_uint_t vz_cell_null(const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t column);


#endif /* VZ_CELL_H */
