/*
 * Lists by table: a statement's rows as {items, next}.  Lists of a resource's
 * rows are in resource.h.
 */

#ifndef VZ_LISTING_H
#define VZ_LISTING_H

#include "panel/api/query.h"
#include "panel/api/row_json.h"


/* Adds members that no cell has, after those of the shape. */
typedef void (*vz_listing_pt)(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row);

typedef struct {
    const vz_sql_t         *rows;   /* binds: the caller's, then the arguments
                                       in their order; if they have a cursor,
                                       the first cell is the row's */
    const vz_sql_t         *one;    /* binds: the caller's */
    const vz_query_args_t  *args;   /* NULL: all rows are one page */
    const vz_row_json_t    *shape;
    vz_listing_pt           more;   /* or NULL */
} vz_listing_t;


/* vz_listing_call: reply to GET with a page of rows. */
void vz_listing_call(vz_call_t *call, const vz_listing_t *listing,
    const vz_bind_t *binds, ngx_uint_t n);

/*
 * vz_listing_read: read the rows of a page: one more than *limit, if there is a
 * next page.  VZ_OK, or another code with the reply already set.
 */
vz_code_e vz_listing_read(vz_call_t *call, const vz_listing_t *listing,
    const vz_bind_t *binds, ngx_uint_t n, vz_rows_t *rows, ngx_uint_t *limit);

/*
 * vz_listing_query: the same for a statement and its arguments (NULL: none)
 * without a listing.
 */
vz_code_e vz_listing_query(vz_call_t *call, const vz_sql_t *sql,
    const vz_query_args_t *args, const vz_bind_t *binds, ngx_uint_t n,
    vz_rows_t *rows, ngx_uint_t *limit);

/*
 * vz_listing_items: write the rows of a page as "items" and "next", into the
 * open object.
 */
void vz_listing_items(vz_json_t *out, const vz_listing_t *listing,
    const vz_rows_t *rows, ngx_uint_t limit);

/* vz_listing_next: close "items" and write "next"; null for 0. */
void vz_listing_next(vz_json_t *out, uint64_t next);

/* vz_listing_one: reply with the one row of the listing, or 404. */
void vz_listing_one(vz_call_t *call, const vz_listing_t *listing,
    const vz_bind_t *binds, ngx_uint_t n, ngx_uint_t status);


#endif /* VZ_LISTING_H */
