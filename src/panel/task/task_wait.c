/*
 * Calls that wait for the end of a task.  They hold no fiber: one timer looks
 * at what the zone knows, and once a second one statement asks the database
 * for all of them, since another nginx host may carry a task out.  The timer
 * is not cancelable: a worker that leaves answers those who wait.
 */

#include "panel/live/task_state.h"
#include "panel/live/task_view.h"
#include "panel/task/task.h"
#include "panel/task/task_wait.h"
#include "runtime/call.h"
#include "runtime/fiber.h"
#include "runtime/row.h"


#define VZ_WAIT_TICK    25          /* ms between looks at the zone */
#define VZ_WAIT_ASK     1000        /* ms between looks at the database */
#define VZ_WAIT_BATCH   256         /* tasks in one of them; others come next */
#define VZ_WAIT_GO_ON   64          /* calls in one tick */

/* how many calls may wait at a time in one worker */
#define VZ_WAIT_PLACES  1024
#define VZ_WAIT_USER    64
#define VZ_WAIT_ORDER   4           /* for the task of a visitor's order */

#define VZ_WAIT_8       "?, ?, ?, ?, ?, ?, ?, ?"
#define VZ_WAIT_64                                                            \
    VZ_WAIT_8 ", " VZ_WAIT_8 ", " VZ_WAIT_8 ", " VZ_WAIT_8 ", "               \
    VZ_WAIT_8 ", " VZ_WAIT_8 ", " VZ_WAIT_8 ", " VZ_WAIT_8
#define VZ_WAIT_256                                                           \
    VZ_WAIT_64 ", " VZ_WAIT_64 ", " VZ_WAIT_64 ", " VZ_WAIT_64


typedef struct {
    ngx_rbtree_node_t    node;      /* key: the task */
    ngx_queue_t          queue;
    vz_call_t           *call;
    vz_share_place_t     place;
    ngx_msec_t           begun;
    ngx_msec_t           until;
    unsigned             over:1;    /* the task is, or nobody knows it */
} vz_wait_t;


static void vz_wait_tick(ngx_event_t *ev);
static void vz_wait_look(void);
static ngx_int_t vz_wait_view(void *data, const vz_task_view_t *view);
static void vz_wait_over(uint64_t id, ngx_msec_t begun);
static vz_wait_t *vz_wait_first(uint64_t id);
static void vz_wait_end(vz_wait_t *wait);
static void vz_wait_ask(void *data);
static ngx_uint_t vz_wait_ids(uint64_t *ids);
static void vz_wait_told(const uint64_t *ids, ngx_uint_t n,
    const vz_rows_t *rows, ngx_msec_t begun);


static const vz_sql_t  vz_wait_select = vz_sql("task states",
    "SELECT id FROM task WHERE id IN (" VZ_WAIT_256 ")"
    " AND " vz_task_state_open("state"));


static vz_share_t         vz_wait_share;
static ngx_queue_t        vz_wait_queue;
static ngx_rbtree_t       vz_wait_tree;
static ngx_rbtree_node_t  vz_wait_sentinel;
static ngx_event_t        vz_wait_timer;
static ngx_connection_t   vz_wait_dumb = { .fd = (ngx_socket_t) -1 };
static uint64_t           vz_wait_seen;     /* the zone's version then */
static ngx_msec_t         vz_wait_asked;
static uint64_t           vz_wait_last;     /* task that was asked for */
static ngx_uint_t         vz_wait_asking;


void
vz_task_wait_init(ngx_cycle_t *cycle)
{
    vz_share_init(&vz_wait_share, VZ_WAIT_PLACES, VZ_WAIT_USER, VZ_WAIT_USER,
                  VZ_WAIT_ORDER);

    ngx_queue_init(&vz_wait_queue);
    ngx_rbtree_init(&vz_wait_tree, &vz_wait_sentinel,
                    ngx_rbtree_insert_value);

    vz_wait_timer.handler = vz_wait_tick;
    vz_wait_timer.data = &vz_wait_dumb;
    vz_wait_timer.log = cycle->log;
}


ngx_uint_t
vz_task_wait_count(void)
{
    return vz_wait_share.taken;
}


ngx_int_t
vz_task_wait(vz_call_t *call, uint64_t id, vz_call_pt then)
{
    uint64_t         seen;
    vz_wait_t       *wait;
    vz_task_view_t   view;

    if (call->wait == 0 || call->left) {
        return NGX_DECLINED;
    }

    seen = vz_zone_version();

    if (vz_task_view_get(id, &view) == NGX_OK
        && vz_task_state_over(vz_task_state_text(view.state)))
    {
        return NGX_DECLINED;
    }

    wait = ngx_pcalloc(call->pool, sizeof(vz_wait_t));

    if (wait == NULL
        || vz_share_take(&vz_wait_share, &call->who, call->token, id,
                         &wait->place)
           != VZ_OK)
    {
        return NGX_DECLINED;
    }

    wait->call = call;
    wait->begun = ngx_current_msec;
    wait->until = ngx_current_msec + call->wait * 1000;

    if (ngx_queue_empty(&vz_wait_queue)) {
        vz_wait_seen = seen;
        vz_wait_asked = ngx_current_msec;
        ngx_add_timer(&vz_wait_timer, VZ_WAIT_TICK);
    }

    wait->node.key = id;
    ngx_rbtree_insert(&vz_wait_tree, &wait->node);
    ngx_queue_insert_tail(&vz_wait_queue, &wait->queue);

    vz_call_header(call, "Preference-Applied",
                   vz_call_printf(call, "wait=%ui", call->wait));
    vz_call_park(call, then);

    return NGX_OK;
}


