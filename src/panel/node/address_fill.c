/*
 * The addresses of a pool, inserted and deleted in pieces.
 */

#include "panel/node/address_fill.h"
#include "runtime/fiber.h"
#include "runtime/row.h"


#define VZ_ADDRESS_FILL_PIECE   4096
#define VZ_ADDRESS_FILL_WAIT    60000  /* ms of retries while others lock a
                                          row */
#define VZ_ADDRESS_FILL_ENDING  -1  /* value of filled: the pool is being
                                       deleted */


/* What the next statement inserts. */
typedef struct {
    uint64_t     id;
    vz_prefix_t  net;
    int64_t      gate;              /* the gateway's place in it, or -1 */
    int64_t      first;
    int64_t      end;
} vz_address_fill_piece_t;


static vz_code_e vz_address_fill_next(ngx_pool_t *pool, uint64_t id,
    ngx_uint_t *whole);
static vz_code_e vz_address_fill_one(vz_tx_t *tx, ngx_pool_t *pool,
    uint64_t id, ngx_uint_t *whole);
static vz_code_e vz_address_fill_read(const vz_rows_t *rows,
    vz_address_fill_piece_t *piece);
static void vz_address_fill_hosts(const vz_prefix_t *net, int64_t *first,
    int64_t *end);
static vz_code_e vz_address_fill_four(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_address_fill_piece_t *piece);
static vz_code_e vz_address_fill_six(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_address_fill_piece_t *piece);
static vz_code_e vz_address_fill_close(ngx_pool_t *pool, uint64_t id,
    ngx_uint_t *taken);


/* 0 to 4095 as d.n, without a table and on every server */

#define VZ_ADDRESS_FILL_NUMBERS                                               \
    " WITH h AS (SELECT 0 AS x UNION ALL SELECT 1 UNION ALL SELECT 2"         \
    " UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5"               \
    " UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8"               \
    " UNION ALL SELECT 9 UNION ALL SELECT 10 UNION ALL SELECT 11"             \
    " UNION ALL SELECT 12 UNION ALL SELECT 13 UNION ALL SELECT 14"            \
    " UNION ALL SELECT 15), d AS (SELECT a.x * 256 + b.x * 16 + c.x AS n"     \
    " FROM h a JOIN h b JOIN h c)"

static const vz_sql_t  vz_address_fill_sql_four = vz_sql("fill four",
    "INSERT INTO address (pool_id, address)" VZ_ADDRESS_FILL_NUMBERS
    " SELECT ?, INET_NTOA(? + d.n) FROM d WHERE d.n < ? AND d.n <> ?"
    " ORDER BY d.n");

static const vz_sql_t  vz_address_fill_sql_six = vz_sql("fill six",
    "INSERT INTO address (pool_id, address)" VZ_ADDRESS_FILL_NUMBERS
    " SELECT ?, IF(? + d.n = 0, ?, CONCAT(?, LOWER(HEX(? + d.n))))"
    " FROM d WHERE d.n < ? AND d.n <> ? ORDER BY d.n");

static const vz_sql_t  vz_address_fill_sql_look = vz_sql("fill look",
    "SELECT id, cidr, gateway, filled FROM address_pool WHERE id = ?"
    " FOR UPDATE");

static const vz_sql_t  vz_address_fill_sql_done = vz_sql("fill done",
    "UPDATE address_pool SET filled = ? WHERE id = ?");

static const vz_sql_t  vz_address_fill_sql_close = vz_sql("fill close",
    "UPDATE address_pool SET enabled = 0, filled = -1 WHERE id = ?");

static const vz_sql_t  vz_address_fill_sql_taken = vz_sql("fill taken",
    "SELECT COUNT(vm_id) AS taken FROM address WHERE pool_id = ?");

/* by the index, so that no row of others is read or locked */

static const vz_sql_t  vz_address_fill_sql_take = vz_sql("fill take",
    "DELETE a FROM (SELECT id FROM address FORCE INDEX (free)"
    "  WHERE pool_id = ? AND vm_id IS NULL LIMIT 4096) t"
    " STRAIGHT_JOIN address a ON a.id = t.id WHERE a.vm_id IS NULL");


