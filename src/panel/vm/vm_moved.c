/*
 * Containers that go on elsewhere, on the node where they were.
 */

#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/api/strlist.h"
#include "panel/node/node.h"
#include "panel/vm/vm_evacuate.h"
#include "panel/vm/vm_moved.h"
#include "runtime/row.h"


#define VZ_MOVED_MOST  "1000"       /* of one node and run */


typedef struct {
    ngx_str_t    tag;
} vz_moved_body_t;

typedef struct {
    uint64_t     id;
    uint64_t     fence;
    ngx_str_t    tag;
    ngx_uint_t   stopped;           /* once */
    ngx_uint_t   unwanted;
} vz_moved_t;


static void vz_moved_node(ngx_pool_t *pool, vz_node_row_t *node);
static void vz_moved_one(ngx_pool_t *pool, vz_node_row_t *node,
    const vz_answer_t *list, const vz_moved_t *one);
static const ngx_str_t *vz_moved_find(const vz_answer_t *list,
    const ngx_str_t *tag);
static vz_code_e vz_moved_act(ngx_pool_t *pool, vz_node_row_t *node,
    const ngx_str_t *line, const vz_moved_t *one);


#define VZ_MOVED_ROW(first, next, of)                                         \
    first(of, id, INT, "m.id")                                                \
    next(of, fence, INT, "m.fence")                                           \
    next(of, tag, TEXT, "m.tag")                                              \
    next(of, stopped, GIVEN, "m.stopped")                                     \
    next(of, unwanted, FLAG, "m.unwanted")

static const vz_row_member_t  vz_moved_members[] =
    vz_row_members(VZ_MOVED_ROW, vz_moved_t);

static const vz_sql_t  vz_moved_nodes = vz_sql("moved nodes",
    "SELECT DISTINCT node_id FROM vm_moved");

static const vz_sql_t  vz_moved_select = vz_sql("moved",
    "SELECT " vz_row_sql(VZ_MOVED_ROW) " FROM vm_moved m WHERE m.node_id = ?"
    " ORDER BY m.id LIMIT " VZ_MOVED_MOST);

static const vz_sql_t  vz_moved_stopped = vz_sql("moved stopped",
    "UPDATE vm_moved SET stopped = NOW(3) WHERE id = ?");

static const vz_sql_t  vz_moved_gone = vz_sql("moved gone",
    "DELETE FROM vm_moved WHERE id = ? AND unwanted");

static const vz_sql_t  vz_moved_want = vz_sql("moved remove",
    "UPDATE vm_moved SET unwanted = 1"
    " WHERE node_id = ? AND tag = ? AND NOT unwanted");

static const vz_sql_t  vz_moved_there = vz_sql("moved there",
    "SELECT id FROM vm_moved WHERE node_id = ? AND tag = ?");


static const vz_body_member_t  vz_moved_body[] = {
    { "tag", VZ_BODY_FIELD, VZ_FIELD_TAG, 1, 0, 0,
      offsetof(vz_moved_body_t, tag) }
};

const vz_body_t  vz_vm_moved_form = vz_body("Remove", vz_moved_body);


void
vz_vm_moved_run(ngx_pool_t *pool)
{
    vz_rows_t       rows;
    ngx_uint_t      i;
    ngx_pool_t     *own;
    vz_node_row_t  *node;

    vz_vm_evacuate_next(pool);

    if (vz_db_query(NULL, pool, &vz_moved_nodes, vz_no_binds, &rows) != VZ_OK
        || rows.rows == 0 || vz_node_load(pool) != VZ_OK)
    {
        return;
    }

    for (i = 0; i < rows.rows; i++) {
        node = vz_node_find(vz_row_int(&rows, i, "node_id"));

        if (node == NULL || node->relay == NULL) {
            continue;
        }

        own = ngx_create_pool(4096, pool->log);

        if (own == NULL) {
            return;
        }

        vz_moved_node(own, node);
        ngx_destroy_pool(own);
    }
}


