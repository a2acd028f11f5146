/*
 * What is counted for Prometheus.  It lives in the zone, so each worker adds to
 * the same counters, with an atomic addition and no lock, and each tells the
 * same: a scrape meets one worker of several.  A histogram has fixed buckets.
 */

#ifndef VZ_METRIC_H
#define VZ_METRIC_H

#include "runtime/zone.h"


#define VZ_METRIC_BUCKETS  12       /* of a histogram; the last has no end */
#define VZ_METRIC_ROUTES   256      /* that are counted, by their place */
#define VZ_METRIC_CLASSES  5        /* of statuses: 1xx to 5xx */
#define VZ_METRIC_KINDS    64       /* of tasks */
#define VZ_METRIC_WORKERS  128
#define VZ_METRIC_GAUGES   5

typedef struct {
    volatile ngx_atomic_t    bucket[VZ_METRIC_BUCKETS];
    volatile ngx_atomic_t    usec;  /* the sum of all */
} vz_metric_histogram_t;

typedef struct {
    vz_metric_histogram_t    seconds;
    volatile ngx_atomic_t    classes[VZ_METRIC_CLASSES];
} vz_metric_route_t;

typedef struct {
    u_char                   name[24];  /* "": unused from here on */
    vz_metric_histogram_t    done;
    vz_metric_histogram_t    failed;
} vz_metric_kind_t;

/* What a worker told of itself last. */
typedef struct {
    ngx_pid_t                pid;
    uint64_t                 at;        /* vz_zone_now() */
    uint64_t                 gauges[VZ_METRIC_GAUGES];
} vz_metric_worker_t;

typedef struct {
    uint32_t                 routed;    /* sum over the names of the routes */
    volatile ngx_atomic_t    statements;
    vz_metric_route_t        routes[VZ_METRIC_ROUTES];
    vz_metric_kind_t         kinds[VZ_METRIC_KINDS];
    vz_metric_worker_t       workers[VZ_METRIC_WORKERS];
} vz_metric_t;


/* vz_metric_table: it has no entries, only this head. */
extern const vz_table_def_t  vz_metric_table;

/* The upper ends of the buckets but the last, in ms. */
extern const uint32_t  vz_metric_call_ends[VZ_METRIC_BUCKETS - 1];
extern const uint32_t  vz_metric_task_ends[VZ_METRIC_BUCKETS - 1];

/*
 * vz_metric_init: at worker start; sum is one over the names of the routes.
 * Where the zone was kept over a reload that brought other routes, their
 * counters begin anew.
 */
void vz_metric_init(uint32_t sum);

/* vz_metric_all: all counters, in the zone. */
vz_metric_t *vz_metric_all(void);

/* vz_metric_usec: microseconds of a clock that nobody sets. */
uint64_t vz_metric_usec(void);

/* vz_metric_call: count a call of a route, by its place, and its status. */
void vz_metric_call(ngx_uint_t route, ngx_uint_t status, uint64_t usec);

/* vz_metric_task: count a task that ended, from its start to its end. */
void vz_metric_task(const char *kind, ngx_uint_t done, uint64_t msec);


#endif /* VZ_METRIC_H */
