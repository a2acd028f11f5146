/*
 * GET /api/metrics: figures of the panel and of its containers.  What a scrape
 * costs is bounded: it reads the zone, and asks the database for what is
 * unfinished, never for all that ever was.
 */

#include <ngx_event.h>
#include "panel/api/route.h"
#include "panel/live/collector.h"
#include "panel/live/node_health.h"
#include "panel/node/node.h"
#include "panel/ops/metrics.h"
#include "panel/ops/metrics_text.h"
#include "panel/ops/metrics_vms.h"
#include "panel/task/runner.h"
#include "panel/task/task_wait.h"
#include "runtime/fiber.h"
#include "runtime/probe.h"
#include "runtime/row.h"
#include "runtime/sse.h"


#define VZ_METRICS_TELL    1000     /* ms between what a worker tells */
#define VZ_METRICS_FRESH   5000     /* ms that it is good for */
#define VZ_METRICS_KEEP    1000     /* ms; scrapers may be several */
#define VZ_METRICS_STATES  4
#define VZ_METRICS_ROOM    32768    /* bytes beside histograms */


static void vz_metrics_tick(ngx_event_t *ev);
static void vz_metrics_tell(ngx_uint_t leaves);
static vz_code_e vz_metrics_check(void *data, ngx_pool_t *pool);
static void vz_metrics_panel(vz_call_t *call);
static void vz_metrics_workers(vz_metrics_text_t *text);
static void vz_metrics_database(vz_metrics_text_t *text);
static void vz_metrics_calls(vz_metrics_text_t *text);
static void vz_metrics_classes(vz_metrics_text_t *text);
static void vz_metrics_tasks(vz_metrics_text_t *text);
static void vz_metrics_nodes(vz_metrics_text_t *text);
static void vz_metrics_states(vz_metrics_text_t *text);
static ngx_int_t vz_metrics_state(void *data, const vz_sample_t *sample);
static const char *vz_metrics_method(ngx_uint_t method);


static const struct {
    const char  *name;
    const char  *help;
} vz_metrics_gauges[VZ_METRIC_GAUGES] = {
    { "fibers", "Calls and background work in progress." },
    { "streams", "Event streams open." },
    { "streams_watching", "Those that watch containers." },
    { "tasks_carried", "Tasks the worker carries out." },
    { "waits", "Calls that wait for the end of a task." }
};

static const char *const  vz_metrics_of[] = { "panel", "vms", NULL };

static const vz_query_t  vz_metrics_arg[] = {
    { "of", VZ_QUERY_WORD, 0, vz_metrics_of }
};

const vz_query_args_t  vz_metrics_args = vz_query_args(vz_metrics_arg);

/* keys have both */
static const vz_sql_t  vz_metrics_open = vz_sql("metrics",
    "SELECT (SELECT COUNT(*) FROM task WHERE state = 'queued') AS queued,"
    " (SELECT COUNT(*) FROM task WHERE state = 'running') AS running,"
    " (SELECT COUNT(*) FROM task WHERE state = 'held') AS held,"
    " (SELECT COUNT(*) FROM mail WHERE state = 'queued') AS mails");

static const char *const  vz_metrics_columns[VZ_METRICS_STATES] = {
    "queued", "running", "held", "mails"
};

static vz_probe_t  vz_metrics_probe = {
    .run = vz_metrics_check, .keep = VZ_METRICS_KEEP
};

static int64_t      vz_metrics_numbers[VZ_METRICS_STATES];
static uint64_t     vz_metrics_statements;      /* of them that were told */
static ngx_event_t  vz_metrics_event;

static ngx_connection_t  vz_metrics_dumb = { .fd = (ngx_socket_t) -1 };


void
vz_metrics_init(ngx_cycle_t *cycle)
{
    vz_metrics_event.handler = vz_metrics_tick;
    vz_metrics_event.log = cycle->log;
    vz_metrics_event.data = &vz_metrics_dumb;
    vz_metrics_event.cancelable = 1;

    ngx_add_timer(&vz_metrics_event, VZ_METRICS_TELL);
}


void
vz_metrics_exit(void)
{
    if (vz_metrics_event.timer_set) {
        ngx_del_timer(&vz_metrics_event);
    }

    vz_metrics_tell(1);
}


static void
vz_metrics_tick(ngx_event_t *ev)
{
    vz_metrics_tell(0);

    if (!ngx_exiting) {
        ngx_add_timer(ev, VZ_METRICS_TELL);
    }
}


/* its own place, unless the next worker of that number has it already */

