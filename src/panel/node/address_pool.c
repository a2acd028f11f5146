/*
 * /api/admin/addresses: pools.  A pool is created closed, gets its addresses
 * in pieces (address_fill.c), and is opened when it has all of them.
 */

#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/api/zone_ids.h"
#include "panel/node/address_fill.h"
#include "panel/node/address_pool.h"
#include "panel/node/address_stock.h"
#include "runtime/call.h"
#include "runtime/row.h"


#define VZ_POOL_PREFIX4  16         /* 65,536 addresses at most */
#define VZ_POOL_PREFIX6  112


typedef struct {
    vz_resource_values_t  values;   /* what the database gets */

    /* read from them */
    ngx_str_t             cidr;
    ngx_str_t             gateway;
    vz_prefix_t           net;
    vz_prefix_t           gate;
    uint64_t              id;
} vz_pool_body_t;


static void vz_pool_left_json(vz_json_t *out, const vz_rows_t *stock);
static void vz_pool_reply(vz_call_t *call, uint64_t id, ngx_uint_t status);
static vz_code_e vz_pool_read(vz_call_t *call, const vz_body_t *form,
    vz_pool_body_t *body);
static vz_bind_t *vz_pool_value(vz_pool_body_t *body, const char *name);
static vz_code_e vz_pool_network(vz_call_t *call, vz_pool_body_t *body);
static vz_code_e vz_pool_gateway(vz_call_t *call, vz_pool_body_t *body);
static vz_code_e vz_pool_node(vz_call_t *call, vz_pool_body_t *body);
static vz_code_e vz_pool_overlap(vz_call_t *call, const vz_prefix_t *net);
static void vz_pool_overlaps(vz_call_t *call);
static vz_code_e vz_pool_begin(vz_call_t *call, vz_pool_body_t *body);
static vz_code_e vz_pool_fill(vz_call_t *call, vz_pool_body_t *body);
static vz_code_e vz_pool_find(vz_call_t *call, vz_pool_body_t *body,
    uint64_t id, vz_prefix_t *before);
static vz_code_e vz_pool_store(vz_call_t *call, vz_pool_body_t *body,
    const vz_prefix_t *before);
static vz_code_e vz_pool_empty(vz_call_t *call, uint64_t id,
    ngx_uint_t *taken);
static vz_code_e vz_pool_remove(vz_call_t *call, uint64_t id,
    ngx_uint_t *taken);


static const char *const  vz_pool_states[] = {
    "ready", "making", "ending", NULL
};

/* COUNT() skips NULL, so CASE without ELSE counts where its condition holds */

static const vz_column_t  vz_pool_columns[] = {
    vz_column("id", INT, 0),
    vz_column("name", TEXT, VZ_COLUMN_REQUIRED, .field = VZ_FIELD_LABEL),
    vz_column("cidr", TEXT, VZ_COLUMN_CREATE | VZ_COLUMN_NEEDED,
              .field = VZ_FIELD_CIDR),
    vz_column("family", INT, 0, .sql = "IF(INSTR(p.cidr, ':'), 6, 4)"),
    vz_column("gateway", TEXT,
              VZ_COLUMN_WRITE | VZ_COLUMN_CLEAR | VZ_COLUMN_NULL,
              .field = VZ_FIELD_GATEWAY),
    vz_column("dns", LIST, VZ_COLUMN_WRITE | VZ_COLUMN_CLEAR | VZ_COLUMN_NULL,
              .field = VZ_FIELD_ADDRESS, .max = 3),
    vz_column("node", TEXT,
              VZ_COLUMN_CREATE | VZ_COLUMN_MEANT | VZ_COLUMN_NULL,
              .field = VZ_FIELD_NODE,
              .sql = "(SELECT n.name FROM node n WHERE n.id = p.node_id)"),
    vz_column("node_id", INT, VZ_COLUMN_CREATE | VZ_COLUMN_STORED
              | VZ_COLUMN_NULL),
    vz_column("enabled", BOOL, VZ_COLUMN_WRITE, .preset = 1, .fresh = "0"),
    vz_column("filled", INT, VZ_COLUMN_STORED, .fresh = "0"),
    vz_column("state", TEXT, 0, .words = vz_pool_states,
              .sql = "CASE WHEN p.filled IS NULL THEN 'ready'"
                     " WHEN p.filled < 0 THEN 'ending' ELSE 'making' END"),
    vz_column("total", INT, 0, .sql = "COUNT(a.id)"),
    vz_column("free", INT, 0,
              .sql = "COUNT(CASE WHEN a.vm_id IS NULL AND a.reserved = 0"
                     " THEN 1 END)"),
    vz_column("taken", INT, 0, .sql = "COUNT(a.vm_id)"),
    vz_column("reserved", INT, 0,
              .sql = "COUNT(CASE WHEN a.vm_id IS NULL AND a.reserved = 1"
                     " THEN 1 END)")
};

