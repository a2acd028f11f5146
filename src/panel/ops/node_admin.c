/*
 * /api/admin/nodes: the hosts of containers, as the database, the
 * configuration and their own answers describe them.
 */

#include "panel/api/listing.h"
#include "panel/api/route.h"
#include "panel/live/collector.h"
#include "panel/live/node_health.h"
#include "panel/node/node.h"
#include "panel/ops/node_admin.h"
#include "runtime/call.h"
#include "runtime/fiber.h"
#include "runtime/relay.h"
#include "wire/field_value.h"


#define VZ_NODE_CTID_MIN  101
#define VZ_NODE_CTID_MAX  2147483644


/* A node's answers, fetched on a fiber of its own. */
typedef struct {
    vz_node_t      *relay;          /* NULL: not in the configuration */
    ngx_pool_t     *pool;
    ngx_uint_t     *waiting;        /* how many have not ended */
    vz_answer_t     answer;
} vz_node_ask_t;


static ngx_uint_t vz_node_asks(vz_call_t *call, const vz_rows_t *rows,
    vz_node_ask_t **asks);
static void vz_node_ask_all(vz_call_t *call, vz_node_ask_t *asks,
    ngx_uint_t n);
static void vz_node_ask_one(void *data);
static void vz_node_json(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row, const vz_node_ask_t *ask);
static void vz_node_differs(vz_json_t *out, uint64_t id);
static void vz_node_said(vz_json_t *out, const vz_node_ask_t *ask);
static void vz_node_facts(vz_json_t *out, const vz_answer_t *answer);
static ngx_str_t vz_node_fact(const vz_answer_t *answer, const char *name);
static void vz_node_reply(vz_call_t *call, uint64_t id, ngx_uint_t status);
static vz_code_e vz_node_there(vz_call_t *call, vz_resource_values_t *values);
static vz_code_e vz_node_range(vz_call_t *call, vz_resource_values_t *values,
    const vz_rows_t *before);
static int64_t vz_node_bound(vz_resource_values_t *values,
    const vz_rows_t *before, const char *name);


static const vz_column_t  vz_node_columns[] = {
    vz_column("id", INT, 0),
    vz_column("name", TEXT, VZ_COLUMN_CREATE | VZ_COLUMN_NEEDED,
              .field = VZ_FIELD_NODE),
    vz_column("enabled", BOOL, VZ_COLUMN_WRITE, .preset = 1),
    vz_column("dead", BOOL, VZ_COLUMN_WRITE, .preset = 0),
    vz_column("ctid_min", INT, VZ_COLUMN_WRITE, .min = VZ_NODE_CTID_MIN,
              .max = VZ_NODE_CTID_MAX, .preset = VZ_NODE_CTID_MIN),
    vz_column("ctid_max", INT, VZ_COLUMN_WRITE, .min = VZ_NODE_CTID_MIN,
              .max = VZ_NODE_CTID_MAX, .preset = VZ_NODE_CTID_MAX),
    vz_column("vms", COUNT, 0, .sql = "vm", .key = "node_id"),
    vz_column("pools", COUNT, 0, .sql = "address_pool", .key = "node_id")
};

vz_resource_t  vz_node_admin_resource = {
    vz_resource("node", "Node", "node", "n", vz_node_columns),
    vz_resource_forms(vz_node_admin_resource, "Node"),
    .rest = "ORDER BY n.id LIMIT 64",
    .most = VZ_NODES_MAX,
    .needed = "Containers or address pools belong to this node: delete them "
              "first.",
    .reply = vz_node_reply
};


static const struct {
    const char  *key;               /* of the node */
    const char  *name;              /* of the reply */
    ngx_uint_t   number;
} vz_node_names[] = {
    { "driver", "driver", 0 },
    { "version", "version", 0 },
    { "kernel", "kernel", 0 },
    { "hostname", "hostname", 0 },
    { "load1", "load", 0 },
    { "cpus", "cpus", 1 },
    { "memory_total", "memory_total_bytes", 1 },
    { "memory_free", "memory_free_bytes", 1 },
    { "disk_total", "disk_total_bytes", 1 },
    { "disk_free", "disk_free_bytes", 1 },
    { "containers", "containers", 1 },
    { "running", "running", 1 }
};


void
vz_node_admin_list(vz_call_t *call)
{
    vz_rows_t       rows;
    vz_json_t      *out;
    ngx_uint_t      i, n, limit;
    vz_node_ask_t  *asks;

    if (vz_resource_page(call, &vz_node_admin_resource, vz_no_binds, &rows,
                         &limit)
        != VZ_OK)
    {
        return;
    }

    n = vz_node_asks(call, &rows, &asks);

    if (asks == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    vz_node_ask_all(call, asks, n);
    (void) vz_node_load(call->pool);
    vz_collector_fresh();

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_array(out, "unregistered");

    for (i = rows.rows; i < n; i++) {
        vz_json_object(out, NULL);
        vz_json_text(out, "name", &asks[i].relay->name);
        vz_node_said(out, &asks[i]);
        vz_json_close(out);
    }

    vz_json_close(out);
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows; i++) {
        vz_node_json(out, &rows, i, &asks[i]);
    }

    vz_listing_next(out, 0);
    vz_json_close(out);
}