/* a call that gets no fiber to go on with waits for the next tick */

static void
vz_wait_tick(ngx_event_t *ev)
{
    ngx_uint_t    n;
    vz_wait_t    *wait;
    ngx_queue_t  *q, *next;

    vz_wait_look();

    n = 0;

    for (q = ngx_queue_head(&vz_wait_queue);
         q != ngx_queue_sentinel(&vz_wait_queue) && n < VZ_WAIT_GO_ON;
         q = next)
    {
        next = ngx_queue_next(q);
        wait = ngx_queue_data(q, vz_wait_t, queue);

        if (wait->call->left) {
            vz_wait_end(wait);
            vz_call_leave(wait->call);

        } else if (wait->over || ngx_current_msec >= wait->until) {

            if (vz_call_resume(wait->call) != NGX_OK) {
                break;
            }

            vz_wait_end(wait);
            n++;
        }
    }

    if (ngx_queue_empty(&vz_wait_queue)) {
        return;
    }

    if (!vz_wait_asking && ngx_current_msec - vz_wait_asked >= VZ_WAIT_ASK) {
        vz_wait_asked = ngx_current_msec;
        vz_wait_asking = 1;

        if (vz_fiber_spawn(vz_wait_ask, NULL) != NGX_OK) {
            vz_wait_asking = 0;
        }
    }

    if (!ev->timer_set) {
        ngx_add_timer(ev, VZ_WAIT_TICK);
    }
}


/* look at the tasks that have changed since the last look */

static void
vz_wait_look(void)
{
    uint64_t  version;

    version = vz_zone_version();

    if (version == vz_wait_seen) {
        return;
    }

    (void) vz_task_view_each(vz_wait_seen, vz_wait_view, NULL);
    vz_wait_seen = version;
}


static ngx_int_t
vz_wait_view(void *data, const vz_task_view_t *view)
{
    (void) data;

    if (vz_task_state_over(vz_task_state_text(view->state))) {
        vz_wait_over(view->id, ngx_current_msec);
    }

    return NGX_OK;
}


/* mark all calls that wait for the task since then or longer */

static void
vz_wait_over(uint64_t id, ngx_msec_t begun)
{
    vz_wait_t          *wait;
    ngx_rbtree_node_t  *node;

    for (wait = vz_wait_first(id);
         wait != NULL && wait->node.key == id;
         wait = (vz_wait_t *) node)
    {
        if (wait->begun <= begun) {
            wait->over = 1;
        }

        node = ngx_rbtree_next(&vz_wait_tree, &wait->node);
    }
}


/* the leftmost wait for that task, else for the next one */

static vz_wait_t *
vz_wait_first(uint64_t id)
{
    ngx_rbtree_node_t  *node, *first;

    first = NULL;
    node = vz_wait_tree.root;

    while (node != &vz_wait_sentinel) {

        if (node->key >= id) {
            first = node;
            node = node->left;

        } else {
            node = node->right;
        }
    }

    return (vz_wait_t *) first;
}


static void
vz_wait_end(vz_wait_t *wait)
{
    ngx_rbtree_delete(&vz_wait_tree, &wait->node);
    ngx_queue_remove(&wait->queue);
    vz_share_give(&wait->place);
}


static void
vz_wait_ask(void *data)
{
    uint64_t     ids[VZ_WAIT_BATCH];
    vz_rows_t    rows;
    vz_bind_t   *binds;
    ngx_msec_t   begun;
    ngx_uint_t   i, n;
    ngx_pool_t  *pool;

    (void) data;

    begun = ngx_current_msec;
    n = vz_wait_ids(ids);

    pool = ngx_create_pool(4096, ngx_cycle->log);
    binds = pool ? ngx_palloc(pool, VZ_WAIT_BATCH * sizeof(vz_bind_t)) : NULL;

    for (i = 0; binds != NULL && i < VZ_WAIT_BATCH; i++) {
        binds[i] = i < n ? vz_int(ids[i]) : vz_none();
    }

    if (binds != NULL
        && vz_db_query(NULL, pool, &vz_wait_select, binds, VZ_WAIT_BATCH,
                       &rows)
           == VZ_OK)
    {
        vz_wait_told(ids, n, &rows, begun);
    }

    if (pool != NULL) {
        ngx_destroy_pool(pool);
    }

    vz_wait_asking = 0;
}


/* the tasks behind those of the last question, each of them once */

static ngx_uint_t
vz_wait_ids(uint64_t *ids)
{
    ngx_uint_t  n;
    vz_wait_t  *wait;

    n = 0;

    while (n < VZ_WAIT_BATCH) {

        wait = vz_wait_first(vz_wait_last + 1);

        if (wait == NULL) {
            wait = vz_wait_first(0);
        }

        if (wait == NULL || (n && wait->node.key == ids[0])) {
            break;
        }

        vz_wait_last = wait->node.key;
        ids[n++] = vz_wait_last;
    }

    return n;
}


/* tasks that are not in the answer are over, or do not exist */

static void
vz_wait_told(const uint64_t *ids, ngx_uint_t n, const vz_rows_t *rows,
    ngx_msec_t begun)
{
    ngx_uint_t  i, row, id;

    id = vz_row_find(rows, "id");

    for (i = 0; i < n; i++) {

        for (row = 0; row < rows->rows; row++) {
            if ((uint64_t) vz_cell_int(rows, row, id) == ids[i]) {
                break;
            }
        }

        if (row == rows->rows) {
            vz_wait_over(ids[i], begun);
        }
    }
}