vz_resource_t  vz_address_pool_resource = {
    vz_resource("pool", "Pool", "address_pool", "p", vz_pool_columns),
    .joins = "LEFT JOIN address a ON a.pool_id = p.id",
    vz_resource_forms(vz_address_pool_resource, "Pool"),
    .rest = "GROUP BY p.id ORDER BY p.id LIMIT 256",
    .rest_one = "GROUP BY p.id",
    .open = "filled IS NULL"
};


static const vz_sql_t  vz_pool_stock = vz_sql("pool stock",
    "SELECT " VZ_ADDRESS_STOCK_FOUR " AS ipv4,"
    " " VZ_ADDRESS_STOCK_SIX " AS ipv6");

static const vz_sql_t  vz_pool_networks = vz_sql("pool networks",
    "SELECT cidr FROM address_pool LIMIT 10000");

static const vz_sql_t  vz_pool_node_id = vz_sql("pool node",
    "SELECT id FROM node WHERE name = ?");

static const vz_sql_t  vz_pool_open = vz_sql("pool open",
    "UPDATE address_pool SET enabled = 1 WHERE id = ? AND filled IS NULL");

static const vz_sql_t  vz_pool_one = vz_sql("pool one",
    "SELECT cidr, gateway, (SELECT a.vm_id FROM address a"
    "  WHERE a.pool_id = address_pool.id AND a.address = ?) AS vm"
    " FROM address_pool WHERE id = ?");

static const vz_sql_t  vz_pool_give = vz_sql("pool give",
    "INSERT IGNORE INTO address (pool_id, address) VALUES (?, ?)");

static const vz_sql_t  vz_pool_take = vz_sql("pool take",
    "DELETE FROM address WHERE pool_id = ? AND address = ?"
    " AND vm_id IS NULL");

static const vz_sql_t  vz_pool_left = vz_sql("pool left",
    "SELECT COUNT(*) AS addresses FROM address WHERE pool_id = ?");

static const vz_sql_t  vz_pool_delete = vz_sql("pool delete",
    "DELETE FROM address_pool WHERE id = ?");


void
vz_address_pool_list(vz_call_t *call)
{
    vz_code_e    rc;
    vz_rows_t    rows, stock;
    vz_json_t   *out;
    ngx_uint_t   limit;

    if (vz_resource_page(call, &vz_address_pool_resource, vz_no_binds, &rows,
                         &limit)
        != VZ_OK)
    {
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_pool_stock, vz_no_binds, &stock);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_pool_left_json(out, &stock);
    vz_resource_items(out, &vz_address_pool_resource, &rows, limit);
    vz_json_close(out);
}


static void
vz_pool_left_json(vz_json_t *out, const vz_rows_t *stock)
{
    int64_t  four, six;

    four = vz_row_int(stock, 0, "ipv4");
    six = vz_row_int(stock, 0, "ipv6");

    vz_json_object(out, "stock");
    vz_json_cstr(out, "policy", vz_address_stock_policy());
    vz_json_int(out, "addresses", vz_address_stock_left(four, six));
    vz_json_int(out, "ipv4", four);
    vz_json_int(out, "ipv6", six);
    vz_json_close(out);
}


