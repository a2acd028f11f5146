/*
 * Samples: how the zone keeps them, and which change of a figure a person can
 * see.
 */

#include "panel/api/strlist.h"
#include "panel/live/sample.h"


#define VZ_SAMPLE_BATCH    32               /* looked at in one lock */
#define VZ_SAMPLE_UPTIME   10000            /* ms between pure uptimes */
#define VZ_SAMPLE_STEPS    200              /* of a bar: 0.5 per cent */
#define VZ_SAMPLE_UNBOUND  (4 * 1024 * 1024)    /* step without a limit */
#define VZ_SAMPLE_CPU      10               /* tenths of a per cent */


typedef struct {
    vz_entry_t        entry;        /* key: id of the row; order: version */
    uint64_t          told;         /* when the version moved */
    uint64_t          told_memory;  /* what was seen of the memory then */
    uint64_t          told_disk;    /* of the disk */
    uint32_t          told_cpu;     /* and of the CPU */
    vz_sample_t       sample;
} vz_sample_entry_t;

typedef struct {
    vz_sample_pt      visit;
    void             *data;
} vz_sample_walk_t;


static uint32_t vz_sample_cpu(const vz_sample_t *before,
    const vz_sample_t *sample);
static ngx_uint_t vz_sample_changed(const vz_sample_entry_t *live,
    const vz_sample_t *sample);
static ngx_uint_t vz_sample_moved(uint64_t told, uint64_t value,
    uint64_t limit);
static ngx_uint_t vz_sample_forget_some(vz_table_t *table, ngx_uint_t node,
    uint64_t before, uint64_t *cursor);
static ngx_int_t vz_sample_visit(void *data, const vz_entry_t *entry);


const vz_table_def_t  vz_sample_table = {
    .size = sizeof(vz_sample_entry_t),
    .parts = 24
};

const char *const  vz_sample_state_names[] = {
    [VZ_STATE_UNKNOWN] = "unknown",
    [VZ_STATE_RUNNING] = "running",
    [VZ_STATE_STOPPED] = "stopped",
    [VZ_STATE_FROZEN] = "frozen",
    [VZ_STATE_FROZEN + 1] = NULL
};


void
vz_sample_put(vz_sample_t *sample)
{
    uint64_t           version;
    ngx_uint_t         changed;
    vz_table_t         *table;
    vz_sample_entry_t  *live;

    sample->cpu_tenths = 0;

    table = vz_zone_lock(&vz_sample_table);
    live = vz_table_find(table, sample->vm, NULL, NULL);

    if (live == NULL) {
        changed = 1;
        version = vz_zone_next();
        live = vz_table_add(table, sample->vm, version, NULL);

    } else {
        sample->cpu_tenths = vz_sample_cpu(&live->sample, sample);
        changed = vz_sample_changed(live, sample);
        version = changed ? vz_zone_next() : live->sample.version;

        if (changed) {
            vz_table_move(table, live, version);
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
vz_sample_cpu(const vz_sample_t *before, const vz_sample_t *sample)
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
vz_sample_changed(const vz_sample_entry_t *live, const vz_sample_t *sample)
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

    if (vz_sample_moved(live->told_memory, sample->memory_used,
                        sample->memory_limit)
        || vz_sample_moved(live->told_disk, sample->disk_used,
                           sample->disk_total))
    {
        return 1;
    }

    if (sample->cpu_tenths >= live->told_cpu + VZ_SAMPLE_CPU
        || live->told_cpu >= sample->cpu_tenths + VZ_SAMPLE_CPU)
    {
        return 1;
    }

    return sample->state == VZ_STATE_RUNNING
           && sample->taken >= live->told + VZ_SAMPLE_UPTIME;
}


static ngx_uint_t
vz_sample_moved(uint64_t told, uint64_t value, uint64_t limit)
{
    uint64_t  step, way;

    way = (value > told) ? value - told : told - value;

    step = (limit == 0 || limit == UINT64_MAX) ? VZ_SAMPLE_UNBOUND
                                               : limit / VZ_SAMPLE_STEPS;

    return way > 0 && way >= step;
}


ngx_int_t
vz_sample_get(uint64_t vm, vz_sample_t *sample)
{
    return vz_zone_get(&vz_sample_table, vm, sample,
                       offsetof(vz_sample_entry_t, sample),
                       sizeof(*sample));
}


void
vz_sample_drop(uint64_t vm)
{
    vz_table_t         *table;
    vz_sample_entry_t  *live;

    table = vz_zone_lock(&vz_sample_table);
    live = vz_table_find(table, vm, NULL, NULL);

    if (live != NULL) {
        vz_table_remove(table, live);
    }

    vz_zone_unlock();
}


void
vz_sample_forget(ngx_uint_t node, uint64_t before)
{
    uint64_t    cursor;
    ngx_uint_t  more;

    cursor = 0;

    do {
        more = vz_sample_forget_some(vz_zone_lock(&vz_sample_table),
                                     node, before, &cursor);
        vz_zone_unlock();

    } while (more);
}


/* drop some of them; returns whether there may be more behind the cursor */
static ngx_uint_t
vz_sample_forget_some(vz_table_t *table, ngx_uint_t node, uint64_t before,
    uint64_t *cursor)
{
    ngx_uint_t         n;
    vz_sample_entry_t  *live, *next;

    next = vz_table_after(table, *cursor);

    for (n = 0; n < VZ_SAMPLE_BATCH; n++) {

        live = next;
        if (live == NULL) {
            return 0;
        }

        *cursor = live->entry.order.key;
        next = vz_table_next(table, live);

        if (live->sample.node == node
            && live->sample.taken < before)
        {
            vz_table_remove(table, live);
        }
    }

    return 1;
}


uint64_t
vz_sample_each(uint64_t since, vz_sample_pt visit, void *data)
{
    vz_sample_walk_t  walk = { visit, data };

    return vz_zone_walk(&vz_sample_table, since, vz_sample_visit, &walk);
}


static ngx_int_t
vz_sample_visit(void *data, const vz_entry_t *entry)
{
    vz_sample_walk_t  *walk = data;

    return walk->visit(walk->data,
                       &((const vz_sample_entry_t *) entry)->sample);
}


const char *
vz_sample_state_name(vz_state_e state)
{
    return vz_sample_state_names[state];
}


vz_state_e
vz_sample_state_parse(const ngx_str_t *word)
{
    ngx_int_t  state;

    state = vz_strlist_index(word, vz_sample_state_names);

    return state < 0 ? VZ_STATE_UNKNOWN : (vz_state_e) state;
}