vz_code_e
vz_address_fill(ngx_pool_t *pool, uint64_t id)
{
    vz_code_e   rc;
    ngx_msec_t  begun;
    ngx_uint_t  whole;

    whole = 0;
    begun = ngx_current_msec;

    while (!whole) {
        rc = vz_address_fill_next(pool, id, &whole);

        if (rc == VZ_OK) {
            begun = ngx_current_msec;
            continue;
        }

        if (rc != VZ_CONFLICT
            || ngx_current_msec - begun >= VZ_ADDRESS_FILL_WAIT)
        {
            return rc;
        }

        vz_fiber_sleep(20 + ngx_random() % 80);
    }

    return VZ_OK;
}


static vz_code_e
vz_address_fill_next(ngx_pool_t *pool, uint64_t id, ngx_uint_t *whole)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(pool, &tx);

    return rc == VZ_OK ? vz_db_end(tx, vz_address_fill_one(tx, pool, id,
                                                           whole)) : rc;
}


static vz_code_e
vz_address_fill_one(vz_tx_t *tx, ngx_pool_t *pool, uint64_t id,
                    ngx_uint_t *whole)
{
    int64_t                  last;
    vz_code_e                rc;
    vz_rows_t                rows;
    vz_address_fill_piece_t  piece;

    rc = vz_db_query(tx, pool, &vz_address_fill_sql_look, vz_binds(vz_int(id)),
                     &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_NOENT;
    }

    if (vz_row_null(&rows, 0, "filled")) {
        *whole = 1;
        return VZ_OK;
    }

    rc = vz_address_fill_read(&rows, &piece);
    if (rc != VZ_OK) {
        return rc;
    }

    last = piece.end;
    piece.end = ngx_min(last, piece.first + VZ_ADDRESS_FILL_PIECE);

    rc = piece.net.family == AF_INET6 ? vz_address_fill_six(tx, pool, &piece)
                                      : vz_address_fill_four(tx, pool, &piece);
    if (rc != VZ_OK) {
        return rc;
    }

    return vz_db_query(tx, pool, &vz_address_fill_sql_done,
                       vz_binds(piece.end < last ? vz_int(piece.end)
                                                 : vz_none(),
                                vz_int(id)),
                       NULL);
}


static vz_code_e
vz_address_fill_read(const vz_rows_t *rows, vz_address_fill_piece_t *piece)
{
    int64_t      filled;
    vz_prefix_t  gate;
    ngx_str_t    text;

    text = vz_row_text(rows, 0, "cidr");
    filled = vz_row_int(rows, 0, "filled");

    if (filled == VZ_ADDRESS_FILL_ENDING) {
        return VZ_STATE;
    }

    if (vz_prefix_parse(&text, &piece->net) != NGX_OK) {
        return VZ_INTERNAL;
    }

    piece->id = vz_row_int(rows, 0, "id");
    piece->gate = -1;

    vz_address_fill_hosts(&piece->net, &piece->first, &piece->end);
    piece->first = ngx_max(piece->first, filled);

    text = vz_row_text(rows, 0, "gateway");

    if (text.len && vz_prefix_parse(&text, &gate) == NGX_OK
        && vz_prefix_overlap(&piece->net, &gate))
    {
        piece->gate = (int64_t) vz_prefix_low(&gate)
                      - vz_prefix_low(&piece->net);
    }

    return VZ_OK;
}


/*
 * IPv4: all but the network and broadcast addresses, unless there is no room
 * for them (RFC 3021).  IPv6: all but the address of all routers (RFC 4291,
 * 2.6.1; not between two, RFC 6164) and the last 128, which RFC 2526 reserves.
 */

static void
vz_address_fill_hosts(const vz_prefix_t *net, int64_t *first, int64_t *end)
{
    ngx_uint_t  bits;

    bits = (net->family == AF_INET ? 32 : 128) - net->prefix;

    *first = bits > 1;
    *end = (int64_t) 1 << bits;

    if (net->family == AF_INET) {
        *end -= bits > 1;

    } else if (bits > 7) {
        *end -= 128;
    }
}


