/*
 * /api/admin/nodes/{id}/containers and /leave: containers that a node has and
 * the panel does not, and the reverse.
 */

#include "panel/api/audit.h"
#include "panel/api/edit.h"
#include "panel/api/limit.h"
#include "panel/api/listing.h"
#include "panel/api/route.h"
#include "panel/api/zone_ids.h"
#include "panel/live/collector.h"
#include "panel/live/sample.h"
#include "panel/node/ctid.h"
#include "panel/node/node_told.h"
#include "panel/ops/stranger_admin.h"
#include "runtime/call.h"
#include "runtime/row.h"


#define VZ_STRANGER_MISSING  VZ_QUERY_MOST  /* listed, at most */


typedef struct {
    int64_t          ctid;
    ngx_str_t        tag;
    int64_t          left;
} vz_leave_body_t;

/* What the reply has beside the node's answer. */
typedef struct {
    vz_call_t                *call;
    vz_stranger_admin_node_t  node;
    vz_rows_t                 rows;          /* of ours: missing,
    or of a number */
    vz_rows_t                 moved;         /* that go on elsewhere */
    uint64_t                  cursor;
    ngx_uint_t                limit;
} vz_stranger_page_t;


static void vz_stranger_learned(vz_call_t *call,
    const vz_stranger_admin_node_t *node);
static vz_code_e vz_stranger_read(vz_stranger_page_t *page);
static ngx_uint_t vz_stranger_lost(const vz_ctid_map_vm_t *vm);
static void vz_stranger_reply(vz_stranger_page_t *page);
static void vz_stranger_counts(vz_stranger_page_t *page, vz_json_t *out);
static void vz_stranger_items(vz_stranger_page_t *page, vz_json_t *out);
static void vz_stranger_left(vz_stranger_page_t *page, vz_json_t *out);
static void vz_stranger_missing(vz_stranger_page_t *page, vz_json_t *out);
static void vz_stranger_one(vz_stranger_page_t *page, vz_json_t *out,
    const vz_stranger_t *one);
static void vz_stranger_namesake(vz_stranger_page_t *page, vz_json_t *out,
    uint32_t ctid);
static void vz_stranger_moved(vz_stranger_page_t *page, vz_json_t *out,
    const ngx_str_t *tag);
static vz_code_e vz_leave_store(vz_call_t *call, uint64_t node,
    const vz_leave_body_t *body);


static const vz_body_member_t  vz_leave_members[] = {
    { "ctid", VZ_BODY_INT, 0, 1, VZ_ON_NODE_CTIDS,
      offsetof(vz_leave_body_t, ctid) },
    { "tag", VZ_BODY_FIELD, VZ_FIELD_TAG, 0, 0, 0,
      offsetof(vz_leave_body_t, tag) },
    { "left", VZ_BODY_BOOL, 0, 0, 0, 1, offsetof(vz_leave_body_t, left) }
};

const vz_body_t  vz_stranger_admin_leave_form = vz_body("Leave",
                                                        vz_leave_members);