static void
vz_metrics_tell(ngx_uint_t leaves)
{
    uint64_t             statements;
    ngx_uint_t           watching;
    vz_metric_t         *all;
    vz_metric_worker_t  *worker;

    all = vz_metric_all();

    if (all == NULL) {
        return;
    }

    statements = vz_db_statements();
    (void) ngx_atomic_fetch_add(&all->statements,
                                (ngx_atomic_int_t) (statements
                                                  - vz_metrics_statements));
    vz_metrics_statements = statements;

    worker = &all->workers[ngx_worker % VZ_METRIC_WORKERS];

    if ((leaves || ngx_exiting) && worker->pid != ngx_pid) {
        return;
    }

    worker->pid = ngx_pid;
    worker->gauges[0] = vz_fiber_count();
    worker->gauges[1] = vz_sse_count(&watching);
    worker->gauges[2] = watching;
    worker->gauges[3] = vz_runner_count();
    worker->gauges[4] = vz_task_wait_count();
    worker->at = leaves ? 0 : vz_zone_now();
}


static vz_code_e
vz_metrics_check(void *data, ngx_pool_t *pool)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i;

    (void) data;

    rc = vz_db_query(NULL, pool, &vz_metrics_open, vz_no_binds, &rows);

    for (i = 0; rc == VZ_OK && i < VZ_METRICS_STATES; i++) {
        vz_metrics_numbers[i] = vz_row_int(&rows, 0, vz_metrics_columns[i]);
    }

    return rc;
}


void
vz_metrics_show(vz_call_t *call)
{
    ngx_str_t  of;
    vz_bind_t  values[VZ_QUERY_MAX];

    if (vz_query_read(call, &vz_metrics_args, values) != VZ_OK) {
        return;
    }

    of = vz_call_arg(call, "of");

    if (of.len == 3) {
        vz_metrics_vms(call);
    } else {
        vz_metrics_panel(call);
    }
}