ngx_uint_t
vz_address_fill_gives(const vz_prefix_t *net, const vz_prefix_t *address)
{
    int64_t  first, end, place;

    if (!vz_prefix_overlap(net, address)) {
        return 0;
    }

    vz_address_fill_hosts(net, &first, &end);
    place = (int64_t) vz_prefix_low(address) - vz_prefix_low(net);

    return place >= first && place < end;
}


static vz_code_e
vz_address_fill_four(vz_tx_t *tx, ngx_pool_t *pool,
                     const vz_address_fill_piece_t *piece)
{
    return vz_db_query(tx, pool, &vz_address_fill_sql_four,
                       vz_binds(vz_int(piece->id),
                                vz_int(vz_prefix_low(&piece->net)
                                       + piece->first),
                                vz_int(piece->end - piece->first),
                                vz_int(piece->gate - piece->first)),
                       NULL);
}


/*
 * INET6_NTOA() shortens where inet_ntop(3) does not.  All groups but the last
 * are written alike in each address of the pool, unless the last is 0.
 */

static vz_code_e
vz_address_fill_six(vz_tx_t *tx, ngx_pool_t *pool,
                    const vz_address_fill_piece_t *piece)
{
    int64_t      low;
    vz_prefix_t  net;
    ngx_str_t    zero, begin;

    net = piece->net;
    low = vz_prefix_low(&net) + piece->first;

    net.addr[14] = 0;
    net.addr[15] = 0;
    zero = vz_prefix_address(pool, &net);

    net.addr[15] = 1;
    begin = vz_prefix_address(pool, &net);

    if (zero.len == 0 || begin.len == 0) {
        return VZ_INTERNAL;
    }

    begin.len--;

    return vz_db_query(tx, pool, &vz_address_fill_sql_six,
                       vz_binds(vz_int(piece->id), vz_int(low), vz_text(zero),
                                vz_text(begin), vz_int(low),
                                vz_int(piece->end - piece->first),
                                vz_int(piece->gate - piece->first)),
                       NULL);
}


vz_code_e
vz_address_fill_empty(ngx_pool_t *pool, uint64_t id, ngx_uint_t *taken)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_msec_t  begun;
    ngx_uint_t  empty;

    empty = 0;
    rc = vz_address_fill_close(pool, id, taken);
    begun = ngx_current_msec;

    while (rc == VZ_OK && !empty) {

        rc = vz_db_query(NULL, pool, &vz_address_fill_sql_take,
                         vz_binds(vz_int(id)),
                         &rows);

        if (rc == VZ_OK) {
            begun = ngx_current_msec;
            empty = rows.affected == 0;

        } else if (rc == VZ_CONFLICT
                   && ngx_current_msec - begun < VZ_ADDRESS_FILL_WAIT)
        {
            vz_fiber_sleep(20 + ngx_random() % 80);
            rc = VZ_OK;
        }
    }

    return rc;
}


/*
 * Whoever claims an address locks its pool's row first (order_claim.c): after
 * this lock no address is claimed any more, and all claimed ones are seen.
 */

static vz_code_e
vz_address_fill_close(ngx_pool_t *pool, uint64_t id, ngx_uint_t *taken)
{
    vz_tx_t    *tx;
    vz_code_e   rc;
    vz_rows_t   rows;

    rc = vz_db_begin(pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_db_query(tx, pool, &vz_address_fill_sql_look, vz_binds(vz_int(id)),
                     &rows);

    if (rc == VZ_OK && rows.rows == 0) {
        rc = VZ_NOENT;
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, pool, &vz_address_fill_sql_close,
                         vz_binds(vz_int(id)),
                         NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, pool, &vz_address_fill_sql_taken,
                         vz_binds(vz_int(id)),
                         &rows);
    }

    if (rc == VZ_OK) {
        *taken = vz_row_int(&rows, 0, "taken");
        rc = *taken ? VZ_STATE : VZ_OK;
    }

    return vz_db_end(tx, rc);
}