static void
vz_pool_reply(vz_call_t *call, uint64_t id, ngx_uint_t status)
{
    vz_zone_bump(VZ_GENERATION_CATALOG);
    vz_resource_one(call, &vz_address_pool_resource, id, status);
}


void
vz_address_pool_create(vz_call_t *call)
{
    vz_code_e       rc;
    vz_pool_body_t  body;

    if (vz_pool_read(call, &vz_address_pool_resource.create, &body) != VZ_OK
        || vz_pool_network(call, &body) != VZ_OK
        || vz_pool_gateway(call, &body) != VZ_OK
        || vz_pool_node(call, &body) != VZ_OK
        || vz_pool_overlap(call, &body.net) != VZ_OK)
    {
        return;
    }

    rc = vz_pool_begin(call, &body);

    if (rc == VZ_DUPLICATE) {
        vz_pool_overlaps(call);
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (vz_pool_fill(call, &body) == VZ_OK) {
        vz_pool_reply(call, body.id, NGX_HTTP_CREATED);
    }
}


static vz_code_e
vz_pool_read(vz_call_t *call, const vz_body_t *form, vz_pool_body_t *body)
{
    vz_code_e  rc;

    ngx_memzero(body, sizeof(vz_pool_body_t));

    rc = vz_resource_read(call, form, &body->values);

    if (rc == VZ_OK) {
        body->cidr = vz_pool_value(body, "cidr")->text;
        body->gateway = vz_pool_value(body, "gateway")->text;
    }

    return rc;
}


static vz_bind_t *
vz_pool_value(vz_pool_body_t *body, const char *name)
{
    return vz_resource_value(&vz_address_pool_resource, &body->values, name);
}


static vz_code_e
vz_pool_network(vz_call_t *call, vz_pool_body_t *body)
{
    ngx_str_t   first;
    ngx_uint_t  least;

    if (vz_prefix_parse(&body->cidr, &body->net) != NGX_OK
        || vz_prefix_mapped(&body->net))
    {
        vz_call_invalid(call, "cidr", "format", "must be a network such as "
                                                "10.0.0.0/24");
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    least = body->net.family == AF_INET ? VZ_POOL_PREFIX4 : VZ_POOL_PREFIX6;

    if (body->net.prefix < least) {
        vz_call_invalid(call, "cidr", "range",
                        "must hold at most 65,536 addresses: use /%ui or "
                        "longer", least);
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    first = vz_prefix_address(call->pool, &body->net);
    body->cidr = vz_call_printf(call, "%V/%ui", &first,
                                (ngx_uint_t) body->net.prefix);
    *vz_pool_value(body, "cidr") = vz_text(body->cidr);

    return VZ_OK;
}


static vz_code_e
vz_pool_gateway(vz_call_t *call, vz_pool_body_t *body)
{
    if (body->gateway.len == 0) {
        return VZ_OK;
    }

    if (vz_prefix_parse(&body->gateway, &body->gate) != NGX_OK) {
        vz_call_invalid(call, "gateway", "format", "must be the address of a "
                                                   "single host");
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    if (body->gate.family != body->net.family) {
        vz_call_invalid(call, "gateway", "family",
                        "must be of the same family as the pool's addresses");
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    body->gateway = vz_prefix_address(call->pool, &body->gate);
    *vz_pool_value(body, "gateway") = vz_text(body->gateway);

    return VZ_OK;
}


static vz_code_e
vz_pool_node(vz_call_t *call, vz_pool_body_t *body)
{
    ngx_str_t  node;
    vz_code_e  rc;
    vz_rows_t  rows;

    node = vz_pool_value(body, "node")->text;

    if (node.len == 0) {
        return VZ_OK;
    }

    rc = vz_db_query(NULL, call->pool, &vz_pool_node_id,
                     vz_binds(vz_text(node)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (rows.rows == 0) {
        vz_call_invalid(call, "node", "absent", "this node does not exist");
        vz_call_refuse(call);
        return VZ_NOENT;
    }

    *vz_pool_value(body, "node_id") = vz_int(vz_row_int(&rows, 0, "id"));

    return VZ_OK;
}


static vz_code_e
vz_pool_overlap(vz_call_t *call, const vz_prefix_t *net)
{
    ngx_str_t    text;
    vz_prefix_t  other;
    vz_code_e    rc;
    vz_rows_t    rows;
    ngx_uint_t   i;

    rc = vz_db_query(NULL, call->pool, &vz_pool_networks, vz_no_binds, &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    for (i = 0; i < rows.rows; i++) {
        text = vz_row_text(&rows, i, "cidr");

        if (vz_prefix_parse(&text, &other) == NGX_OK
            && vz_prefix_overlap(&other, net))
        {
            vz_pool_overlaps(call);
            return VZ_EXISTS;
        }
    }

    return VZ_OK;
}


static void
vz_pool_overlaps(vz_call_t *call)
{
    vz_call_invalid(call, "cidr", "overlap", "overlaps with another pool");
    vz_call_problem(call, NGX_HTTP_CONFLICT, "overlap",
                    "Another pool holds some of these addresses: choose "
                    "another network.");
}


static vz_code_e
vz_pool_begin(vz_call_t *call, vz_pool_body_t *body)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_bind_t   binds[VZ_COLUMN_MAX * 2];
    ngx_uint_t  n;

    n = vz_resource_bind(&vz_address_pool_resource, &body->values,
                         VZ_COLUMN_CREATE, binds);

    rc = vz_edit_write(call, &vz_address_pool_resource.sql.insert, binds, n,
                       "pool.make",
                       vz_call_printf(call, "pool %V", &body->cidr), &rows);

    body->id = rows.insert_id;

    return rc;
}


/*
 * Two pools with the same addresses may be created at once: the second one
 * fails.  Addresses that the database was too busy to insert are inserted by
 * the next PATCH.
 */

static vz_code_e
vz_pool_fill(vz_call_t *call, vz_pool_body_t *body)
{
    vz_code_e   rc;
    ngx_uint_t  taken;

    rc = vz_address_fill(call->pool, body->id);

    if (rc == VZ_DUPLICATE) {
        (void) vz_pool_empty(call, body->id, &taken);
        vz_pool_overlaps(call);
        return rc;
    }

    if (rc == VZ_OK && vz_pool_value(body, "enabled")->number) {
        rc = vz_db_query(NULL, call->pool, &vz_pool_open,
                         vz_binds(vz_int(body->id)), NULL);
    }

    if (rc == VZ_NOENT || rc == VZ_STATE) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "changed",
                        "The pool was deleted in the meantime: reload the "
                        "list.");

    } else if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
    }

    return rc;
}


void
vz_address_pool_change(vz_call_t *call)
{
    uint64_t        id;
    vz_prefix_t     before;
    vz_code_e       rc;
    vz_pool_body_t  body;

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_pool_read(call, &vz_address_pool_resource.change, &body) != VZ_OK
        || vz_pool_find(call, &body, id, &before) != VZ_OK)
    {
        return;
    }

    rc = vz_address_fill(call->pool, body.id);

    if (rc == VZ_OK) {
        rc = vz_pool_store(call, &body, &before);
    }

    if (rc == VZ_DUPLICATE) {
        vz_pool_overlaps(call);
        return;
    }

    if (rc == VZ_NOENT || rc == VZ_STATE) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "not_possible",
                        "The pool is being deleted: delete it again to "
                        "finish.");
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_pool_reply(call, body.id, NGX_HTTP_OK);
}


/* a gateway can't be an address that a container has */

static vz_code_e
vz_pool_find(vz_call_t *call, vz_pool_body_t *body, uint64_t id,
    vz_prefix_t *before)
{
    vz_prefix_t  gate;
    ngx_str_t    text;
    vz_code_e    rc;
    vz_rows_t    rows;

    ngx_memzero(before, sizeof(vz_prefix_t));
    body->id = id;
    text = body->gateway;

    if (text.len && vz_prefix_parse(&text, &gate) == NGX_OK) {
        text = vz_prefix_address(call->pool, &gate);
    }

    rc = vz_db_query(NULL, call->pool, &vz_pool_one,
                     vz_binds(vz_text(text), vz_int(body->id)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (rows.rows == 0) {
        vz_route_absent(call);
        return VZ_NOENT;
    }

    text = vz_row_text(&rows, 0, "cidr");
    (void) vz_prefix_parse(&text, &body->net);

    text = vz_row_text(&rows, 0, "gateway");
    if (text.len) {
        (void) vz_prefix_parse(&text, before);
    }

    rc = vz_pool_gateway(call, body);
    if (rc != VZ_OK) {
        return rc;
    }

    if (!vz_row_null(&rows, 0, "vm")) {
        vz_call_invalid(call, "gateway", "taken",
                        "a container uses this address");
        vz_call_refuse(call);
        return VZ_EXISTS;
    }

    return VZ_OK;
}


/* the old gateway becomes a free address, the new one is reserved */

static vz_code_e
vz_pool_store(vz_call_t *call, vz_pool_body_t *body, const vz_prefix_t *before)
{
    vz_tx_t     *tx;
    ngx_str_t    old;
    vz_code_e    rc;
    vz_bind_t    binds[VZ_COLUMN_MAX * 2 + 1];
    ngx_uint_t   n;

    n = vz_resource_bind(&vz_address_pool_resource, &body->values,
                         VZ_COLUMN_CHANGE, binds);
    binds[n++] = vz_int(body->id);

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_db_query(tx, call->pool, &vz_address_pool_resource.sql.update,
                     binds, n, NULL);

    if (rc == VZ_OK && before->family
        && (body->gateway.len || vz_body_cleared(call, "gateway"))
        && vz_address_fill_gives(&body->net, before))
    {
        old = vz_prefix_address(call->pool, before);
        rc = vz_db_query(tx, call->pool, &vz_pool_give,
                         vz_binds(vz_int(body->id), vz_text(old)), NULL);
    }

    if (rc == VZ_OK && body->gateway.len) {
        rc = vz_db_query(tx, call->pool, &vz_pool_take,
                         vz_binds(vz_int(body->id), vz_text(body->gateway)),
                         NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_edit_audit(tx, call, "pool.change",
                            vz_call_printf(call, "pool %uL", body->id));
    }

    return vz_db_end(tx, rc);
}


/*
 * A pool with an address in use stays as it is.  Any other is closed first; if
 * a worker dies while deleting one, the next DELETE goes on.
 */

void
vz_address_pool_delete(vz_call_t *call)
{
    uint64_t    id;
    vz_code_e   rc;
    ngx_uint_t  taken;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    taken = 0;
    rc = vz_pool_empty(call, id, &taken);

    if (rc == VZ_NOENT) {
        vz_route_absent(call);
        return;
    }

    if (rc == VZ_STATE) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "in_use",
                        "Containers use %ui addresses of this pool: disable "
                        "it instead.", taken);
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_zone_bump(VZ_GENERATION_CATALOG);
    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


static vz_code_e
vz_pool_empty(vz_call_t *call, uint64_t id, ngx_uint_t *taken)
{
    vz_code_e  rc;

    rc = vz_address_fill_empty(call->pool, id, taken);

    return rc == VZ_OK ? vz_pool_remove(call, id, taken) : rc;
}


/* an adoption may have assigned one meanwhile */

static vz_code_e
vz_pool_remove(vz_call_t *call, uint64_t id, ngx_uint_t *taken)
{
    vz_tx_t    *tx;
    vz_code_e   rc;
    vz_rows_t   rows;

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_db_query(tx, call->pool, &vz_pool_left, vz_binds(vz_int(id)),
                     &rows);

    if (rc == VZ_OK) {
        *taken = vz_row_int(&rows, 0, "addresses");
        rc = *taken ? VZ_STATE
                    : vz_db_query(tx, call->pool, &vz_pool_delete,
                                  vz_binds(vz_int(id)), &rows);
    }

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_NOENT;
    }

    if (rc == VZ_OK) {
        rc = vz_edit_audit(tx, call, "pool.end",
                            vz_call_printf(call, "pool %uL", id));
    }

    return vz_db_end(tx, rc);
}
