/*
 * The collector.
 *
 * A round asks one node for all of its containers, stores a sample of each, and
 * ends with the node's health, which says how old these samples are.
 *
 * It is no periodic job (task/periodic.h): every worker looks for watchers of
 * its own, quicker while there are some, the lease is a node's and requests ask
 * for it, too, and it goes on with a schema that is behind.
 */

#include "panel/api/zone_ids.h"
#include "panel/live/collector.h"
#include "panel/live/node_health.h"
#include "panel/live/notification.h"
#include "panel/live/task_state.h"
#include "panel/live/task_view.h"
#include "panel/node/ctid_map.h"
#include "panel/node/node.h"
#include "runtime/fiber.h"
#include "runtime/sse.h"
#include "runtime/waitq.h"


#define VZ_COLLECTOR_TICK      1000     /* ms between two checks for
                                           watchers */
#define VZ_COLLECTOR_QUICK     200      /* the same while somebody watches */
#define VZ_COLLECTOR_EVERY     1900     /* ms between rounds */
#define VZ_COLLECTOR_LEAST     200      /* the same after a task went on */
#define VZ_COLLECTOR_SHARE     4        /* at most 1/4 of the time is spent
                                           in rounds */
#define VZ_COLLECTOR_FRESH     3000     /* ms that a list request believes a
                                           sample */
#define VZ_COLLECTOR_LEASE     2500     /* ms that a round may take */
#define VZ_COLLECTOR_PATIENCE  2000     /* ms that a list request waits for
                                           rounds */
#define VZ_COLLECTOR_SLICE     25       /* ms between its checks */
#define VZ_COLLECTOR_LATE      3000     /* ms; a round is late after these, */
#define VZ_COLLECTOR_LATER     2        /* or after twice the one before */
#define VZ_COLLECTOR_SILENT    2        /* failures before a notice of it */
#define VZ_COLLECTOR_SLOW      5000     /* ms without waiting after it
                                           waited in vain */
#define VZ_COLLECTOR_WATCH     5000     /* ms that a stream is taken to
                                           watch */


/* When a round began. */
typedef struct {
    uint64_t         asked;         /* vz_zone_now() */
    uint64_t         sampled;       /* the same in ms since the epoch */
    uint64_t         version;       /* vz_zone_version() */
} vz_collector_begun_t;

typedef struct {
    vz_node_row_t         *busy;    /* a round over this one runs, or NULL */
    vz_collector_begun_t   begun;   /* when that began */
    ngx_uint_t             late;    /* its silence is told already */
    vz_waitq_t             line;    /* of the fibers that wait for its end */
    vz_ctid_map_t          map;
    uint64_t               took;    /* ms of our last round, 0: it failed */
    uint64_t               slow;    /* nobody waits for the node until then */
} vz_collector_node_t;


static void vz_collector_tick(ngx_event_t *ev);
static void vz_collector_rounds(void *data);
static void vz_collector_stamp(vz_collector_begun_t *begun);
static uint64_t vz_collector_began(vz_node_row_t *node);
static ngx_uint_t vz_collector_old(vz_node_row_t *node, ngx_uint_t msec);
static ngx_uint_t vz_collector_may(vz_node_row_t *node, ngx_uint_t msec);
static ngx_int_t vz_collector_task(void *data, const vz_task_view_t *view);
static void vz_collector_check_late(vz_collector_node_t *live);
static void vz_collector_begin(vz_node_row_t *node);
static void vz_collector_round(void *data);
static void vz_collector_answer(vz_node_row_t *node, const vz_answer_t *answer,
    vz_node_health_t *health);
static ngx_uint_t vz_collector_stranger(vz_ctid_map_t *map,
    const ngx_str_t *line, uint32_t ctid);
static void vz_collector_read(const ngx_str_t *line, vz_sample_t *sample);
static void vz_collector_silence(vz_node_row_t *node,
    const vz_collector_begun_t *begun);
static ngx_int_t vz_collector_mark_unknown(void *data,
    const vz_sample_t *sample);
static ngx_uint_t vz_collector_missing(vz_node_row_t *node);
static void vz_collector_health(vz_node_row_t *node, ngx_uint_t answered,
    vz_node_health_t *health);


static vz_collector_node_t  vz_collector_nodes[VZ_NODES_MAX];
static ngx_event_t          vz_collector_timer;
static ngx_connection_t     vz_collector_dumb = { .fd = (ngx_socket_t) -1 };
static ngx_uint_t           vz_collector_running;


ngx_int_t
vz_collector_init(ngx_cycle_t *cycle)
{
    ngx_uint_t  i;

    for (i = 0; i < VZ_NODES_MAX; i++) {
        vz_waitq_init(&vz_collector_nodes[i].line);
    }

    vz_collector_timer.handler = vz_collector_tick;
    vz_collector_timer.data = &vz_collector_dumb;
    vz_collector_timer.log = cycle->log;
    vz_collector_timer.cancelable = 1;

    /* so that the nodes are known before the first request needs them */

    ngx_add_timer(&vz_collector_timer, 1);

    return NGX_OK;
}