/*
 * one for each row, then for what is in the configuration without a row: how
 * many, and NULL where there is no memory
 */

static ngx_uint_t
vz_node_asks(vz_call_t *call, const vz_rows_t *rows, vz_node_ask_t **asks)
{
    ngx_str_t       name;
    vz_node_t      *nodes;
    ngx_uint_t      i, j, n;
    ngx_array_t    *all;
    vz_node_ask_t  *ask;

    all = vz_relay_nodes();
    nodes = all ? all->elts : NULL;
    n = all ? all->nelts : 0;

    ask = ngx_pcalloc(call->pool, (rows->rows + n + 1)
                                  * sizeof(vz_node_ask_t));
    *asks = ask;

    if (ask == NULL) {
        return 0;
    }

    for (i = 0; i < rows->rows; i++) {
        name = vz_resource_text(&vz_node_admin_resource, rows, i, "name");
        ask[i].relay = vz_relay_node(&name);
    }

    ask += rows->rows;

    for (i = 0; i < n; i++) {

        for (j = 0; j < rows->rows; j++) {
            if ((*asks)[j].relay == &nodes[i]) {
                break;
            }
        }

        if (j == rows->rows) {
            ask++->relay = &nodes[i];
        }
    }

    return ask - *asks;
}


/* all at once: a node that does not answer delays nobody else */

static void
vz_node_ask_all(vz_call_t *call, vz_node_ask_t *asks, ngx_uint_t n)
{
    ngx_uint_t  i, waiting;

    waiting = 0;

    for (i = 0; i < n; i++) {
        asks[i].pool = call->pool;
        asks[i].waiting = &waiting;
        asks[i].answer.code = VZ_DOWN;

        if (asks[i].relay == NULL) {
            continue;
        }

        waiting++;

        if (vz_fiber_serve(vz_node_ask_one, &asks[i]) != NGX_OK) {
            vz_node_ask_one(&asks[i]);
        }
    }

    while (waiting) {
        vz_fiber_sleep(5);
    }
}


static void
vz_node_ask_one(void *data)
{
    vz_node_ask_t  *ask = data;

    (void) vz_relay_call(ask->relay, ask->pool, VZ_VERB_NODE, 0, NULL, NULL,
                         NULL, NULL, &ask->answer);
    (*ask->waiting)--;
}


static void
vz_node_json(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t row,
    const vz_node_ask_t *ask)
{
    uint64_t          id;
    vz_node_health_t  health;

    id = vz_resource_int(&vz_node_admin_resource, rows, row, "id");
    (void) vz_node_health_get(id, &health);

    vz_json_object(out, NULL);
    vz_resource_members(out, &vz_node_admin_resource, rows, row);
    vz_node_differs(out, id);
    vz_json_bool(out, "configured", ask->relay != NULL);
    vz_node_said(out, ask);
    vz_json_time(out, "heard", health.answered_at);
    vz_json_close(out);
}


/* from the collector's last round: the node is not asked for it here */

static void
vz_node_differs(vz_json_t *out, uint64_t id)
{
    ngx_uint_t  strangers, missing;

    if (vz_node_health_differs(id, &strangers, &missing) == NGX_OK) {
        vz_json_uint(out, "strangers", strangers);
        vz_json_uint(out, "missing", missing);

    } else {
        vz_json_null(out, "strangers");
        vz_json_null(out, "missing");
    }
}


static void
vz_node_said(vz_json_t *out, const vz_node_ask_t *ask)
{
    ngx_uint_t  answers;

    answers = (ask->relay != NULL && ask->answer.code == VZ_OK);

    vz_json_bool(out, "answers", answers);

    if (answers || ask->relay == NULL) {
        vz_json_null(out, "error");
    } else {
        vz_json_cstr(out, "error", ask->answer.code == VZ_DOWN
                                   ? "down"
                                   : vz_code_name(ask->answer.code));
    }

    if (answers) {
        vz_node_facts(out, &ask->answer);
    } else {
        vz_json_null(out, "facts");
    }

    if (ask->relay != NULL) {
        vz_json_text(out, "address", &ask->relay->addr.name);
    } else {
        vz_json_null(out, "address");
    }
}


