/*
 * /api/admin/nodes: the hosts of containers, as the database, the
 * configuration and they themselves say.
 */

#include "admin.h"
#include "../runtime/fiber.h"
#include "../runtime/relay.h"


#define VZ_NODE_CTIDS  101, 2147483644


typedef struct {
    int64_t         enabled;
    int64_t         ctid_min;
    int64_t         ctid_max;
} vz_node_body_t;

/* What a node says of itself, asked on a fiber of its own. */
typedef struct {
    vz_node_t      *relay;          /* NULL: not in the configuration */
    ngx_pool_t     *pool;
    ngx_uint_t     *waiting;        /* how many have not ended */
    vz_answer_t     answer;
} vz_node_ask_t;


static void vz_node_ask_all(vz_call_t *call, const vz_rows_t *rows,
    vz_node_ask_t *asks);
static void vz_node_ask_one(void *data);
static void vz_node_json(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row, const vz_node_ask_t *ask);
static void vz_node_facts(vz_json_t *out, const vz_answer_t *answer);
static ngx_str_t vz_node_fact(const vz_answer_t *answer, const char *name);
static void vz_node_unregistered(vz_json_t *out, const vz_rows_t *rows);
static vz_code_e vz_node_range(vz_call_t *call, uint64_t id,
    const vz_node_body_t *body);
static void vz_node_reply(vz_call_t *call, uint64_t id);


static const vz_form_member_t  vz_node_members[] = {
    { "enabled", VZ_FORM_BOOL, 0, 0, 0, 1, offsetof(vz_node_body_t, enabled) },
    { "ctid_min", VZ_FORM_INT, 0, 0, VZ_NODE_CTIDS,
      offsetof(vz_node_body_t, ctid_min) },
    { "ctid_max", VZ_FORM_INT, 0, 0, VZ_NODE_CTIDS,
      offsetof(vz_node_body_t, ctid_max) }
};

const vz_form_t  vz_node_change_form = vz_form("NodeChange", vz_node_members);


static const vz_sql_t  vz_node_rows_sql = vz_sql("admin nodes",
    "SELECT n.id, n.name, n.enabled, n.ctid_min, n.ctid_max,"
    " (SELECT COUNT(*) FROM vm v WHERE v.node_id = n.id)"
    " FROM node n WHERE (? = 0 OR n.id = ?) ORDER BY n.id LIMIT 64");

