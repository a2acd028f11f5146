/*
 * The zone itself: its configuration, the three ways it begins, its lock and
 * clock, walks, leases, generations, and whether anybody watches.
 */

#include "runtime/zone.h"
#include "runtime/zone_core.h"


#define VZ_ZONE_MAGIC  0x767a7032   /* "vzp2" */
#define VZ_ZONE_BATCH  32           /* entries of a walk, copied in one lock */


static ngx_int_t vz_zone_start(ngx_shm_zone_t *shm_zone, void *data);
static ngx_int_t vz_zone_check(ngx_shm_zone_t *shm_zone, vz_zone_t *zone);
static ngx_int_t vz_zone_create(ngx_shm_zone_t *shm_zone,
    ngx_slab_pool_t *slab);
static uint32_t vz_zone_layout(void);
static ngx_uint_t vz_zone_copy(const vz_table_def_t *def, uint64_t since,
    u_char *to);
static ngx_int_t vz_zone_lease_take(ngx_uint_t lease, ngx_msec_t msec,
    ngx_pid_t holder);


static vz_zone_t                    *vz_zone;
static ngx_slab_pool_t              *vz_zone_slab;
static const vz_table_def_t *const  *vz_zone_tables;


char *
vz_zone_add(ngx_conf_t *cf, ngx_str_t *name, size_t size, void *tag,
    const vz_table_def_t *const *tables)
{
    ngx_shm_zone_t  *shm_zone;

    if (size < VZ_ZONE_MIN) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" is too small, it needs 1m", name);
        return NGX_CONF_ERROR;
    }

    shm_zone = ngx_shared_memory_add(cf, name, size, tag);
    if (shm_zone == NULL) {
        return NGX_CONF_ERROR;
    }

    shm_zone->init = vz_zone_start;
    vz_zone_tables = tables;

    return NGX_CONF_OK;
}


static ngx_int_t
vz_zone_start(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_slab_pool_t  *slab;

    if (data != NULL) {
        /* kept over a reload */
        shm_zone->data = data;
        return vz_zone_check(shm_zone, data);
    }

    slab = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (shm_zone->shm.exists) {
        shm_zone->data = slab->data;
        return vz_zone_check(shm_zone, slab->data);
    }

    return vz_zone_create(shm_zone, slab);
}


static ngx_int_t
vz_zone_check(ngx_shm_zone_t *shm_zone, vz_zone_t *zone)
{
    if (zone->magic == VZ_ZONE_MAGIC && zone->layout == vz_zone_layout()) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                  "zone \"%V\" was made by another version of vzpanel: "
                  "restart nginx", &shm_zone->shm.name);

    return NGX_ERROR;
}


