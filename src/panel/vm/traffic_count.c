#include "panel/node/node_limit.h"
#include "panel/vm/traffic_count.h"
#include "panel/vm/traffic_month.h"
#include "runtime/row.h"


#define VZ_TRAFFIC_COUNT_NAME  16       /* of a node's count */
#define VZ_TRAFFIC_COUNT_OLD   3600     /* seconds that a count may be older
                                           than the row of its container */


/* A container, with what was added last. */
typedef struct {
    uint64_t     id;
    uint64_t     ctid;
    ngx_str_t    tag;
    uint64_t     made;              /* time(2) */
    uint64_t     serial;
    ngx_str_t    counter;           /* empty: nothing was added yet */
    uint64_t     seen[2];           /* in, out */
} vz_traffic_count_t;


static void vz_traffic_count_node(ngx_pool_t *pool, vz_node_row_t *node);
static ngx_int_t vz_traffic_count_load(ngx_pool_t *pool,
    const vz_node_row_t *node, vz_traffic_count_t **list, ngx_uint_t *n);
static const vz_traffic_count_t *vz_traffic_count_find(
    const vz_traffic_count_t *list, ngx_uint_t n, const ngx_str_t *line);
static vz_code_e vz_traffic_count_add(ngx_pool_t *pool,
    const vz_traffic_count_t *vm, const ngx_str_t *line);
static uint64_t vz_traffic_count_new(const vz_traffic_count_t *vm,
    ngx_uint_t same, uint64_t since, uint64_t seen, uint64_t total);


#define VZ_TRAFFIC_COUNT_ROW(first, next, of)                                 \
    first(of, id, INT, "v.id")                                                \
    next(of, ctid, INT, "v.ctid")                                             \
    next(of, tag, TEXT, "v.tag")                                              \
    next(of, made, INT, "UNIX_TIMESTAMP(v.created) DIV 1")                    \
    next(of, serial, INT, "k.serial")                                         \
    next(of, counter, TEXT, "k.counter")                                      \
    next(of, seen[0], INT, "k.seen_in")                                       \
    next(of, seen[1], INT, "k.seen_out")

static const vz_row_member_t  vz_traffic_count_row[] =
    vz_row_members(VZ_TRAFFIC_COUNT_ROW, vz_traffic_count_t);

static const vz_sql_t  vz_traffic_count_select = vz_sql("traffic vms",
    "SELECT " vz_row_sql(VZ_TRAFFIC_COUNT_ROW)
    " FROM vm v JOIN vm_counter k ON k.vm_id = v.id"
    " WHERE v.node_id = ? AND v.adopting = 0 ORDER BY v.ctid");

/* the rows that the addition below needs */

static const vz_sql_t  vz_traffic_count_begin[] = {
    vz_sql("traffic counters",
           "INSERT IGNORE INTO vm_counter (vm_id) SELECT v.id FROM vm v"
           " LEFT JOIN vm_counter k ON k.vm_id = v.id"
           " WHERE k.vm_id IS NULL"),
    vz_sql("traffic months",
           "INSERT IGNORE INTO vm_traffic (vm_id, month)"
           " SELECT v.id, " VZ_TRAFFIC_MONTH " FROM vm v"
           VZ_TRAFFIC_MONTH_JOIN " WHERE x.vm_id IS NULL")
};

static const vz_sql_t  vz_traffic_count_update = vz_sql("traffic add",
    "UPDATE vm_counter k JOIN vm_traffic x ON x.vm_id = k.vm_id"
    " AND x.month = " VZ_TRAFFIC_MONTH
    " SET x.bytes_in = x.bytes_in + ?, x.bytes_out = x.bytes_out + ?,"
    " k.counter = ?, k.seen_in = ?, k.seen_out = ?, k.serial = k.serial + 1"
    " WHERE k.vm_id = ? AND k.serial = ?");


void
vz_traffic_count(ngx_pool_t *pool)
{
    ngx_uint_t       i, n;
    ngx_pool_t      *own;
    vz_node_row_t   *nodes[VZ_NODES_MAX];

    if (vz_node_load(pool) != VZ_OK) {
        return;
    }

    for (i = 0; i < sizeof(vz_traffic_count_begin) / sizeof(vz_sql_t); i++) {
        if (vz_db_query(NULL, pool, &vz_traffic_count_begin[i], vz_no_binds,
                        NULL) != VZ_OK)
        {
            return;
        }
    }

    n = vz_node_rows(nodes);

    for (i = 0; i < n; i++) {
        if (!nodes[i]->there || nodes[i]->relay == NULL
            || !vz_node_limit_has(vz_node_limit(nodes[i]), "traffic"))
        {
            continue;
        }

        own = ngx_create_pool(16384, pool->log);
        if (own == NULL) {
            return;
        }

        vz_traffic_count_node(own, nodes[i]);
        ngx_destroy_pool(own);
    }
}