static void
vz_node_facts(vz_json_t *out, const vz_answer_t *answer)
{
    uint64_t    number;
    ngx_str_t   value;
    ngx_uint_t  i;

    vz_json_object(out, "facts");

    for (i = 0; i < sizeof(vz_node_names) / sizeof(vz_node_names[0]); i++) {
        value = vz_node_fact(answer, vz_node_names[i].key);

        if (!vz_node_names[i].number) {
            vz_json_opt(out, vz_node_names[i].name, value);

        } else if (vz_field_value_number((char *) value.data, value.len,
                                         INT64_MAX,
                                         &number)
                   == VZ_OK)
        {
            vz_json_uint(out, vz_node_names[i].name, number);

        } else {
            vz_json_null(out, vz_node_names[i].name);
        }
    }

    vz_json_close(out);
}


static ngx_str_t
vz_node_fact(const vz_answer_t *answer, const char *name)
{
    ngx_str_t   value;
    ngx_uint_t  i;

    ngx_str_null(&value);

    for (i = 0; i < answer->nlines && value.data == NULL; i++) {
        value = vz_relay_pair(&answer->lines[i], name);
    }

    return value;
}


void
vz_node_admin_create(vz_call_t *call)
{
    vz_resource_values_t  values;

    if (vz_resource_read(call, &vz_node_admin_resource.create, &values)
        == VZ_OK
        && vz_node_there(call, &values) == VZ_OK
        && vz_node_range(call, &values, NULL) == VZ_OK)
    {
        vz_resource_create(call, &vz_node_admin_resource, &values);
    }
}


/*
 * A key must not pass through a browser, so nodes are added in nginx.conf;
 * this only sets the numbers that a node may use.
 */

static vz_code_e
vz_node_there(vz_call_t *call, vz_resource_values_t *values)
{
    vz_bind_t  *name;

    name = vz_resource_value(&vz_node_admin_resource, values, "name");

    if (vz_relay_node(&name->text) == NULL) {
        vz_call_invalid(call, "name", "absent",
                        "nginx.conf has no vzpanel_node with this name: add "
                        "it and reload nginx first");
        vz_call_refuse(call);
        return VZ_NOENT;
    }

    return VZ_OK;
}


/* before is the row that changes, or NULL */

static vz_code_e
vz_node_range(vz_call_t *call, vz_resource_values_t *values,
    const vz_rows_t *before)
{
    int64_t  low;

    low = vz_node_bound(values, before, "ctid_min");

    if (low > vz_node_bound(values, before, "ctid_max")) {
        vz_call_invalid(call, "ctid_max", "range", "must be at least %L", low);
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    return VZ_OK;
}


static int64_t
vz_node_bound(vz_resource_values_t *values, const vz_rows_t *before,
    const char *name)
{
    vz_bind_t  *value;

    value = vz_resource_value(&vz_node_admin_resource, values, name);

    return value->type == VZ_BIND_NULL
           ? vz_resource_int(&vz_node_admin_resource, before, 0, name)
           : value->number;
}


void
vz_node_admin_change(vz_call_t *call)
{
    uint64_t              id;
    vz_rows_t             rows;
    vz_resource_values_t  values;

    if (vz_route_id(call, 0, &id) == VZ_OK
        && vz_resource_read(call, &vz_node_admin_resource.change, &values)
           == VZ_OK
        && vz_resource_find(call, &vz_node_admin_resource, id, &rows) == VZ_OK
        && vz_node_range(call, &values, &rows) == VZ_OK)
    {
        vz_resource_store(call, &vz_node_admin_resource, &values, id);
    }
}


static void
vz_node_reply(vz_call_t *call, uint64_t id, ngx_uint_t status)
{
    ngx_str_t      name;
    vz_rows_t      rows;
    vz_node_ask_t  ask;

    if (vz_resource_find(call, &vz_node_admin_resource, id, &rows) != VZ_OK) {
        return;
    }

    name = vz_resource_text(&vz_node_admin_resource, &rows, 0, "name");

    ngx_memzero(&ask, sizeof(vz_node_ask_t));
    ask.relay = vz_relay_node(&name);

    vz_node_ask_all(call, &ask, 1);
    vz_node_json(vz_call_reply(call, status), &rows, 0, &ask);
}


void
vz_node_admin_delete(vz_call_t *call)
{
    uint64_t   id;
    ngx_str_t  name;
    vz_rows_t  rows;

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_resource_find(call, &vz_node_admin_resource, id, &rows) != VZ_OK)
    {
        return;
    }

    name = vz_resource_text(&vz_node_admin_resource, &rows, 0, "name");

    if (vz_relay_node(&name) != NULL) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "in_use",
                        "nginx.conf still names this node: remove its "
                        "vzpanel_node line and reload nginx first.");
        return;
    }

    vz_resource_delete(call, &vz_node_admin_resource);
}
