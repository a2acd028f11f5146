/*
 * Lists by table.
 */

#include "panel/api/listing.h"
#include "panel/api/route.h"
#include "runtime/call.h"


#define VZ_LISTING_BINDS  32        /* values of the longest statement */


static ngx_uint_t vz_listing_bind(const vz_query_args_t *args,
    const vz_bind_t *values, vz_bind_t *binds, ngx_uint_t most);
static void vz_listing_item(vz_json_t *out, const vz_listing_t *listing,
    const vz_rows_t *rows, ngx_uint_t row);


static const vz_query_args_t  vz_listing_no_args = { 0, NULL };


void
vz_listing_call(vz_call_t *call, const vz_listing_t *listing,
    const vz_bind_t *binds, ngx_uint_t n)
{
    vz_rows_t    rows;
    vz_json_t   *out;
    ngx_uint_t   limit;

    if (vz_listing_read(call, listing, binds, n, &rows, &limit) != VZ_OK) {
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_listing_items(out, listing, &rows, limit);
    vz_json_close(out);
}


vz_code_e
vz_listing_read(vz_call_t *call, const vz_listing_t *listing,
    const vz_bind_t *binds, ngx_uint_t n, vz_rows_t *rows, ngx_uint_t *limit)
{
    return vz_listing_query(call, listing->rows, listing->args, binds, n, rows,
                            limit);
}


vz_code_e
vz_listing_query(vz_call_t *call, const vz_sql_t *sql,
    const vz_query_args_t *args, const vz_bind_t *binds, ngx_uint_t n,
    vz_rows_t *rows, ngx_uint_t *limit)
{
    vz_code_e   rc;
    vz_bind_t   values[VZ_QUERY_MAX], all[VZ_LISTING_BINDS];
    ngx_uint_t  i;

    if (args == NULL) {
        args = &vz_listing_no_args;
    }

    rc = vz_query_read(call, args, values);
    if (rc != VZ_OK) {
        return rc;
    }

    *limit = NGX_MAX_INT_T_VALUE;

    for (i = 0; i < args->count; i++) {
        if (args->args[i].type == VZ_QUERY_LIMIT) {
            *limit = values[i].number - 1;
        }
    }

    for (i = 0; i < n; i++) {
        all[i] = binds[i];
    }

    n += vz_listing_bind(args, values, &all[n], VZ_LISTING_BINDS - n);

    rc = vz_db_query(NULL, call->pool, sql, all, n, rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
    }

    return rc;
}


static ngx_uint_t
vz_listing_bind(const vz_query_args_t *args, const vz_bind_t *values,
    vz_bind_t *binds, ngx_uint_t most)
{
    ngx_uint_t  i, n, times;

    n = 0;

    for (i = 0; i < args->count; i++) {
        for (times = args->args[i].times; times && n < most; times--) {
            binds[n++] = values[i];
        }
    }

    return n;
}


void
vz_listing_items(vz_json_t *out, const vz_listing_t *listing,
    const vz_rows_t *rows, ngx_uint_t limit)
{
    ngx_uint_t  i;

    vz_json_array(out, "items");

    for (i = 0; i < rows->rows && i < limit; i++) {
        vz_listing_item(out, listing, rows, i);
    }

    vz_listing_next(out, rows->rows > limit ? vz_cell_int(rows, i - 1, 0) : 0);
}


static void
vz_listing_item(vz_json_t *out, const vz_listing_t *listing,
    const vz_rows_t *rows, ngx_uint_t row)
{
    vz_json_object(out, NULL);
    vz_row_json_members(out, listing->shape, rows, row);

    if (listing->more != NULL) {
        listing->more(out, rows, row);
    }

    vz_json_close(out);
}


void
vz_listing_next(vz_json_t *out, uint64_t next)
{
    vz_json_close(out);

    if (next) {
        vz_json_uint(out, "next", next);
    } else {
        vz_json_null(out, "next");
    }
}


void
vz_listing_one(vz_call_t *call, const vz_listing_t *listing,
    const vz_bind_t *binds, ngx_uint_t n, ngx_uint_t status)
{
    vz_rows_t  rows;

    if (vz_route_row(call, listing->one, binds, n, &rows) == VZ_OK) {
        vz_listing_item(vz_call_reply(call, status), listing, &rows, 0);
    }
}