static const vz_query_t  vz_stranger_arg[] = {
    { "cursor", VZ_QUERY_CURSOR, 1, NULL },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_stranger_admin_args = vz_query_args(vz_stranger_arg);


static const vz_sql_t  vz_stranger_node = vz_sql("stranger node",
    "SELECT name FROM node WHERE id = ?");

static const vz_sql_t  vz_stranger_rows = vz_sql("stranger rows",
    "SELECT v.id, v.name, v.hostname, u.id, u.account, v.ctid, v.lifecycle, "
    vz_row_json_time("v.created") ","
    " (SELECT GROUP_CONCAT(a.address ORDER BY a.position SEPARATOR ' ')"
    "   FROM address a WHERE a.vm_id = v.id)"
    " FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) j"
    " JOIN vm v ON v.id = j.id JOIN user u ON u.id = v.user_id"
    " ORDER BY v.ctid");

static const vz_sql_t  vz_stranger_moves = vz_sql("stranger moved",
    "SELECT m.tag, m.vm_id, m.vm_name, m.unwanted FROM vm_moved m"
    " WHERE m.node_id = ?");

static const vz_row_json_member_t  vz_stranger_cells[] = {
    { "id", VZ_ROW_JSON_INT },
    { "name", VZ_ROW_JSON_TEXT },
    { "hostname", VZ_ROW_JSON_TEXT },
    { "owner", VZ_ROW_JSON_OBJECT },
    { "id", VZ_ROW_JSON_INT },
    { "account", VZ_ROW_JSON_TEXT },
    { NULL, VZ_ROW_JSON_END },
    { "ctid", VZ_ROW_JSON_INT },
    { "lifecycle", VZ_ROW_JSON_TEXT },
    { "created", VZ_ROW_JSON_TEXT },
    { "addresses", VZ_ROW_JSON_WORDS }
};

static const vz_row_json_t  vz_stranger_shape = vz_row_json(vz_stranger_cells);


vz_code_e
vz_stranger_admin_node(vz_call_t *call, vz_stranger_admin_node_t *node)
{
    vz_code_e   rc;
    vz_rows_t   rows;

    ngx_memzero(node, sizeof(vz_stranger_admin_node_t));

    if (vz_route_id(call, 0, &node->id) != VZ_OK
        || vz_route_row(call, &vz_stranger_node, vz_binds(vz_int(node->id)),
                        &rows)
           != VZ_OK)
    {
        return VZ_NOENT;
    }

    node->name = vz_row_text(&rows, 0, "name");
    node->relay = vz_relay_node(&node->name);

    rc = node->relay == NULL
         ? VZ_DOWN : vz_relay_call(node->relay, call->pool, VZ_VERB_LIST, 0,
                                   NULL, NULL, NULL, NULL, &node->list);

    if (rc != VZ_OK) {
        vz_stranger_admin_fault(call, rc);
        return rc;
    }

    rc = vz_stranger_find(call->pool, node->id, &node->list, &node->all);

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    vz_stranger_learned(call, node);

    return VZ_OK;
}


/* a node that refuses us, or answers nonsense, counts as down */

void
vz_stranger_admin_fault(vz_call_t *call, vz_code_e rc)
{
    vz_call_fault(call, "node", rc == VZ_OVERLOADED || rc == VZ_TIMEOUT
                                ? rc : VZ_DOWN);
}


/* what can't be stored now is stored the next time */

static void
vz_stranger_learned(vz_call_t *call, const vz_stranger_admin_node_t *node)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(call->pool, &tx);

    if (rc == VZ_OK) {
        rc = vz_db_end(tx, vz_stranger_learn(tx, call->pool, node->id, 0,
                                             &node->all));
    }

    if (rc != VZ_OK) {
        ngx_log_error(NGX_LOG_WARN, call->log, 0,
                      "vzpanel: the strangers of node %V were not learned: %s",
                      &node->name, vz_code_name(rc));
    }
}


void
vz_stranger_admin_list(vz_call_t *call)
{
    vz_bind_t           args[VZ_QUERY_MAX];
    vz_stranger_page_t  page;

    ngx_memzero(&page, sizeof(vz_stranger_page_t));

    page.call = call;

    if (vz_query_read(call, &vz_stranger_admin_args, args) != VZ_OK
        || vz_stranger_admin_node(call, &page.node) != VZ_OK)
    {
        return;
    }

    page.cursor = args[0].type == VZ_BIND_INT ? args[0].number : 0;
    page.limit = args[1].number - 1;

    if (vz_stranger_read(&page) == VZ_OK) {
        vz_stranger_reply(&page);
    }
}


/* the rows of ours whose numbers strangers have, and the missing ones */

static vz_code_e
vz_stranger_read(vz_stranger_page_t *page)
{
    vz_code_e           rc;
    ngx_str_t           ids;
    vz_json_t           out;
    ngx_uint_t          i, n;
    vz_ctid_map_vm_t   *vm;
    vz_strangers_t     *all;

    all = &page->node.all;

    vz_json_init(&out, page->call->pool);
    vz_json_array(&out, NULL);

    for (i = 0, n = 0; i < all->map->nvms; i++) {
        if (vz_stranger_lost(&all->map->vms[i]) && n < VZ_STRANGER_MISSING) {
            vz_json_uint(&out, NULL, all->map->vms[i].vm);
            n++;
        }
    }

    for (i = 0; i < all->nitems; i++) {
        vm = vz_ctid_map_number(all->map, all->items[i].ctid);

        if (vm != NULL && !vz_stranger_lost(vm)) {
            vz_json_uint(&out, NULL, vm->vm);
        }
    }

    vz_json_close(&out);

    rc = vz_json_end(&out) == NGX_OK && vz_json_string(&out, &ids) == NGX_OK
         ? vz_db_query(NULL, page->call->pool, &vz_stranger_rows,
                       vz_binds(vz_text(ids)), &page->rows)
         : VZ_INTERNAL;

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, page->call->pool, &vz_stranger_moves,
                         vz_binds(vz_int(page->node.id)), &page->moved);
    }

    if (rc != VZ_OK) {
        vz_call_fault(page->call, "database", rc);
    }

    return rc;
}


