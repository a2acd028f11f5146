/*
 * The zone itself: configuration, the three ways it begins, its lock, its
 * clock, duties and who watches.
 */

#include "runtime/zone_core.h"


#define VZ_ZONE_MAGIC  0x767a7031   /* "vzp1" */


/* of one layout all workers of old and new configurations must be */
#define VZ_ZONE_LAYOUT                                                        \
    (sizeof(vz_zone_t) + 8 * sizeof(vz_who_t) + 64 * sizeof(vz_sample_t)      \
     + 512 * sizeof(vz_task_view_t))


static ngx_int_t vz_zone_start(ngx_shm_zone_t *shm_zone, void *data);
static ngx_int_t vz_zone_check(ngx_shm_zone_t *shm_zone, vz_zone_t *zone);
static ngx_int_t vz_zone_duty_take(ngx_uint_t duty, ngx_msec_t msec,
    ngx_pid_t holder);
static ngx_int_t vz_zone_create(ngx_shm_zone_t *shm_zone,
    ngx_slab_pool_t *slab);


static vz_zone_t        *vz_zone;
static ngx_slab_pool_t  *vz_zone_slab;


char *
vz_zone_add(ngx_conf_t *cf, ngx_str_t *name, size_t size, void *tag)
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
    if (zone->magic == VZ_ZONE_MAGIC && zone->layout == VZ_ZONE_LAYOUT) {
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
    zone->layout = VZ_ZONE_LAYOUT;

    /* a stream that opens before anything happened begins here, not at 0 */

    (void) vz_zone_next(zone);

    for (i = 0; i < VZ_ZONE_USERS; i++) {
        ngx_queue_init(&zone->users[i]);
    }

    vz_zone_session_table(&zone->sessions, shm_zone->shm.size / 4);
    vz_zone_login_table(&zone->logins, shm_zone->shm.size / 8);
    vz_zone_sample_table(&zone->samples, shm_zone->shm.size / 8 * 3);
    vz_zone_task_table(&zone->tasks, shm_zone->shm.size / 8);

    slab->data = zone;
    shm_zone->data = zone;

    return NGX_OK;
}


/* by the cycle: a configuration that failed to load leaves nothing behind */
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
vz_zone_lock(void)
{
    ngx_shmtx_lock(&vz_zone_slab->mutex);

    return vz_zone;
}


void
vz_zone_unlock(void)
{
    ngx_shmtx_unlock(&vz_zone_slab->mutex);
}


ngx_slab_pool_t *
vz_zone_memory(void)
{
    return vz_zone_slab;
}


vz_zone_t *
vz_zone_peek(void)
{
    return vz_zone;
}


uint64_t
vz_zone_now(void)
{
    return ngx_current_msec;
}


uint64_t
vz_zone_next(vz_zone_t *zone)
{
    uint64_t        now;
    struct timeval  tv;

    ngx_gettimeofday(&tv);
    now = (uint64_t) tv.tv_sec * 1000000 + tv.tv_usec;

    zone->version = ngx_max(now, zone->version + 1);

    return zone->version;
}


uint64_t
vz_zone_version(void)
{
    return vz_zone->version;
}


void
vz_zone_change(void)
{
    vz_zone_t  *zone;

    zone = vz_zone_lock();
    zone->changed++;
    vz_zone_unlock();
}


uint64_t
vz_zone_changed(void)
{
    return vz_zone->changed;
}


void
vz_zone_vms_change(void)
{
    vz_zone_t  *zone;

    zone = vz_zone_lock();
    zone->vms_changed++;
    vz_zone_unlock();
}


uint64_t
vz_zone_vms_changed(void)
{
    return vz_zone->vms_changed;
}


ngx_int_t
vz_zone_duty(ngx_uint_t duty, ngx_msec_t msec)
{
    return vz_zone_duty_take(duty, msec, ngx_pid);
}


ngx_int_t
vz_zone_turn(ngx_uint_t duty, ngx_msec_t msec)
{
    return vz_zone_duty_take(duty, msec, NGX_INVALID_PID);
}


static ngx_int_t
vz_zone_duty_take(ngx_uint_t duty, ngx_msec_t msec, ngx_pid_t holder)
{
    uint64_t    now;
    ngx_int_t   rc;
    vz_duty_t  *d;

    if (duty >= VZ_DUTY_COUNT) {
        return NGX_DECLINED;
    }

    rc = NGX_DECLINED;
    now = vz_zone_now();
    d = &vz_zone_lock()->duties[duty];

    if ((d->pid == holder && holder != NGX_INVALID_PID) || d->until <= now) {
        d->pid = holder;
        d->until = now + msec;
        rc = NGX_OK;
    }

    vz_zone_unlock();

    return rc;
}


void
vz_zone_duty_done(ngx_uint_t duty)
{
    vz_duty_t  *d;

    if (duty >= VZ_DUTY_COUNT) {
        return;
    }

    d = &vz_zone_lock()->duties[duty];

    if (d->pid == ngx_pid) {
        d->until = 0;
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
