/*
 * The collector.
 *
 * A round over a node ends with its beat, a sample of no container: when it was
 * taken says how old the samples of that node are, its state whether the node
 * answered, its uptime in how many rounds it did not, its time of CPU which
 * version was the newest when the round began.  Its memory and disk are how
 * many containers are strangers and how many are missing, where its limit of
 * memory says that this is known.
 */

#include "panel/live/collector.h"
#include "panel/live/notification.h"
#include "panel/live/task_state.h"
#include "panel/node/ctid_map.h"
#include "panel/node/node.h"
#include "runtime/sse.h"
#include "runtime/zone_live.h"


#define VZ_COLLECTOR_TICK      1000  /* ms between looks for watchers */
#define VZ_COLLECTOR_QUICK     200  /* the same while there are some */
#define VZ_COLLECTOR_EVERY     1900  /* ms between rounds */
#define VZ_COLLECTOR_LEAST     200  /* the same when a task changed things */
#define VZ_COLLECTOR_SHARE     4    /* rounds take 1/4 of the time, at most */
#define VZ_COLLECTOR_FRESH     3000  /* ms a list request believes a sample */
#define VZ_COLLECTOR_DUTY      2500
#define VZ_COLLECTOR_PATIENCE  2000
#define VZ_COLLECTOR_SLICE     25
#define VZ_COLLECTOR_LATE      3000  /* ms; what takes longer is no answer, */
#define VZ_COLLECTOR_LATER     2    /* unless it took half of that before */
#define VZ_COLLECTOR_SILENT    2    /* rounds before anybody is told */
#define VZ_COLLECTOR_SLOW      5000  /* ms without waiting after a vain wait */
#define VZ_COLLECTOR_WATCH     5000


typedef struct {
    vz_node_row_t   *busy;          /* with a round over this one, or NULL */
    vz_sample_t      since;         /* which began then */
    ngx_uint_t       late;          /* and whose silence is told already */
    vz_waitq_t       line;
    vz_ctid_map_t    map;
    uint64_t         took;          /* ms of our last round, 0: in vain */
    uint64_t         slow;          /* until then nobody waits for it */
} vz_collector_node_t;


static void vz_collector_tick(ngx_event_t *ev);
static void vz_collector_rounds(void *data);
static void vz_collector_stamp(vz_sample_t *sample);
static uint64_t vz_collector_began(vz_node_row_t *node);
static ngx_uint_t vz_collector_old(vz_node_row_t *node, ngx_uint_t msec);
static ngx_uint_t vz_collector_may(vz_node_row_t *node, ngx_uint_t msec);
static ngx_int_t vz_collector_task(void *data, const vz_task_view_t *view);
static void vz_collector_look(vz_collector_node_t *live);
static void vz_collector_begin(vz_node_row_t *node);
static void vz_collector_round(void *data);
static void vz_collector_answer(vz_node_row_t *node, const vz_answer_t *answer,
    vz_sample_t *beat);
static ngx_uint_t vz_collector_stranger(vz_ctid_map_t *map,
    const ngx_str_t *line, uint32_t ctid);
static void vz_collector_read(const ngx_str_t *line, vz_sample_t *sample);
static void vz_collector_silence(vz_node_row_t *node,
    const vz_sample_t *since);
static ngx_int_t vz_collector_forsake(void *data, const vz_sample_t *sample);
static ngx_uint_t vz_collector_missing(vz_node_row_t *node,
    const vz_sample_t *beat);
static void vz_collector_beat(vz_node_row_t *node, vz_sample_t *beat);


static vz_collector_node_t  vz_collector_nodes[VZ_NODES_MAX];
static ngx_event_t     vz_collector_timer;
static ngx_connection_t  vz_collector_dumb = { .fd = (ngx_socket_t) -1 };
static ngx_uint_t      vz_collector_running;


static const char  *vz_collector_states[] = { VZ_STATES };


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

    /* the nodes are known before the first request wants them */

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
        vz_collector_look(&vz_collector_nodes[i]);
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


/* nothing but that it is of now */
static void
vz_collector_stamp(vz_sample_t *sample)
{
    ngx_time_t  *tp;

    ngx_memzero(sample, sizeof(vz_sample_t));

    tp = ngx_timeofday();

    sample->taken = vz_zone_now();
    sample->sampled = (uint64_t) tp->sec * 1000 + tp->msec;
}


/* when the last round over a node began, whoever made it; 0 for none */
static uint64_t
vz_collector_began(vz_node_row_t *node)
{
    vz_sample_t  beat;

    return vz_zone_beat_get(node->id, &beat) == NGX_OK ? beat.taken : 0;
}