/* a node that does not answer has counted nothing that is known */

static void
vz_traffic_count_node(ngx_pool_t *pool, vz_node_row_t *node)
{
    ngx_uint_t                 i, n;
    vz_answer_t                answer;
    vz_traffic_count_t        *list;
    const vz_traffic_count_t  *vm;

    /* before the node is asked: what it answers is newer */

    if (vz_traffic_count_load(pool, node, &list, &n) != NGX_OK || n == 0) {
        return;
    }

    if (vz_relay_call(node->relay, pool, VZ_VERB_TRAFFIC, 0, NULL, NULL, NULL,
                      NULL, &answer) != VZ_OK)
    {
        return;
    }

    for (i = 0; i < answer.nlines; i++) {
        vm = vz_traffic_count_find(list, n, &answer.lines[i]);

        if (vm != NULL
            && vz_traffic_count_add(pool, vm, &answer.lines[i]) != VZ_OK)
        {
            return;
        }
    }
}


static ngx_int_t
vz_traffic_count_load(ngx_pool_t *pool, const vz_node_row_t *node,
    vz_traffic_count_t **list, ngx_uint_t *n)
{
    vz_rows_t   rows;
    ngx_uint_t  i;

    if (vz_db_query(NULL, pool, &vz_traffic_count_select,
                    vz_binds(vz_int(node->id)), &rows)
        != VZ_OK)
    {
        return NGX_ERROR;
    }

    *n = rows.rows;
    *list = ngx_pcalloc(pool, (*n + 1) * sizeof(vz_traffic_count_t));

    if (*list == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < *n; i++) {
        vz_row_read(&rows, i, 0, vz_traffic_count_row, &(*list)[i]);
    }

    return NGX_OK;
}


/* by its number, and only where the tag is its own */

static const vz_traffic_count_t *
vz_traffic_count_find(const vz_traffic_count_t *list, ngx_uint_t n,
    const ngx_str_t *line)
{
    uint64_t    ctid;
    ngx_str_t   tag;
    ngx_uint_t  low, high, middle;

    ctid = vz_relay_number(line, "id");
    tag = vz_relay_pair(line, "tag");
    low = 0;
    high = n;

    while (low < high) {
        middle = low + (high - low) / 2;

        if (list[middle].ctid < ctid) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }

    return low < n && list[low].ctid == ctid && list[low].tag.len == tag.len
           && ngx_strncmp(list[low].tag.data, tag.data, tag.len) == 0
           ? &list[low] : NULL;
}


static vz_code_e
vz_traffic_count_add(ngx_pool_t *pool, const vz_traffic_count_t *vm,
    const ngx_str_t *line)
{
    uint64_t    total[2], more[2], since;
    ngx_str_t   counter;
    ngx_uint_t  i, same;

    static const char  *const names[] = { "in", "out" };

    counter = vz_relay_pair(line, "counter");

    if (counter.len != VZ_TRAFFIC_COUNT_NAME) {
        return VZ_OK;
    }

    since = vz_relay_number(line, "since");
    same = vm->counter.len == counter.len
           && ngx_strncmp(vm->counter.data, counter.data, counter.len) == 0;

    for (i = 0; i < 2; i++) {
        total[i] = vz_relay_number(line, names[i]);
        more[i] = vz_traffic_count_new(vm, same, since, vm->seen[i],
                                       total[i]);
    }

    if (same && total[0] == vm->seen[0] && total[1] == vm->seen[1]) {
        return VZ_OK;
    }

    /* who comes second changes no row */

    return vz_db_query(NULL, pool, &vz_traffic_count_update,
                       vz_binds(vz_int(more[0]), vz_int(more[1]),
                                vz_text(counter), vz_int(total[0]),
                                vz_int(total[1]), vz_int(vm->id),
                                vz_int(vm->serial)),
                       NULL);
}


/*
 * What is new.  A count that fell lost its last seconds with its node.  Of
 * another count than before all is new; but for a container that was there
 * long before its row, whose past is nobody's of ours.
 */

static uint64_t
vz_traffic_count_new(const vz_traffic_count_t *vm, ngx_uint_t same,
    uint64_t since, uint64_t seen, uint64_t total)
{
    if (same) {
        return total > seen ? total - seen : 0;
    }

    return vm->counter.len == 0 && since + VZ_TRAFFIC_COUNT_OLD < vm->made
           ? 0 : total;
}