static const vz_sql_t  vz_node_update = vz_sql("node update",
    "UPDATE node SET enabled = COALESCE(?, enabled),"
    " ctid_min = COALESCE(?, ctid_min), ctid_max = COALESCE(?, ctid_max)"
    " WHERE id = ?");


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
vz_admin_nodes(vz_call_t *call)
{
    vz_code_e       rc;
    vz_rows_t       rows;
    vz_json_t      *out;
    ngx_uint_t      i;
    vz_node_ask_t  *asks;

    rc = vz_db_query(NULL, call->pool, &vz_node_rows_sql,
                     vz_binds(vz_int(0), vz_int(0)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    asks = ngx_pcalloc(call->pool, (rows.rows + 1) * sizeof(vz_node_ask_t));
    if (asks == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    vz_node_ask_all(call, &rows, asks);

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_node_unregistered(out, &rows);
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows; i++) {
        vz_node_json(out, &rows, i, &asks[i]);
    }

    vz_admin_page(out, 0);
}


/* all at once: one that does not answer keeps nobody waiting but itself */

static void
vz_node_ask_all(vz_call_t *call, const vz_rows_t *rows, vz_node_ask_t *asks)
{
    ngx_str_t   name;
    ngx_uint_t  i, waiting;

    waiting = 0;

    for (i = 0; i < rows->rows; i++) {
        name = vz_cell_text(rows, i, 1);

        asks[i].relay = vz_relay_node(&name);
        asks[i].pool = call->pool;
        asks[i].waiting = &waiting;
        asks[i].answer.code = VZ_DOWN;

        if (asks[i].relay == NULL) {
            continue;
        }

        waiting++;

        if (vz_fiber_spawn(vz_node_ask_one, &asks[i]) != NGX_OK) {
            vz_node_ask_one(&asks[i]);
        }
    }

    while (waiting) {
        vz_sleep(5);
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
    ngx_str_t   name;
    ngx_uint_t  answers;

    name = vz_cell_text(rows, row, 1);
    answers = (ask->relay != NULL && ask->answer.code == VZ_OK);

    vz_json_object(out, NULL);
    vz_json_int(out, "id", vz_cell_int(rows, row, 0));
    vz_json_text(out, "name", &name);
    vz_json_bool(out, "enabled", vz_cell_int(rows, row, 2) != 0);
    vz_json_int(out, "ctid_min", vz_cell_int(rows, row, 3));
    vz_json_int(out, "ctid_max", vz_cell_int(rows, row, 4));
    vz_json_int(out, "vms", vz_cell_int(rows, row, 5));
    vz_json_bool(out, "configured", ask->relay != NULL);
    vz_json_bool(out, "answers", answers);

    if (answers || ask->relay == NULL) {
        vz_json_null(out, "error");
    } else {
        vz_json_cstr(out, "error", vz_code_name(ask->answer.code));
    }

    if (answers) {
        vz_node_facts(out, &ask->answer);
    } else {
        vz_json_null(out, "facts");
    }

    vz_json_close(out);
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

        } else if (vz_field_number((char *) value.data, value.len, INT64_MAX,
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


/* in the configuration, but without a row nothing is placed there */

static void
vz_node_unregistered(vz_json_t *out, const vz_rows_t *rows)
{
    ngx_str_t    name;
    vz_node_t   *nodes;
    ngx_uint_t   i, j;
    ngx_array_t *all;

    vz_json_array(out, "unregistered");

    all = vz_relay_nodes();
    nodes = all ? all->elts : NULL;

    for (i = 0; all != NULL && i < all->nelts; i++) {

        for (j = 0; j < rows->rows; j++) {
            name = vz_cell_text(rows, j, 1);

            if (name.len == nodes[i].name.len
                && ngx_memcmp(name.data, nodes[i].name.data, name.len) == 0)
            {
                break;
            }
        }

        if (j == rows->rows) {
            vz_json_text(out, NULL, &nodes[i].name);
        }
    }

    vz_json_close(out);
}


void
vz_admin_node_change(vz_call_t *call)
{
    uint64_t        id;
    vz_code_e       rc;
    vz_rows_t       rows;
    vz_node_body_t  body;

    ngx_memzero(&body, sizeof(vz_node_body_t));

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_form_read(call, &vz_node_change_form, &body) != VZ_OK
        || vz_node_range(call, id, &body) != VZ_OK)
    {
        return;
    }

    rc = vz_admin_write(call, &vz_node_update,
                        vz_binds(vz_admin_int(call, "enabled", body.enabled),
                                 vz_admin_int(call, "ctid_min",
                                              body.ctid_min),
                                 vz_admin_int(call, "ctid_max",
                                              body.ctid_max),
                                 vz_int(id)),
                        "node.change", vz_call_printf(call, "node %uL", id),
                        &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_zone_change();
    vz_node_reply(call, id);
}


static vz_code_e
vz_node_range(vz_call_t *call, uint64_t id, const vz_node_body_t *body)
{
    int64_t    low, high;
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, call->pool, &vz_node_rows_sql,
                     vz_binds(vz_int(id), vz_int(id)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (rows.rows == 0) {
        vz_route_absent(call);
        return VZ_NOENT;
    }

    low = body->ctid_min ? body->ctid_min : vz_cell_int(&rows, 0, 3);
    high = body->ctid_max ? body->ctid_max : vz_cell_int(&rows, 0, 4);

    if (low > high) {
        vz_call_invalid(call, "ctid_max", "range", "%L or more", low);
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    return VZ_OK;
}


static void
vz_node_reply(vz_call_t *call, uint64_t id)
{
    vz_code_e      rc;
    vz_rows_t      rows;
    vz_node_ask_t  ask;

    rc = vz_db_query(NULL, call->pool, &vz_node_rows_sql,
                     vz_binds(vz_int(id), vz_int(id)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (rows.rows == 0) {
        vz_route_absent(call);
        return;
    }

    ngx_memzero(&ask, sizeof(vz_node_ask_t));
    vz_node_ask_all(call, &rows, &ask);
    vz_node_json(vz_call_reply(call, NGX_HTTP_OK), &rows, 0, &ask);
}