static void
vz_moved_node(ngx_pool_t *pool, vz_node_row_t *node)
{
    vz_rows_t    rows;
    ngx_uint_t   i;
    vz_moved_t   one;
    vz_answer_t  list;

    if (vz_relay_call(node->relay, pool, VZ_VERB_LIST, 0, NULL, NULL, NULL,
                      NULL, &list)
        != VZ_OK
        || vz_db_query(NULL, pool, &vz_moved_select,
                       vz_binds(vz_int(node->id)), &rows)
           != VZ_OK)
    {
        return;
    }

    for (i = 0; i < rows.rows; i++) {
        vz_row_read(&rows, i, 0, vz_moved_members, &one);
        vz_moved_one(pool, node, &list, &one);
    }
}


/*
 * One that is stopped already is told to stop, too, once: the node would start
 * it when it boots the next time.
 */

static void
vz_moved_one(ngx_pool_t *pool, vz_node_row_t *node, const vz_answer_t *list,
    const vz_moved_t *one)
{
    ngx_str_t         state;
    const ngx_str_t  *line;

    line = vz_moved_find(list, &one->tag);

    if (line == NULL) {
        if (one->unwanted) {
            (void) vz_db_query(NULL, pool, &vz_moved_gone,
                               vz_binds(vz_int(one->id)), NULL);
        }

        return;
    }

    state = vz_relay_pair(line, "state");

    if (one->stopped && !one->unwanted && vz_strlist_is(&state, "stopped")) {
        return;
    }

    if (vz_moved_act(pool, node, line, one) == VZ_OK && !one->unwanted) {
        (void) vz_db_query(NULL, pool, &vz_moved_stopped,
                           vz_binds(vz_int(one->id)), NULL);
    }
}


static const ngx_str_t *
vz_moved_find(const vz_answer_t *list, const ngx_str_t *tag)
{
    ngx_str_t   has;
    ngx_uint_t  i;

    for (i = 0; i < list->nlines; i++) {
        has = vz_relay_pair(&list->lines[i], "tag");

        if (has.len == tag->len
            && ngx_strncmp(has.data, tag->data, tag->len) == 0)
        {
            return &list->lines[i];
        }
    }

    return NULL;
}


static vz_code_e
vz_moved_act(ngx_pool_t *pool, vz_node_row_t *node, const ngx_str_t *line,
    const vz_moved_t *one)
{
    u_char           ctid[NGX_INT64_LEN + 1];
    vz_code_e        rc;
    vz_mark_t        mark;
    const char      *argv[1];
    vz_answer_t      answer;
    vz_relay_act_t   act;

    (void) ngx_snprintf(ctid, sizeof(ctid), "%uL%Z",
                        vz_relay_number(line, "id"));
    argv[0] = (char *) ctid;

    ngx_memzero(&act, sizeof(vz_relay_act_t));
    ngx_memzero(&mark, sizeof(vz_mark_t));

    mark.fence = one->fence;
    ngx_cpystrn((u_char *) mark.tag, one->tag.data, VZ_TAG_LEN + 1);

    act.verb = one->unwanted ? VZ_VERB_DESTROY : VZ_VERB_POWEROFF;
    act.argc = 1;
    act.argv = argv;
    act.mark = &mark;

    rc = vz_relay_act(node->relay, pool, &act, &answer);

    if (rc != VZ_OK) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "vzpanel: node %V still has container %V, which goes on "
                      "elsewhere: %s %V", &node->name, &one->tag,
                      vz_relay_trouble(rc), &answer.words);
    }

    return rc;
}


void
vz_vm_moved_remove(vz_call_t *call)
{
    uint64_t         node;
    vz_code_e        rc;
    vz_rows_t        rows;
    vz_moved_body_t  body;

    ngx_memzero(&body, sizeof(vz_moved_body_t));

    if (vz_route_id(call, 0, &node) != VZ_OK
        || vz_body_read(call, &vz_vm_moved_form, &body) != VZ_OK)
    {
        return;
    }

    rc = vz_edit_write(call, &vz_moved_want,
                       vz_binds(vz_int(node), vz_text(body.tag)),
                       "node.remove",
                       vz_call_printf(call, "node %uL container %V", node,
                                      &body.tag),
                       &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        rc = vz_route_row(call, &vz_moved_there,
                          vz_binds(vz_int(node), vz_text(body.tag)), &rows);

        if (rc != VZ_OK) {
            return;
        }
    }

    if (vz_route_failed(call, rc) == VZ_OK) {
        (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
    }
}