void
vz_collector_exit(void)
{
    ngx_uint_t  i;

    if (vz_collector_timer.timer_set) {
        ngx_del_timer(&vz_collector_timer);
    }

    for (i = 0; i < VZ_NODES_MAX; i++) {
        vz_ctid_map_free(&vz_collector_nodes[i].map);
    }
}


static void
vz_collector_tick(ngx_event_t *ev)
{
    ngx_uint_t  i, watching;

    if (ngx_exiting || ngx_quit) {
        return;
    }

    for (i = 0; i < VZ_NODES_MAX; i++) {
        vz_collector_check_late(&vz_collector_nodes[i]);
    }

    (void) vz_sse_count(&watching);

    if (watching) {
        vz_zone_watch(VZ_COLLECTOR_WATCH);
    }

    if ((vz_zone_watched() || vz_node_old()) && !vz_collector_running) {
        vz_collector_running = 1;

        if (vz_fiber_spawn(vz_collector_rounds, NULL) != NGX_OK) {
            vz_collector_running = 0;
        }
    }

    ngx_add_timer(ev,
                  vz_zone_watched() ? VZ_COLLECTOR_QUICK : VZ_COLLECTOR_TICK);
}


static void
vz_collector_rounds(void *data)
{
    ngx_uint_t      i, n;
    ngx_pool_t     *pool;
    vz_node_row_t  *rows[VZ_NODES_MAX];

    (void) data;

    pool = ngx_create_pool(1024, ngx_cycle->log);

    if (pool != NULL && vz_node_load(pool) == VZ_OK && vz_zone_watched()) {
        n = vz_node_rows(rows);

        for (i = 0; i < n; i++) {
            if (vz_collector_old(rows[i], VZ_COLLECTOR_EVERY)
                && vz_collector_may(rows[i], VZ_COLLECTOR_LEAST))
            {
                vz_collector_begin(rows[i]);
            }
        }
    }

    if (pool != NULL) {
        ngx_destroy_pool(pool);
    }

    vz_collector_running = 0;
}


static void
vz_collector_stamp(vz_collector_begun_t *begun)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    begun->asked = vz_zone_now();
    begun->sampled = (uint64_t) tp->sec * 1000 + tp->msec;
    begun->version = vz_zone_version();
}


/* when any worker's last round over a node began; 0 for none */
static uint64_t
vz_collector_began(vz_node_row_t *node)
{
    vz_node_health_t  health;

    (void) vz_node_health_get(node->id, &health);

    return health.asked;
}


/* whether that is too long ago, or a task has changed something since then */
static ngx_uint_t
vz_collector_old(vz_node_row_t *node, ngx_uint_t msec)
{
    ngx_uint_t        changed;
    vz_node_health_t  health;

    if (vz_node_health_get(node->id, &health) != NGX_OK
        || vz_zone_now() >= health.asked + msec)
    {
        return 1;
    }

    changed = 0;
    (void) vz_task_view_each(health.version, vz_collector_task, &changed);

    return changed;
}


/* whether the node has rested enough since its last round */
static ngx_uint_t
vz_collector_may(vz_node_row_t *node, ngx_uint_t msec)
{
    uint64_t  least;

    least = vz_collector_nodes[node->index].took * VZ_COLLECTOR_SHARE;

    return vz_zone_now() >= vz_collector_began(node) + ngx_max(least, msec);
}


/* stop at a task that has ended, or gone on to its next step */
static ngx_int_t
vz_collector_task(void *data, const vz_task_view_t *view)
{
    ngx_uint_t  *changed = data;

    if (vz_task_state_text(view->state) == VZ_TASK_STATE_RUNNING
        && (view->step == 0 || view->step_percent))
    {
        return NGX_OK;
    }

    *changed = 1;

    return NGX_DONE;
}


/*
 * A round that hangs counts as a failure before its time is over, unless
 * another worker's round was answered meanwhile.
 */
static void
vz_collector_check_late(vz_collector_node_t *live)
{
    if (live->busy == NULL
        || live->late
        || vz_zone_now() - live->begun.asked
           <= ngx_max(VZ_COLLECTOR_LATE, live->took * VZ_COLLECTOR_LATER))
    {
        return;
    }

    live->late = 1;

    if (vz_collector_began(live->busy) <= live->begun.asked) {
        vz_collector_silence(live->busy, &live->begun);
    }
}


