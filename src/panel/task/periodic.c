/*
 * Jobs that are done every now and then: one timer asks for the leases of all.
 */

#include <ngx_event.h>
#include "panel/task/periodic.h"
#include "runtime/fiber.h"
#include "runtime/schema.h"
#include "runtime/zone.h"


#define VZ_PERIODIC_TICK    1000    /* ms between looks at what is due */
#define VZ_PERIODIC_SCHEMA  2000    /* ms that the schema is known for */


/* A job in this worker. */
typedef struct {
    const vz_periodic_t  *job;
    ngx_uint_t            running;
    ngx_msec_t            next;     /* ngx_current_msec of its next run, where
                                       the lease is held */
} vz_periodic_job_t;


static void vz_periodic_tick(ngx_event_t *ev);
static ngx_uint_t vz_periodic_due(vz_periodic_job_t *item);
static void vz_periodic_run(void *data);


static vz_periodic_job_t  vz_periodic_jobs[VZ_PERIODIC_MAX];
static ngx_uint_t         vz_periodic_n;
static ngx_event_t        vz_periodic_event;


void
vz_periodic_init(ngx_cycle_t *cycle, const vz_periodic_t *jobs, ngx_uint_t n)
{
    ngx_uint_t  i;

    vz_periodic_n = ngx_min(n, VZ_PERIODIC_MAX);

    for (i = 0; i < vz_periodic_n; i++) {
        vz_periodic_jobs[i].job = &jobs[i];
        vz_periodic_jobs[i].next = ngx_current_msec;
    }

    vz_periodic_event.handler = vz_periodic_tick;
    vz_periodic_event.log = cycle->log;
    vz_periodic_event.data = &vz_periodic_event;
    vz_periodic_event.cancelable = 1;

    /* workers start together: spread their looks */
    ngx_add_timer(&vz_periodic_event, 50 + ngx_random() % VZ_PERIODIC_TICK);
}


void
vz_periodic_exit(void)
{
    if (vz_periodic_event.timer_set) {
        ngx_del_timer(&vz_periodic_event);
    }
}


static void
vz_periodic_tick(ngx_event_t *ev)
{
    ngx_uint_t          i;
    vz_periodic_job_t  *item;

    if (ngx_exiting) {
        return;
    }

    for (i = 0; i < vz_periodic_n; i++) {
        item = &vz_periodic_jobs[i];

        if (item->running || !vz_periodic_due(item)) {
            continue;
        }

        item->running = 1;

        if (vz_fiber_spawn(vz_periodic_run, item) != NGX_OK) {
            item->running = 0;
        }
    }

    ngx_add_timer(ev, VZ_PERIODIC_TICK);
}


/* a lease that is held is renewed at each look, due or not */

static ngx_uint_t
vz_periodic_due(vz_periodic_job_t *item)
{
    const vz_periodic_t  *job = item->job;

    if (job->hold == 0) {
        return vz_zone_turn(job->lease, job->period) == NGX_OK;
    }

    if (vz_zone_lease(job->lease, job->hold) != NGX_OK
        || (ngx_msec_int_t) (ngx_current_msec - item->next) < 0)
    {
        return 0;
    }

    /* the timer is never early, and a little late */
    item->next = ngx_current_msec + job->period - VZ_PERIODIC_TICK / 2;

    return 1;
}


static void
vz_periodic_run(void *data)
{
    vz_periodic_job_t  *item = data;

    ngx_pool_t  *pool;

    if (vz_schema_check(VZ_PERIODIC_SCHEMA) == VZ_BEHIND) {
        goto done;
    }

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "vzpanel: no memory for the job \"%s\"",
                      item->job->name);
        goto done;
    }

    item->job->run(pool);
    ngx_destroy_pool(pool);

done:

    item->running = 0;
}