static ngx_int_t
vz_zone_create(ngx_shm_zone_t *shm_zone, ngx_slab_pool_t *slab)
{
    size_t       len;
    ngx_uint_t   i;
    vz_zone_t   *zone;

    zone = ngx_slab_calloc(slab, sizeof(vz_zone_t));
    if (zone == NULL) {
        return NGX_ERROR;
    }

    len = sizeof(" in vzpanel zone \"\"") + shm_zone->shm.name.len;

    slab->log_ctx = ngx_slab_alloc(slab, len);
    if (slab->log_ctx == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(slab->log_ctx, " in vzpanel zone \"%V\"%Z",
                       &shm_zone->shm.name);
    slab->log_nomem = 0;

    zone->magic = VZ_ZONE_MAGIC;
    zone->layout = vz_zone_layout();

    vz_zone = zone;
    vz_zone_slab = slab;

    /* streams begin at this version, not at 0, before anything happened */

    (void) vz_zone_next();

    for (i = 0; vz_zone_tables[i] != NULL; i++) {
        if (vz_table_init(&zone->tables[i], vz_zone_tables[i],
                          shm_zone->shm.size)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    slab->data = zone;
    shm_zone->data = zone;

    return NGX_OK;
}


/* a sum that workers of old and new configurations must agree on */
static uint32_t
vz_zone_layout(void)
{
    uint32_t    sum;
    ngx_uint_t  i;

    sum = sizeof(vz_zone_t);

    for (i = 0; vz_zone_tables[i] != NULL; i++) {
        sum = sum * 31 + vz_zone_tables[i]->size + 7 * vz_zone_tables[i]->head;
    }

    return sum;
}


/*
 * look it up in the cycle: a configuration that failed to load leaves nothing
 */
void
vz_zone_init(ngx_cycle_t *cycle)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_shm_zone_t   *shm_zone;

    vz_zone = NULL;

    for (part = &cycle->shared_memory.part; part; part = part->next) {
        shm_zone = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (shm_zone[i].init == vz_zone_start) {
                vz_zone = shm_zone[i].data;
                vz_zone_slab = (ngx_slab_pool_t *) shm_zone[i].shm.addr;
            }
        }
    }
}


vz_zone_t *
vz_zone_root(void)
{
    return vz_zone;
}


vz_zone_t *
vz_zone_hold(void)
{
    ngx_shmtx_lock(&vz_zone_slab->mutex);

    return vz_zone;
}


vz_table_t *
vz_zone_lock(const vz_table_def_t *def)
{
    ngx_uint_t  i;

    for (i = 0; vz_zone_tables[i] != def; i++) { /* it is one of them */ }

    return &vz_zone_hold()->tables[i];
}


void
vz_zone_unlock(void)
{
    ngx_shmtx_unlock(&vz_zone_slab->mutex);
}


ngx_int_t
vz_zone_get(const vz_table_def_t *def, uint64_t key, void *to, size_t offset,
    size_t size)
{
    u_char  *entry;

    entry = vz_table_find(vz_zone_lock(def), key, NULL, NULL);

    if (entry != NULL) {
        ngx_memcpy(to, entry + offset, size);
    }

    vz_zone_unlock();

    return entry != NULL ? NGX_OK : NGX_DECLINED;
}


ngx_slab_pool_t *
vz_zone_memory(void)
{
    return vz_zone_slab;
}


uint64_t
vz_zone_now(void)
{
    return ngx_current_msec;
}


uint64_t
vz_zone_next(void)
{
    uint64_t        now;
    struct timeval  tv;

    ngx_gettimeofday(&tv);
    now = (uint64_t) tv.tv_sec * 1000000 + tv.tv_usec;

    vz_zone->version = ngx_max(now, vz_zone->version + 1);

    return vz_zone->version;
}


uint64_t
vz_zone_version(void)
{
    return vz_zone->version;
}


uint64_t
vz_zone_walk(const vz_table_def_t *def, uint64_t since, vz_zone_visit_pt visit,
    void *data)
{
    u_char            *batch;
    ngx_uint_t         i, n;
    const vz_entry_t  *entry;

    batch = ngx_alloc(VZ_ZONE_BATCH * def->size, ngx_cycle->log);
    if (batch == NULL) {
        return since;
    }

    do {
        n = vz_zone_copy(def, since, batch);

        for (i = 0; i < n; i++) {
            entry = (vz_entry_t *) (batch + i * def->size);

            if (visit(data, entry) != NGX_OK) {
                n = 0;
                break;
            }

            since = entry->order.key;
        }

    } while (n == VZ_ZONE_BATCH);

    ngx_free(batch);

    return since;
}


static ngx_uint_t
vz_zone_copy(const vz_table_def_t *def, uint64_t since, u_char *to)
{
    void        *entry;
    ngx_uint_t   n;
    vz_table_t  *table;

    n = 0;
    table = vz_zone_lock(def);

    for (entry = vz_table_after(table, since);
         entry != NULL && n < VZ_ZONE_BATCH;
         entry = vz_table_next(table, entry))
    {
        to = ngx_cpymem(to, entry, def->size);
        n++;
    }

    vz_zone_unlock();

    return n;
}


void
vz_zone_bump(ngx_uint_t generation)
{
    vz_zone_hold()->generations[generation]++;
    vz_zone_unlock();
}


uint64_t
vz_zone_generation(ngx_uint_t generation)
{
    return vz_zone->generations[generation];
}


ngx_int_t
vz_zone_lease(ngx_uint_t lease, ngx_msec_t msec)
{
    return vz_zone_lease_take(lease, msec, ngx_pid);
}


ngx_int_t
vz_zone_turn(ngx_uint_t lease, ngx_msec_t msec)
{
    return vz_zone_lease_take(lease, msec, NGX_INVALID_PID);
}


static ngx_int_t
vz_zone_lease_take(ngx_uint_t lease, ngx_msec_t msec, ngx_pid_t holder)
{
    uint64_t     now;
    ngx_int_t    rc;
    vz_lease_t  *held;

    if (lease >= VZ_ZONE_LEASES) {
        return NGX_DECLINED;
    }

    rc = NGX_DECLINED;
    now = vz_zone_now();
    held = &vz_zone_hold()->leases[lease];

    if ((held->pid == holder && holder != NGX_INVALID_PID)
        || held->until <= now)
    {
        held->pid = holder;
        held->until = now + msec;
        rc = NGX_OK;
    }

    vz_zone_unlock();

    return rc;
}


void
vz_zone_lease_end(ngx_uint_t lease)
{
    vz_lease_t  *held;

    if (lease >= VZ_ZONE_LEASES) {
        return;
    }

    held = &vz_zone_hold()->leases[lease];

    if (held->pid == ngx_pid) {
        held->until = 0;
    }

    vz_zone_unlock();
}


void
vz_zone_watch(ngx_msec_t msec)
{
    uint64_t  until;

    until = vz_zone_now() + msec;

    if (until > vz_zone->watched) {
        vz_zone->watched = until;
    }
}


ngx_uint_t
vz_zone_watched(void)
{
    return vz_zone->watched > vz_zone_now();
}
