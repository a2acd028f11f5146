/*
 * /api/admin/nodes: the hosts of containers, as the database, the
 * configuration and their own answers describe them.
 */

#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/live/collector.h"
#include "panel/live/node_health.h"
#include "panel/node/node.h"
#include "panel/ops/node_admin.h"
#include "runtime/call.h"
#include "runtime/fiber.h"
#include "runtime/relay.h"
#include "wire/field_value.h"


#define VZ_NODE_CTIDS  101, 2147483644


typedef struct {
    ngx_str_t       name;
    int64_t         enabled;
    int64_t         ctid_min;
    int64_t         ctid_max;
} vz_node_body_t;

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
static vz_code_e vz_node_there(vz_call_t *call, const ngx_str_t *name);
static vz_code_e vz_node_range(vz_call_t *call, int64_t low, int64_t high);


#define vz_node_limits                                                        \
    { "enabled", VZ_BODY_BOOL, 0, 0, 0, 1,                                    \
      offsetof(vz_node_body_t, enabled) },                                    \
    { "ctid_min", VZ_BODY_INT, 0, 0, VZ_NODE_CTIDS,                           \
      offsetof(vz_node_body_t, ctid_min) },                                   \
    { "ctid_max", VZ_BODY_INT, 0, 0, VZ_NODE_CTIDS,                           \
      offsetof(vz_node_body_t, ctid_max) }

static const vz_body_member_t  vz_node_new[] = {
    { "name", VZ_BODY_FIELD, VZ_FIELD_NODE, 1, 0, 0,
      offsetof(vz_node_body_t, name) },
    vz_node_limits
};

static const vz_body_member_t  vz_node_changes[] = { vz_node_limits };

const vz_body_t  vz_node_admin_form = vz_body("Node", vz_node_new);
const vz_body_t  vz_node_admin_change_form = vz_body("NodeChange",
                                                     vz_node_changes);


#define VZ_NODE_SELECT                                                        \
    "SELECT n.id, n.name, n.enabled, n.ctid_min, n.ctid_max,"                 \
    " (SELECT COUNT(*) FROM vm v WHERE v.node_id = n.id),"                    \
    " (SELECT COUNT(*) FROM address_pool p WHERE p.node_id = n.id)"           \
    " FROM node n"

static const vz_sql_t  vz_node_all = vz_sql("admin nodes",
    VZ_NODE_SELECT " ORDER BY n.id LIMIT 64");

static const vz_sql_t  vz_node_one = vz_sql("admin node",
    VZ_NODE_SELECT " WHERE n.id = ?");

static const vz_sql_t  vz_node_insert = vz_sql("node insert",
    "INSERT INTO node (name, enabled, ctid_min, ctid_max)"
    " SELECT ?, ?, ?, ? FROM DUAL WHERE (SELECT COUNT(*) FROM node) < ?");

static const vz_sql_t  vz_node_update = vz_sql("node update",
    "UPDATE node SET enabled = COALESCE(?, enabled),"
    " ctid_min = COALESCE(?, ctid_min), ctid_max = COALESCE(?, ctid_max)"
    " WHERE id = ?");

static const vz_sql_t  vz_node_delete = vz_sql("node delete",
    "DELETE FROM node WHERE id = ?"
    " AND NOT EXISTS (SELECT 1 FROM vm v WHERE v.node_id = node.id)"
    " AND NOT EXISTS (SELECT 1 FROM address_pool p"
    " WHERE p.node_id = node.id)");


static const vz_row_json_member_t  vz_node_cells[] = {
    { "id", VZ_ROW_JSON_INT },
    { "name", VZ_ROW_JSON_TEXT },
    { "enabled", VZ_ROW_JSON_BOOL },
    { "ctid_min", VZ_ROW_JSON_INT },
    { "ctid_max", VZ_ROW_JSON_INT },
    { "vms", VZ_ROW_JSON_INT }
};

static const vz_row_json_t  vz_node_shape = vz_row_json(vz_node_cells);

static const vz_listing_t  vz_node_listing = {
    &vz_node_all, &vz_node_one, NULL, &vz_node_shape, NULL
};

