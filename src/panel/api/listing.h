/*
 * Lists by table: {items, next} of a statement's rows.
 */

#ifndef VZ_LISTING_H
#define VZ_LISTING_H

#include "panel/api/query.h"
#include "panel/api/row_json.h"


/* Members of an item that no cell holds, after those of its shape. */
typedef void (*vz_listing_pt)(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row);

typedef struct {
    const vz_sql_t     *rows;       /* takes what the caller binds, then the
                                       args in their order; where they have a
                                       cursor it is the first cell */
    const vz_sql_t         *one;        /* takes what the caller binds */
    const vz_query_args_t  *args;  /* NULL: one page of all */
    const vz_row_json_t    *shape;
    vz_listing_pt           more;       /* or NULL */
} vz_listing_t;


/* vz_listing_call: the whole of a GET, after the binds of the path. */
void vz_listing_call(vz_call_t *call, const vz_listing_t *listing,
    const vz_bind_t *binds, ngx_uint_t n);

/*
 * vz_listing_read: the rows of a page, one more than *limit where there is a
 * next.  VZ_OK, or why not with the reply already set.
 */
vz_code_e vz_listing_read(vz_call_t *call, const vz_listing_t *listing,
    const vz_bind_t *binds, ngx_uint_t n, vz_rows_t *rows, ngx_uint_t *limit);

/*
 * vz_listing_query: the same of a statement and its arguments (NULL: none),
 * which need no listing.
 */
vz_code_e vz_listing_query(vz_call_t *call, const vz_sql_t *sql,
    const vz_query_args_t *args, const vz_bind_t *binds, ngx_uint_t n,
    vz_rows_t *rows, ngx_uint_t *limit);

/*
 * vz_listing_items: the members "items" and "next" of those rows, into the
 * object that is open.
 */
void vz_listing_items(vz_json_t *out, const vz_listing_t *listing,
    const vz_rows_t *rows, ngx_uint_t limit);

/* vz_listing_next: close the items; "next", null for 0. */
void vz_listing_next(vz_json_t *out, uint64_t next);

/* vz_listing_one: answer with one item, or 404. */
void vz_listing_one(vz_call_t *call, const vz_listing_t *listing,
    const vz_bind_t *binds, ngx_uint_t n, ngx_uint_t status);


#endif /* VZ_LISTING_H */