/* whether that is too long ago, or a task has changed something since */
static ngx_uint_t
vz_collector_old(vz_node_row_t *node, ngx_uint_t msec)
{
    ngx_uint_t   changed;
    vz_sample_t  beat;

    if (vz_zone_beat_get(node->id, &beat) != NGX_OK
        || vz_zone_now() >= beat.taken + msec)
    {
        return 1;
    }

    changed = 0;
    (void) vz_zone_tasks(beat.cpu_ns, vz_collector_task, &changed);

    return changed;
}


/* whether another round would not keep the node busy with nothing else */
static ngx_uint_t
vz_collector_may(vz_node_row_t *node, ngx_uint_t msec)
{
    uint64_t  least;

    least = vz_collector_nodes[node->index].took * VZ_COLLECTOR_SHARE;

    return vz_zone_now() >= vz_collector_began(node) + ngx_max(least, msec);
}


/* a task that ended, or went on to its next step */
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
 * A round that hangs is told as silence before its time is over, unless
 * another worker's was answered meanwhile.
 */
static void
vz_collector_look(vz_collector_node_t *live)
{
    if (live->busy == NULL
        || live->late
        || vz_zone_now() - live->since.taken
           <= ngx_max(VZ_COLLECTOR_LATE, live->took * VZ_COLLECTOR_LATER))
    {
        return;
    }

    live->late = 1;

    if (vz_collector_began(live->busy) <= live->since.taken) {
        vz_collector_silence(live->busy, &live->since);
    }
}


static void
vz_collector_begin(vz_node_row_t *node)
{
    vz_collector_node_t  *live;

    live = &vz_collector_nodes[node->index];

    if (live->busy != NULL
        || vz_zone_duty(VZ_DUTY_COLLECT + node->index, VZ_COLLECTOR_DUTY)
           != NGX_OK)
    {
        return;
    }

    live->busy = node;
    live->late = 0;
    vz_collector_stamp(&live->since);
    live->since.cpu_ns = vz_zone_version();

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
    vz_sample_t           beat;
    vz_node_row_t        *node;
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
        beat = live->since;
        beat.state = VZ_STATE_STOPPED;

        vz_collector_answer(node, &answer, &beat);
        vz_collector_beat(node, &beat);
        vz_zone_sample_forget(node->id, live->since.taken);
        live->took = vz_zone_now() - live->since.taken;

    } else {
        live->took = 0;

        if (!live->late) {
            vz_collector_silence(node, &live->since);
        }
    }

    ngx_destroy_pool(pool);

done:

    live->busy = NULL;
    vz_zone_duty_done(VZ_DUTY_COLLECT + node->index);
    (void) vz_waitq_wake(&live->line, 1);
}


static void
vz_collector_answer(vz_node_row_t *node, const vz_answer_t *answer,
    vz_sample_t *beat)
{
    uint32_t            ctid;
    ngx_uint_t          i;
    vz_sample_t         sample;
    vz_collector_vm_t  *vm;
    vz_ctid_map_t      *map;

    map = &vz_collector_nodes[node->index].map;

    vz_ctid_map_load(map, node->id, answer);

    for (i = 0; i < map->nvms; i++) {
        map->vms[i].seen = 0;
    }

    for (i = 0; i < answer->nlines; i++) {

        vm = vz_ctid_map_find(map, &answer->lines[i], &ctid);

        if (vm == NULL) {
            beat->memory_used += vz_collector_stranger(map, &answer->lines[i],
                                                       ctid);
            continue;
        }

        vz_collector_read(&answer->lines[i], &sample);

        sample.vm = vm->vm;
        sample.node = node->id;
        sample.ctid = ctid;
        sample.owner = vm->owner;
        sample.taken = beat->taken;
        sample.sampled = beat->sampled;
        vm->seen = 1;

        vz_zone_sample_put(&sample);
    }

    beat->disk_used = vz_collector_missing(node, beat);
    beat->memory_limit = map->loaded != 0;
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

    sample->state = vz_collector_parse(&state);
    sample->memory_used = vz_relay_number(line, "memory_used");
    sample->memory_limit = vz_relay_number(line, "memory_limit");
    sample->disk_used = vz_relay_number(line, "disk_used");
    sample->disk_total = vz_relay_number(line, "disk_total");
    sample->cpu_ns = vz_relay_number(line, "cpu_ns");
    sample->uptime = vz_relay_number(line, "uptime");
}