static const vz_edit_t  vz_node_edit = {
    "node", &vz_node_admin_form, &vz_node_admin_change_form, &vz_node_insert,
    &vz_node_update, &vz_node_delete,
    "Containers or pools of addresses belong to this node: they go first.",
    &vz_node_listing, vz_node_reply
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

    if (vz_listing_read(call, &vz_node_listing, vz_no_binds, &rows, &limit)
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
        name = vz_cell_text(rows, i, 1);
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
    vz_node_health_t  health;

    (void) vz_node_health_get(vz_cell_int(rows, row, 0), &health);

    vz_json_object(out, NULL);
    vz_row_json_members(out, &vz_node_shape, rows, row);
    vz_node_differs(out, vz_cell_int(rows, row, 0));
    vz_json_bool(out, "configured", ask->relay != NULL);
    vz_node_said(out, ask);
    vz_json_time(out, "heard", health.answered_at);
    vz_json_int(out, "pools", vz_cell_int(rows, row, 6));
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
    vz_code_e       rc;
    vz_rows_t       rows;
    vz_bind_t       binds[VZ_BODY_MEMBERS + 1];
    ngx_uint_t      n;
    vz_node_body_t  body = { ngx_null_string, 1, VZ_NODE_CTIDS };

    if (vz_body_read(call, &vz_node_admin_form, &body) != VZ_OK
        || vz_node_there(call, &body.name) != VZ_OK
        || vz_node_range(call, body.ctid_min, body.ctid_max) != VZ_OK)
    {
        return;
    }

    n = vz_body_bind(call, &vz_node_admin_form, &body, 1, binds);
    binds[n++] = vz_int(VZ_NODES_MAX);

    rc = vz_edit_write(call, &vz_node_insert, binds, n, "node.make",
                       vz_call_printf(call, "node %V", &body.name), &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "not_possible",
                        "There are %d nodes, which is the most.",
                        VZ_NODES_MAX);
        return;
    }

    vz_edit_done(call, &vz_node_edit, rc, rows.insert_id, NGX_HTTP_CREATED);
}


/*
 * A key must not pass through a browser, so nodes are added in nginx.conf;
 * this only sets the numbers that a node may use.
 */

static vz_code_e
vz_node_there(vz_call_t *call, const ngx_str_t *name)
{
    if (vz_relay_node(name) == NULL) {
        vz_call_invalid(call, "name", "absent",
                        "no vzpanel_node of nginx.conf has this name");
        vz_call_refuse(call);
        return VZ_NOENT;
    }

    return VZ_OK;
}


static vz_code_e
vz_node_range(vz_call_t *call, int64_t low, int64_t high)
{
    if (low > high) {
        vz_call_invalid(call, "ctid_max", "range", "%L or more", low);
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    return VZ_OK;
}


void
vz_node_admin_change(vz_call_t *call)
{
    uint64_t        id;
    vz_rows_t       rows;
    vz_node_body_t  body;

    ngx_memzero(&body, sizeof(vz_node_body_t));

    if (vz_route_id(call, 0, &id) == VZ_OK
        && vz_body_read(call, &vz_node_admin_change_form, &body) == VZ_OK
        && vz_route_row(call, &vz_node_one, vz_binds(vz_int(id)), &rows)
           == VZ_OK
        && vz_node_range(call,
                         body.ctid_min ? body.ctid_min
                                       : vz_cell_int(&rows, 0, 3),
                         body.ctid_max ? body.ctid_max
                                       : vz_cell_int(&rows, 0, 4))
           == VZ_OK)
    {
        vz_edit_store(call, &vz_node_edit, &body, id);
    }
}


static void
vz_node_reply(vz_call_t *call, uint64_t id, ngx_uint_t status)
{
    ngx_str_t      name;
    vz_rows_t      rows;
    vz_node_ask_t  ask;

    if (vz_route_row(call, &vz_node_one, vz_binds(vz_int(id)), &rows)
        != VZ_OK)
    {
        return;
    }

    name = vz_cell_text(&rows, 0, 1);

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
        || vz_route_row(call, &vz_node_one, vz_binds(vz_int(id)), &rows)
           != VZ_OK)
    {
        return;
    }

    name = vz_cell_text(&rows, 0, 1);

    if (vz_relay_node(&name) != NULL) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "in_use",
                        "nginx.conf has this node: take its vzpanel_node "
                        "line away and reload nginx first.");
        return;
    }

    vz_edit_end(call, &vz_node_edit);
}