static void
vz_metrics_panel(vz_call_t *call)
{
    size_t              size;
    ngx_str_t           all;
    ngx_uint_t          routes;
    vz_json_t          *out;
    vz_metrics_text_t   text;

    (void) vz_route_table(&routes);

    size = VZ_METRICS_ROOM
           + (routes + VZ_METRIC_KINDS * 2) * (VZ_METRIC_BUCKETS + 2 + 5)
             * VZ_METRICS_LINE;

    all.data = ngx_pnalloc(call->pool, size);
    if (all.data == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    text.p = all.data;
    text.end = all.data + size;

    vz_metrics_tell(0);
    vz_metrics_workers(&text);
    vz_metrics_database(&text);
    vz_metrics_calls(&text);
    vz_metrics_classes(&text);
    vz_metrics_tasks(&text);
    vz_metrics_nodes(&text);
    vz_metrics_states(&text);

    all.len = text.p - all.data;

    out = vz_call_reply(call, NGX_HTTP_OK);
    ngx_str_set(&call->type, "text/plain; version=0.0.4");
    vz_json_static(out, NULL, &all);
}


static void
vz_metrics_workers(vz_metrics_text_t *text)
{
    uint64_t                   now;
    ngx_uint_t                 i, k;
    const vz_metric_t         *all;
    const vz_metric_worker_t  *worker;

    all = vz_metric_all();
    now = vz_zone_now();

    for (i = 0; i < VZ_METRIC_GAUGES; i++) {
        vz_metrics_text_head(text, vz_metrics_gauges[i].name, "gauge",
                             vz_metrics_gauges[i].help);

        for (k = 0; k < VZ_METRIC_WORKERS; k++) {
            worker = &all->workers[k];

            if (worker->at && now <= worker->at + VZ_METRICS_FRESH) {
                text->p = ngx_slprintf(text->p, text->end,
                                       "vzpanel_%s{worker=\"%ui\"} %uL\n",
                                       vz_metrics_gauges[i].name, k,
                                       worker->gauges[i]);
            }
        }
    }

    vz_metrics_text_head(text, "statements_total", "counter",
                         "Database statements executed.");
    text->p = ngx_slprintf(text->p, text->end,
                           "vzpanel_statements_total %uA\n", all->statements);
}


static void
vz_metrics_database(vz_metrics_text_t *text)
{
    ngx_uint_t  i, up;

    vz_probe_begin(&vz_metrics_probe);
    up = (vz_probe_end(&vz_metrics_probe) == VZ_OK);

    vz_metrics_text_head(text, "database_up", "gauge", "Whether it answers.");
    text->p = ngx_slprintf(text->p, text->end, "vzpanel_database_up %ui\n",
                           up);

    if (!up) {
        return;
    }

    vz_metrics_text_head(text, "tasks", "gauge",
                         "Tasks that are not finished, by state.");

    for (i = 0; i < VZ_METRICS_STATES - 1; i++) {
        text->p = ngx_slprintf(text->p, text->end,
                               "vzpanel_tasks{state=\"%s\"} %L\n",
                               vz_metrics_columns[i], vz_metrics_numbers[i]);
    }

    vz_metrics_text_head(text, "mails_queued", "gauge",
                         "Mails that are to be sent.");
    text->p = ngx_slprintf(text->p, text->end, "vzpanel_mails_queued %L\n",
                           vz_metrics_numbers[i]);
}


/* routes that nobody has called yet are left out */

static void
vz_metrics_calls(vz_metrics_text_t *text)
{
    u_char              labels[VZ_METRICS_LINE];
    ngx_uint_t          i, n;
    const vz_route_t   *routes;
    vz_metric_route_t  *all;

    routes = vz_route_table(&n);
    all = vz_metric_all()->routes;

    vz_metrics_text_head(text, "http_request_duration_seconds", "histogram",
                         "Calls of the API, by route, until their reply is "
                         "ready, or their stream begins.");

    for (i = 0; i < n && i < VZ_METRIC_ROUTES; i++) {

        if (vz_metrics_text_count(&all[i].seconds) == 0) {
            continue;
        }

        (void) ngx_snprintf(labels, sizeof(labels),
                            "method=\"%s\",route=\"%s\"%Z",
                            vz_metrics_method(routes[i].method),
                            routes[i].pattern);
        vz_metrics_text_histogram(text, "http_request_duration_seconds",
                                  (char *) labels, &all[i].seconds,
                                  vz_metric_call_ends);
    }
}


static void
vz_metrics_classes(vz_metrics_text_t *text)
{
    ngx_uint_t          i, k, n;
    const vz_route_t   *routes;
    vz_metric_route_t  *all;

    routes = vz_route_table(&n);
    all = vz_metric_all()->routes;

    vz_metrics_text_head(text, "http_responses_total", "counter",
                         "Replies of the API, by route and class of status.");

    for (i = 0; i < n && i < VZ_METRIC_ROUTES; i++) {
        for (k = 0; k < VZ_METRIC_CLASSES; k++) {

            if (all[i].classes[k]) {
                text->p = ngx_slprintf(text->p, text->end,
                                       "vzpanel_http_responses_total"
                                       "{method=\"%s\",route=\"%s\","
                                       "status=\"%uixx\"} %uA\n",
                                       vz_metrics_method(routes[i].method),
                                       routes[i].pattern, k + 1,
                                       all[i].classes[k]);
            }
        }
    }
}


static void
vz_metrics_tasks(vz_metrics_text_t *text)
{
    u_char             labels[VZ_METRICS_LINE];
    ngx_uint_t         i, k;
    vz_metric_kind_t  *kind;

    static const char *const  results[] = { "done", "failed" };

    vz_metrics_text_head(text, "task_duration_seconds", "histogram",
                         "Tasks that this host ended, by kind and result, "
                         "from their first step.");

    for (i = 0; i < VZ_METRIC_KINDS; i++) {
        kind = &vz_metric_all()->kinds[i];

        if (kind->name[0] == '\0') {
            break;
        }

        for (k = 0; k < 2; k++) {
            (void) ngx_snprintf(labels, sizeof(labels),
                                "kind=\"%s\",result=\"%s\"%Z", kind->name,
                                results[k]);
            vz_metrics_text_histogram(text, "task_duration_seconds",
                                      (char *) labels,
                                      k ? &kind->failed : &kind->done,
                                      vz_metric_task_ends);
        }
    }
}


/* nodes are asked while somebody watches, and once a minute else */

static void
vz_metrics_nodes(vz_metrics_text_t *text)
{
    ngx_uint_t         i, n;
    vz_node_row_t     *rows[VZ_NODES_MAX];
    vz_node_health_t   health;

    n = vz_node_rows(rows);
    vz_metrics_text_head(text, "node_up", "gauge",
                         "Whether a node answered when it was asked last.");

    for (i = 0; i < n; i++) {
        if (vz_node_health_get(rows[i]->id, &health) == NGX_OK) {
            text->p = ngx_slprintf(text->p, text->end,
                                   "vzpanel_node_up{node=\"%V\"} %d\n",
                                   &rows[i]->name, health.failures == 0);
        }
    }
}


static void
vz_metrics_states(vz_metrics_text_t *text)
{
    ngx_uint_t  vms[VZ_STATE_FROZEN + 1];
    vz_state_e  state;

    ngx_memzero(vms, sizeof(vms));
    (void) vz_sample_each(0, vz_metrics_state, vms);

    vz_metrics_text_head(text, "containers", "gauge", "Containers by state.");

    for (state = VZ_STATE_UNKNOWN; state <= VZ_STATE_FROZEN; state++) {
        text->p = ngx_slprintf(text->p, text->end,
                               "vzpanel_containers{state=\"%s\"} %ui\n",
                               vz_sample_state_name(state), vms[state]);
    }
}


static ngx_int_t
vz_metrics_state(void *data, const vz_sample_t *sample)
{
    ngx_uint_t  *vms = data;

    vms[sample->state]++;

    return NGX_OK;
}


static const char *
vz_metrics_method(ngx_uint_t method)
{
    switch (method) {

    case NGX_HTTP_GET:
        return "GET";

    case NGX_HTTP_POST:
        return "POST";

    case NGX_HTTP_PUT:
        return "PUT";

    case NGX_HTTP_PATCH:
        return "PATCH";

    default:
        return "DELETE";
    }
}
