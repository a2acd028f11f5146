/*
 * What is counted for Prometheus.
 */

#include <time.h>
#include "panel/api/metric.h"


static void vz_metric_add(vz_metric_histogram_t *histogram,
    const uint32_t *ends, uint64_t usec);
static vz_metric_kind_t *vz_metric_kind(const char *name);


const vz_table_def_t  vz_metric_table = {
    .size = sizeof(vz_entry_t),
    .head = sizeof(vz_metric_t)
};

const uint32_t  vz_metric_call_ends[] = {
    5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000
};

const uint32_t  vz_metric_task_ends[] = {
    100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 1800000
};

static vz_metric_t  *vz_metric;


void
vz_metric_init(uint32_t sum)
{
    vz_metric = vz_zone_lock(&vz_metric_table)->head;

    if (vz_metric->routed != sum) {
        ngx_memzero(vz_metric->routes, sizeof(vz_metric->routes));
        vz_metric->routed = sum;
    }

    vz_zone_unlock();
}


vz_metric_t *
vz_metric_all(void)
{
    return vz_metric;
}


uint64_t
vz_metric_usec(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


void
vz_metric_call(ngx_uint_t route, ngx_uint_t status, uint64_t usec)
{
    if (route >= VZ_METRIC_ROUTES) {
        return;
    }

    vz_metric_add(&vz_metric->routes[route].seconds, vz_metric_call_ends,
                  usec);

    if (status >= 100 && status < 100 * (VZ_METRIC_CLASSES + 1)) {
        (void) ngx_atomic_fetch_add(
            &vz_metric->routes[route].classes[status / 100 - 1], 1);
    }
}


void
vz_metric_task(const char *name, ngx_uint_t done, uint64_t msec)
{
    vz_metric_kind_t  *kind;

    kind = vz_metric_kind(name);

    if (kind != NULL) {
        vz_metric_add(done ? &kind->done : &kind->failed, vz_metric_task_ends,
                      msec * 1000);
    }
}


static void
vz_metric_add(vz_metric_histogram_t *histogram, const uint32_t *ends,
    uint64_t usec)
{
    ngx_uint_t  i;

    for (i = 0; i < VZ_METRIC_BUCKETS - 1; i++) {
        if (usec <= (uint64_t) ends[i] * 1000) {
            break;
        }
    }

    (void) ngx_atomic_fetch_add(&histogram->bucket[i], 1);
    (void) ngx_atomic_fetch_add(&histogram->usec, (ngx_atomic_int_t) usec);
}


/* a name is written once, while the zone is locked, and stays */

static vz_metric_kind_t *
vz_metric_kind(const char *name)
{
    ngx_uint_t         i;
    vz_metric_kind_t  *kind;

    (void) vz_zone_lock(&vz_metric_table);

    for (i = 0; i < VZ_METRIC_KINDS; i++) {
        kind = &vz_metric->kinds[i];

        if (kind->name[0] == '\0') {
            ngx_cpystrn(kind->name, (u_char *) name, sizeof(kind->name));
        }

        if (ngx_strncmp(kind->name, name, sizeof(kind->name) - 1) == 0) {
            break;
        }
    }

    vz_zone_unlock();

    return i < VZ_METRIC_KINDS ? &vz_metric->kinds[i] : NULL;
}