static void
vz_collector_begin(vz_node_row_t *node)
{
    vz_collector_node_t  *live;

    live = &vz_collector_nodes[node->index];

    if (live->busy != NULL
        || vz_zone_lease(VZ_LEASE_COLLECT + node->index, VZ_COLLECTOR_LEASE)
           != NGX_OK)
    {
        return;
    }

    live->busy = node;
    live->late = 0;
    vz_collector_stamp(&live->begun);

    if (vz_fiber_spawn(vz_collector_round, node) != NGX_OK) {
        live->busy = NULL;
    }
}


static void
vz_collector_round(void *data)
{
    vz_code_e             rc;
    ngx_pool_t           *pool;
    vz_answer_t           answer;
    vz_node_row_t        *node;
    vz_node_health_t      health;
    vz_collector_node_t  *live;

    node = data;
    live = &vz_collector_nodes[node->index];

    pool = ngx_create_pool(16384, ngx_cycle->log);
    if (pool == NULL) {
        goto done;
    }

    rc = vz_relay_call(node->relay, pool, VZ_VERB_LIST, 0, NULL, NULL, NULL,
                       NULL, &answer);

    if (rc == VZ_OK) {
        vz_collector_answer(node, &answer, &health);
        vz_collector_health(node, 1, &health);
        vz_sample_forget(node->id, live->begun.asked);
        live->took = vz_zone_now() - live->begun.asked;

    } else {
        live->took = 0;

        if (!live->late) {
            vz_collector_silence(node, &live->begun);
        }
    }

    ngx_destroy_pool(pool);

done:

    live->busy = NULL;
    vz_zone_lease_end(VZ_LEASE_COLLECT + node->index);
    (void) vz_waitq_wake(&live->line, 1);
}


static void
vz_collector_answer(vz_node_row_t *node, const vz_answer_t *answer,
    vz_node_health_t *health)
{
    uint32_t              ctid;
    ngx_uint_t            i;
    vz_sample_t           sample;
    vz_ctid_map_vm_t     *vm;
    vz_ctid_map_t        *map;
    vz_collector_node_t  *live;

    live = &vz_collector_nodes[node->index];
    map = &live->map;

    vz_ctid_map_load(map, node->id, answer);

    for (i = 0; i < map->nvms; i++) {
        map->vms[i].seen = 0;
    }

    ngx_memzero(health, sizeof(vz_node_health_t));
    health->asked = live->begun.asked;
    health->version = live->begun.version;
    health->answered_at = live->begun.sampled;

    for (i = 0; i < answer->nlines; i++) {

        vm = vz_ctid_map_find(map, &answer->lines[i], &ctid);

        if (vm == NULL) {
            health->strangers += vz_collector_stranger(map, &answer->lines[i],
                                                       ctid);
            continue;
        }

        vm->seen = 1;

        if (vm->trashed) {
            continue;
        }

        vz_collector_read(&answer->lines[i], &sample);

        sample.vm = vm->vm;
        sample.node = node->id;
        sample.ctid = ctid;
        sample.owner = vm->owner;
        sample.taken = live->begun.asked;
        sample.sampled = live->begun.sampled;

        vz_sample_put(&sample);
    }

    health->missing = vz_collector_missing(node);
    health->compared = map->loaded != 0;
}


static ngx_uint_t
vz_collector_stranger(vz_ctid_map_t *map, const ngx_str_t *line, uint32_t ctid)
{
    return ctid != 0 && vz_ctid_map_rest(map, line, ctid) == NULL;
}


static void
vz_collector_read(const ngx_str_t *line, vz_sample_t *sample)
{
    ngx_str_t  state;

    ngx_memzero(sample, sizeof(vz_sample_t));

    state = vz_relay_pair(line, "state");

    sample->state = vz_sample_state_parse(&state);
    sample->memory_used = vz_relay_number(line, "memory_used");
    sample->memory_limit = vz_relay_number(line, "memory_limit");
    sample->disk_used = vz_relay_number(line, "disk_used");
    sample->disk_total = vz_relay_number(line, "disk_total");
    sample->cpu_ns = vz_relay_number(line, "cpu_ns");
    sample->uptime = vz_relay_number(line, "uptime");
    sample->rx_bytes = vz_relay_number(line, "rx_bytes");
    sample->tx_bytes = vz_relay_number(line, "tx_bytes");
}


/*
 * Containers of ours that the node does not list are not created yet, or lost,
 * or another container has their number there.  Returns how many are lost.
 */