vz_state_e
vz_collector_parse(const ngx_str_t *word)
{
    ngx_uint_t  i;

    for (i = 0; i < sizeof(vz_collector_states) / sizeof(char *); i++) {
        if (ngx_strlen(vz_collector_states[i]) == word->len
            && ngx_strncmp(vz_collector_states[i], word->data, word->len) == 0)
        {
            return i;
        }
    }

    return VZ_STATE_UNKNOWN;
}


/* those of ours that the node does not list: not made yet, or lost, or their
   number is somebody else's there; how many are lost */
static ngx_uint_t
vz_collector_missing(vz_node_row_t *node, const vz_sample_t *beat)
{
    ngx_uint_t       i, lost;
    vz_sample_t      sample;
    vz_ctid_map_t   *map;

    lost = 0;
    map = &vz_collector_nodes[node->index].map;

    for (i = 0; i < map->nvms; i++) {

        if (map->vms[i].seen) {
            continue;
        }

        lost += map->vms[i].there;
        ngx_memzero(&sample, sizeof(vz_sample_t));

        sample.node = node->id;
        sample.ctid = map->vms[i].ctid;
        sample.vm = map->vms[i].vm;
        sample.owner = map->vms[i].owner;
        sample.state = VZ_STATE_UNKNOWN;
        sample.taken = beat->taken;
        sample.sampled = beat->sampled;

        vz_zone_sample_put(&sample);
    }

    return lost;
}


/*
 * The node does not answer: what is shown stays, and is called unknown.  The
 * zone says what that is, whichever worker asked before.
 */
static void
vz_collector_silence(vz_node_row_t *node, const vz_sample_t *since)
{
    vz_sample_t  beat;

    beat = *since;
    beat.state = VZ_STATE_UNKNOWN;

    (void) vz_zone_samples(0, vz_collector_forsake, node);
    vz_collector_beat(node, &beat);
}


static ngx_int_t
vz_collector_forsake(void *data, const vz_sample_t *sample)
{
    vz_sample_t     unknown;
    vz_node_row_t  *node = data;

    if (sample->node == node->id
        && sample->vm != 0
        && sample->state != VZ_STATE_UNKNOWN)
    {
        unknown = *sample;
        unknown.state = VZ_STATE_UNKNOWN;
        vz_zone_sample_put(&unknown);
    }

    return NGX_OK;
}


static void
vz_collector_beat(vz_node_row_t *node, vz_sample_t *beat)
{
    uint32_t     silent;
    ngx_uint_t   known, answered;
    vz_sample_t  last;

    known = vz_zone_beat_get(node->id, &last) == NGX_OK;
    silent = known ? last.uptime : 0;
    answered = beat->state != VZ_STATE_UNKNOWN;

    beat->node = node->id;
    beat->uptime = answered ? 0 : silent + 1;

    if (!answered) {                /* when it did last */
        beat->sampled = known ? last.sampled : 0;
    }

    vz_zone_sample_put(beat);

    if (beat->uptime == VZ_COLLECTOR_SILENT) {
        vz_notification_tell(VZ_NOTICE_NODE_DOWN, 0, node->id, &node->name,
                             NULL);

    } else if (answered && silent >= VZ_COLLECTOR_SILENT) {
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
    if (vz_zone_sample_get(vm, sample) != NGX_OK) {
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
    vz_sample_t  sample;

    vz_collector_stamp(&sample);

    sample.node = node;
    sample.ctid = ctid;
    sample.vm = vm;
    sample.owner = owner;
    sample.state = VZ_STATE_UNKNOWN;

    vz_zone_sample_put(&sample);
    vz_zone_vms_change();
}


void
vz_collector_gone(uint64_t vm)
{
    vz_zone_sample_drop(vm);
    vz_zone_vms_change();
}


uint64_t
vz_collector_heard(uint64_t node)
{
    vz_sample_t  beat;

    return vz_zone_beat_get(node, &beat) == NGX_OK ? beat.sampled : 0;
}


ngx_int_t
vz_collector_differs(uint64_t node, ngx_uint_t *strangers, ngx_uint_t *missing)
{
    vz_sample_t  beat;

    if (vz_zone_beat_get(node, &beat) != NGX_OK
        || beat.memory_limit == 0
        || vz_zone_now() > beat.taken + VZ_COLLECTOR_STALE)
    {
        return NGX_DECLINED;
    }

    *strangers = beat.memory_used;
    *missing = beat.disk_used;

    return NGX_OK;
}


const char *
vz_collector_state(vz_state_e state)
{
    return vz_collector_states[state];
}

