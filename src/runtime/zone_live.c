/*
 * Live state of the zone: the last value of every container and every task,
 * in the order in which they last changed for a person's eyes.
 */

#include "runtime/zone_core.h"
#include "runtime/zone_live.h"


#define VZ_LIVE_BATCH     32                /* copied in one lock */
#define VZ_LIVE_UPTIME    10000             /* ms between pure uptimes */
#define VZ_LIVE_STEPS     200               /* of a bar: 0.5 per cent */
#define VZ_LIVE_UNBOUND   (4 * 1024 * 1024) /* step of a bar with no limit */
#define VZ_LIVE_CPU       10                /* tenths of a per cent */
#define VZ_LIVE_BEAT      ((uint64_t) 1 << 63)  /* above any id of a row */


typedef struct {
    vz_entry_t        entry;        /* key: row, or beat; order: version */
    uint64_t          told;         /* when the version moved */
    uint64_t          told_memory;  /* and what was seen then */
    uint64_t          told_disk;
    uint32_t          told_cpu;
    vz_sample_t       sample;
} vz_live_sample_t;

typedef struct {
    vz_entry_t        entry;        /* key: id; order: version */
    vz_task_view_t    view;
} vz_live_task_t;


static ngx_int_t vz_live_find(uint64_t key, vz_sample_t *sample);
static uint32_t vz_live_cpu(const vz_sample_t *before,
    const vz_sample_t *sample);
static ngx_uint_t vz_live_changed(const vz_live_sample_t *live,
    const vz_sample_t *sample);
static ngx_uint_t vz_live_moved(uint64_t told, uint64_t value,
    uint64_t limit);
static ngx_uint_t vz_live_copy(vz_table_t *table, uint64_t since,
    size_t offset, size_t size, void *to);
static ngx_uint_t vz_live_forget(vz_zone_t *zone, ngx_uint_t node,
    uint64_t before, uint64_t *cursor);


void
vz_zone_sample_table(vz_table_t *table, size_t bytes)
{
    vz_table_init(table, sizeof(vz_live_sample_t), bytes);
}


void
vz_zone_task_table(vz_table_t *table, size_t bytes)
{
    vz_table_init(table, sizeof(vz_live_task_t), bytes);
}


void
vz_zone_sample_put(vz_sample_t *sample)
{
    uint64_t           key, version;
    ngx_uint_t         changed;
    vz_zone_t         *zone;
    vz_live_sample_t  *live;

    key = sample->vm ? sample->vm : (VZ_LIVE_BEAT | sample->node);
    sample->cpu_tenths = 0;

    zone = vz_zone_lock();
    live = vz_table_find(&zone->samples, key, NULL, NULL);

    if (live == NULL) {
        changed = 1;
        version = vz_zone_next(zone);
        live = vz_table_add(&zone->samples, key, version, NULL);

    } else {
        sample->cpu_tenths = vz_live_cpu(&live->sample, sample);
        changed = vz_live_changed(live, sample);
        version = changed ? vz_zone_next(zone) : live->sample.version;

        if (changed) {
            vz_table_move(&zone->samples, live, version);
        }
    }

    sample->version = version;

    if (live != NULL) {
        live->sample = *sample;

        if (changed) {
            live->told = sample->taken;
            live->told_memory = sample->memory_used;
            live->told_disk = sample->disk_used;
            live->told_cpu = sample->cpu_tenths;
        }
    }

    vz_zone_unlock();
}


static uint32_t
vz_live_cpu(const vz_sample_t *before, const vz_sample_t *sample)
{
    uint64_t  elapsed, tenths;

    if (sample->state != VZ_STATE_RUNNING
        || sample->cpu_ns < before->cpu_ns)
    {
        return 0;
    }

    if (sample->taken <= before->taken) {
        return before->cpu_tenths;
    }

    elapsed = sample->taken - before->taken;
    tenths = (sample->cpu_ns - before->cpu_ns) / (elapsed * 1000);

    return (uint32_t) ngx_min(tenths, NGX_MAX_UINT32_VALUE);
}


static ngx_uint_t
vz_live_changed(const vz_live_sample_t *live, const vz_sample_t *sample)
{
    const vz_sample_t  *before = &live->sample;

    if (before->state != sample->state
        || before->owner != sample->owner
        || before->memory_limit != sample->memory_limit
        || before->disk_total != sample->disk_total
        || before->uptime > sample->uptime)
    {
        return 1;
    }

    if (vz_live_moved(live->told_memory, sample->memory_used,
                      sample->memory_limit)
        || vz_live_moved(live->told_disk, sample->disk_used,
                         sample->disk_total))
    {
        return 1;
    }

    if (sample->cpu_tenths >= live->told_cpu + VZ_LIVE_CPU
        || live->told_cpu >= sample->cpu_tenths + VZ_LIVE_CPU)
    {
        return 1;
    }

    return sample->state == VZ_STATE_RUNNING
           && sample->taken >= live->told + VZ_LIVE_UPTIME;
}


static ngx_uint_t
vz_live_moved(uint64_t told, uint64_t value, uint64_t limit)
{
    uint64_t  step, way;

    way = (value > told) ? value - told : told - value;

    step = (limit == 0 || limit == UINT64_MAX) ? VZ_LIVE_UNBOUND
                                               : limit / VZ_LIVE_STEPS;

    return way > 0 && way >= step;
}