static ngx_uint_t
vz_collector_missing(vz_node_row_t *node)
{
    ngx_uint_t            i, lost;
    vz_sample_t           sample;
    vz_ctid_map_t        *map;
    vz_collector_node_t  *live;

    lost = 0;
    live = &vz_collector_nodes[node->index];
    map = &live->map;

    for (i = 0; i < map->nvms; i++) {

        if (map->vms[i].seen || map->vms[i].trashed) {
            continue;
        }

        lost += map->vms[i].there;
        ngx_memzero(&sample, sizeof(vz_sample_t));

        sample.node = node->id;
        sample.ctid = map->vms[i].ctid;
        sample.vm = map->vms[i].vm;
        sample.owner = map->vms[i].owner;
        sample.state = VZ_STATE_UNKNOWN;
        sample.taken = live->begun.asked;
        sample.sampled = live->begun.sampled;

        vz_sample_put(&sample);
    }

    return lost;
}


/*
 * The node does not answer: its samples stay, and their state becomes unknown,
 * whichever worker stored them.
 */
static void
vz_collector_silence(vz_node_row_t *node, const vz_collector_begun_t *begun)
{
    vz_node_health_t  health;

    ngx_memzero(&health, sizeof(vz_node_health_t));
    health.asked = begun->asked;
    health.version = begun->version;

    (void) vz_sample_each(0, vz_collector_mark_unknown, node);
    vz_collector_health(node, 0, &health);
}


static ngx_int_t
vz_collector_mark_unknown(void *data, const vz_sample_t *sample)
{
    vz_sample_t     unknown;
    vz_node_row_t  *node = data;

    if (sample->node == node->id && sample->state != VZ_STATE_UNKNOWN) {
        unknown = *sample;
        unknown.state = VZ_STATE_UNKNOWN;
        vz_sample_put(&unknown);
    }

    return NGX_OK;
}


/* count the failures, and notify administrators when a node goes or returns */
static void
vz_collector_health(vz_node_row_t *node, ngx_uint_t answered,
    vz_node_health_t *health)
{
    vz_node_health_t  last;

    (void) vz_node_health_get(node->id, &last);

    health->node = node->id;

    if (!answered) {
        health->answered_at = last.answered_at;
        health->failures = last.failures + 1;
    }

    vz_node_health_put(health);

    if (health->failures == VZ_COLLECTOR_SILENT) {
        vz_notification_tell(VZ_NOTICE_NODE_DOWN, 0, node->id, &node->name,
                             NULL);

    } else if (answered && last.failures >= VZ_COLLECTOR_SILENT) {
        vz_notification_tell(VZ_NOTICE_NODE_UP, 0, node->id, &node->name,
                             NULL);
    }
}


void
vz_collector_fresh(void)
{
    uint64_t        now;
    ngx_uint_t      i, n, old, waits;
    vz_node_row_t  *rows[VZ_NODES_MAX];

    now = vz_zone_now();
    n = vz_node_rows(rows);
    old = 0;

    for (i = 0; i < n; i++) {
        if (now >= vz_collector_nodes[rows[i]->index].slow
            && vz_collector_old(rows[i], VZ_COLLECTOR_FRESH))
        {
            rows[old++] = rows[i];
        }
    }

    for (waits = VZ_COLLECTOR_PATIENCE / VZ_COLLECTOR_SLICE; old && waits;
         waits--)
    {

        for (i = 0; i < old; i++) {
            if (vz_collector_may(rows[i], 0)) {
                vz_collector_begin(rows[i]);
            }
        }

        (void) vz_waitq_wait(&vz_collector_nodes[rows[0]->index].line,
                             VZ_COLLECTOR_SLICE);

        for (i = 0, n = 0; i < old; i++) {
            if (vz_collector_began(rows[i]) < now) {
                rows[n++] = rows[i];
            }
        }

        old = n;
    }

    for (i = 0; i < old; i++) {
        vz_collector_nodes[rows[i]->index].slow = vz_zone_now()
                                                  + VZ_COLLECTOR_SLOW;
    }
}


ngx_int_t
vz_collector_get(uint64_t vm, vz_sample_t *sample)
{
    if (vz_sample_get(vm, sample) != NGX_OK) {
        return NGX_DECLINED;
    }

    if (vz_zone_now() > sample->taken + VZ_COLLECTOR_STALE) {
        sample->state = VZ_STATE_UNKNOWN;
    }

    return NGX_OK;
}


void
vz_collector_expect(ngx_uint_t node, uint32_t ctid, uint64_t vm,
    uint64_t owner)
{
    vz_sample_t           sample;
    vz_collector_begun_t  now;

    vz_collector_stamp(&now);
    ngx_memzero(&sample, sizeof(vz_sample_t));

    sample.node = node;
    sample.ctid = ctid;
    sample.vm = vm;
    sample.owner = owner;
    sample.state = VZ_STATE_UNKNOWN;
    sample.taken = now.asked;
    sample.sampled = now.sampled;

    vz_sample_put(&sample);
    vz_zone_bump(VZ_GENERATION_VMS);
}


void
vz_collector_gone(uint64_t vm)
{
    vz_sample_drop(vm);
    vz_zone_bump(VZ_GENERATION_VMS);
}