static ngx_uint_t
vz_stranger_lost(const vz_ctid_map_vm_t *vm)
{
    return vm->there && !vm->seen;
}


static void
vz_stranger_reply(vz_stranger_page_t *page)
{
    vz_json_t  *out;

    out = vz_call_reply(page->call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_object(out, "node");
    vz_json_uint(out, "id", page->node.id);
    vz_json_text(out, "name", &page->node.name);
    vz_json_close(out);

    vz_stranger_counts(page, out);
    vz_stranger_left(page, out);
    vz_stranger_missing(page, out);
    vz_stranger_items(page, out);
    vz_json_close(out);
}


static void
vz_stranger_counts(vz_stranger_page_t *page, vz_json_t *out)
{
    ngx_uint_t       i, left, missing;
    vz_strangers_t  *all;

    all = &page->node.all;

    for (i = 0, left = 0; i < all->nitems; i++) {
        left += all->items[i].left;
    }

    for (i = 0, missing = 0; i < all->map->nvms; i++) {
        missing += vz_stranger_lost(&all->map->vms[i]);
    }

    vz_json_object(out, "counts");
    vz_json_uint(out, "strangers", all->nitems - left);
    vz_json_uint(out, "left", left);
    vz_json_uint(out, "missing", missing);
    vz_json_close(out);
}


static void
vz_stranger_items(vz_stranger_page_t *page, vz_json_t *out)
{
    uint64_t              last;
    ngx_uint_t            i, n;
    const vz_stranger_t  *one;

    last = 0;

    vz_json_array(out, "items");

    for (i = 0, n = 0; i < page->node.all.nitems; i++) {
        one = &page->node.all.items[i];

        if (one->left || one->ctid <= page->cursor) {
            continue;
        }

        if (n == page->limit) {
            break;
        }

        vz_stranger_one(page, out, one);
        last = one->ctid;
        n++;
    }

    vz_listing_next(out, i < page->node.all.nitems ? last : 0);
}


static void
vz_stranger_left(vz_stranger_page_t *page, vz_json_t *out)
{
    ngx_uint_t  i, n;

    vz_json_array(out, "left");

    for (i = 0, n = 0; i < page->node.all.nitems && n < VZ_QUERY_MOST; i++) {
        if (page->node.all.items[i].left) {
            vz_stranger_one(page, out, &page->node.all.items[i]);
            n++;
        }
    }

    vz_json_close(out);
}


static void
vz_stranger_one(vz_stranger_page_t *page, vz_json_t *out,
    const vz_stranger_t *one)
{
    ngx_str_t         state;
    const ngx_str_t  *line = one->line;

    state = vz_relay_pair(line, "state");

    vz_json_object(out, NULL);
    vz_json_uint(out, "ctid", one->ctid);
    vz_json_opt(out, "tag", one->tag);
    vz_node_told_text(out, "hostname", line, "hostname");
    vz_json_cstr(out, "state",
                 vz_sample_state_name(vz_sample_state_parse(&state)));
    vz_node_told_words(out, "addresses", vz_relay_pair(line, "address"));
    vz_node_told_text(out, "template", line, "template");
    vz_node_told_size(out, "memory_limit_bytes",
                      vz_relay_pair(line, "memory_limit"), 1);
    vz_node_told_size(out, "disk_total_bytes", vz_relay_pair(line,
                                                             "disk_total"),
                      1);
    vz_node_told_size(out, "cpu_units", vz_relay_pair(line, "cpu_units"), 1);

    vz_limit_json(out, "cpu_limit_percent",
                  vz_relay_number(line, "cpu_percent"));
    vz_json_bool(out, "left", one->left);
    vz_stranger_namesake(page, out, one->ctid);
    vz_stranger_moved(page, out, &one->tag);
    vz_json_close(out);
}


/* the container that it became on another node, while this one was dead */

static void
vz_stranger_moved(vz_stranger_page_t *page, vz_json_t *out,
    const ngx_str_t *tag)
{
    ngx_str_t   name, moved;
    ngx_uint_t  i;

    for (i = 0; i < page->moved.rows; i++) {
        moved = vz_row_text(&page->moved, i, "tag");

        if (moved.len != tag->len
            || ngx_strncmp(moved.data, tag->data, tag->len) != 0)
        {
            continue;
        }

        name = vz_row_text(&page->moved, i, "vm_name");

        vz_json_object(out, "moved");

        if (vz_row_null(&page->moved, i, "vm_id")) {
            vz_json_null(out, "id");
        } else {
            vz_json_int(out, "id", vz_row_int(&page->moved, i, "vm_id"));
        }

        vz_json_text(out, "name", &name);
        vz_json_bool(out, "removing",
                     vz_row_int(&page->moved, i, "unwanted") != 0);
        vz_json_close(out);

        return;
    }

    vz_json_null(out, "moved");
}


/* the row that has the stranger's number */

static void
vz_stranger_namesake(vz_stranger_page_t *page, vz_json_t *out, uint32_t ctid)
{
    ngx_str_t   name;
    ngx_uint_t  i;

    for (i = 0; i < page->rows.rows; i++) {

        if (vz_row_int(&page->rows, i, "ctid") != (int64_t) ctid) {
            continue;
        }

        name = vz_row_text(&page->rows, i, "name");

        vz_json_object(out, "vm");
        vz_json_int(out, "id", vz_row_int(&page->rows, i, "id"));
        vz_json_text(out, "name", &name);
        vz_json_close(out);

        return;
    }

    vz_json_null(out, "vm");
}


static void
vz_stranger_missing(vz_stranger_page_t *page, vz_json_t *out)
{
    uint32_t            ctid;
    ngx_uint_t          i;
    vz_ctid_map_vm_t   *vm;

    vz_json_array(out, "missing");

    for (i = 0; i < page->rows.rows; i++) {
        ctid = vz_row_int(&page->rows, i, "ctid");
        vm = vz_ctid_map_number(page->node.all.map, ctid);

        if (vm == NULL || !vz_stranger_lost(vm)) {
            continue;
        }

        vz_json_object(out, NULL);
        vz_row_json_members(out, &vz_stranger_shape, &page->rows, i);
        vz_json_close(out);
    }

    vz_json_close(out);
}


void
vz_stranger_admin_leave(vz_call_t *call)
{
    vz_code_e                 rc;
    vz_stranger_admin_node_t  node;
    vz_leave_body_t           body;

    ngx_memzero(&body, sizeof(vz_leave_body_t));
    body.left = 1;

    if (vz_body_read(call, &vz_stranger_admin_leave_form, &body) != VZ_OK
        || vz_stranger_admin_node(call, &node) != VZ_OK)
    {
        return;
    }

    rc = vz_stranger_is(&node.all, body.ctid, &body.tag) == NULL
         ? VZ_NOENT : vz_leave_store(call, node.id, &body);

    if (rc == VZ_NOENT) {
        vz_stranger_admin_absent(call, body.ctid);
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_zone_bump(VZ_GENERATION_VMS);
    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


static vz_code_e
vz_leave_store(vz_call_t *call, uint64_t node, const vz_leave_body_t *body)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_ctid_aside(tx, call->pool, node, body->ctid, body->tag,
                       body->left);

    if (rc == VZ_OK) {
        rc = vz_audit_by(tx, call, body->left ? "node.leave" : "node.unleave",
                         vz_call_printf(call, "node %uL number %L", node,
                                        body->ctid));
    }

    return vz_db_end(tx, rc);
}


void
vz_stranger_admin_absent(vz_call_t *call, uint32_t ctid)
{
    vz_call_problem(call, NGX_HTTP_NOT_FOUND, "not_found",
                    "The node has no unknown container %uD: reload the list.",
                    ctid);
}