ngx_int_t
vz_zone_sample_get(uint64_t vm, vz_sample_t *sample)
{
    return vz_live_find(vm, sample);
}


ngx_int_t
vz_zone_beat_get(ngx_uint_t node, vz_sample_t *beat)
{
    return vz_live_find(VZ_LIVE_BEAT | node, beat);
}


static ngx_int_t
vz_live_find(uint64_t key, vz_sample_t *sample)
{
    vz_zone_t         *zone;
    vz_live_sample_t  *live;

    zone = vz_zone_lock();
    live = vz_table_find(&zone->samples, key, NULL, NULL);

    if (live != NULL) {
        *sample = live->sample;
    }

    vz_zone_unlock();

    return live != NULL ? NGX_OK : NGX_DECLINED;
}


void
vz_zone_sample_drop(uint64_t vm)
{
    vz_zone_t         *zone;
    vz_live_sample_t  *live;

    zone = vz_zone_lock();
    live = vz_table_find(&zone->samples, vm, NULL, NULL);

    if (live != NULL) {
        vz_table_remove(&zone->samples, live);
    }

    vz_zone_unlock();
}


void
vz_zone_sample_forget(ngx_uint_t node, uint64_t before)
{
    uint64_t    cursor;
    ngx_uint_t  more;

    cursor = 0;

    do {
        more = vz_live_forget(vz_zone_lock(), node, before, &cursor);
        vz_zone_unlock();

    } while (more);
}


/* some of them; whether there may be more behind the cursor */
static ngx_uint_t
vz_live_forget(vz_zone_t *zone, ngx_uint_t node, uint64_t before,
    uint64_t *cursor)
{
    ngx_uint_t         n;
    vz_live_sample_t  *live, *next;

    next = vz_table_after(&zone->samples, *cursor);

    for (n = 0; n < VZ_LIVE_BATCH; n++) {

        live = next;
        if (live == NULL) {
            return 0;
        }

        *cursor = live->entry.order.key;
        next = vz_table_next(&zone->samples, live);

        if (live->sample.node == node
            && live->sample.taken < before)
        {
            vz_table_remove(&zone->samples, live);
        }
    }

    return 1;
}


uint64_t
vz_zone_samples(uint64_t since, vz_sample_pt visit, void *data)
{
    ngx_uint_t   i, n;
    vz_zone_t   *zone;
    vz_sample_t  batch[VZ_LIVE_BATCH];

    do {
        zone = vz_zone_lock();
        n = vz_live_copy(&zone->samples, since,
                         offsetof(vz_live_sample_t, sample),
                         sizeof(vz_sample_t), batch);
        vz_zone_unlock();

        for (i = 0; i < n; i++) {
            if (visit(data, &batch[i]) != NGX_OK) {
                return since;
            }

            since = batch[i].version;
        }

    } while (n == VZ_LIVE_BATCH);

    return since;
}


static ngx_uint_t
vz_live_copy(vz_table_t *table, uint64_t since, size_t offset, size_t size,
    void *to)
{
    void        *entry;
    u_char      *p = to;
    ngx_uint_t   n;

    n = 0;

    for (entry = vz_table_after(table, since);
         entry != NULL && n < VZ_LIVE_BATCH;
         entry = vz_table_next(table, entry))
    {
        p = ngx_cpymem(p, (u_char *) entry + offset, size);
        n++;
    }

    return n;
}


void
vz_zone_task_put(vz_task_view_t *view)
{
    vz_zone_t       *zone;
    vz_live_task_t  *live;

    zone = vz_zone_lock();
    view->version = vz_zone_next(zone);

    live = vz_table_find(&zone->tasks, view->id, NULL, NULL);

    if (live == NULL) {
        live = vz_table_add(&zone->tasks, view->id, view->version, NULL);

    } else {
        vz_table_move(&zone->tasks, live, view->version);
    }

    if (live != NULL) {
        live->view = *view;
    }

    vz_zone_unlock();
}


ngx_int_t
vz_zone_task_get(uint64_t id, vz_task_view_t *view)
{
    vz_zone_t       *zone;
    vz_live_task_t  *live;

    zone = vz_zone_lock();
    live = vz_table_find(&zone->tasks, id, NULL, NULL);

    if (live != NULL) {
        *view = live->view;
    }

    vz_zone_unlock();

    return live != NULL ? NGX_OK : NGX_DECLINED;
}


uint64_t
vz_zone_tasks(uint64_t since, vz_task_view_pt visit, void *data)
{
    ngx_uint_t       i, n;
    vz_zone_t       *zone;
    vz_task_view_t  *batch;

    batch = ngx_alloc(VZ_LIVE_BATCH * sizeof(vz_task_view_t), ngx_cycle->log);
    if (batch == NULL) {
        return since;
    }

    do {
        zone = vz_zone_lock();
        n = vz_live_copy(&zone->tasks, since, offsetof(vz_live_task_t, view),
                         sizeof(vz_task_view_t), batch);
        vz_zone_unlock();

        for (i = 0; i < n; i++) {
            if (visit(data, &batch[i]) != NGX_OK) {
                n = 0;
                break;
            }

            since = batch[i].version;
        }

    } while (n == VZ_LIVE_BATCH);

    ngx_free(batch);

    return since;
}
