/*
 * GET /api/health, GET /api/metrics: for load balancers and Prometheus; who
 * may ask is nginx's allow and deny.
 */

#include "live.h"
#include "node.h"
#include "resource.h"
#include "runner.h"
#include "../runtime/fiber.h"
#include "../runtime/settings.h"
#include "../runtime/sse.h"


#define VZ_METRICS_SIZE  8192


typedef struct {
    vz_call_t     *call;
    u_char        *p;
    u_char        *end;
    ngx_uint_t     vms[VZ_STATE_FROZEN + 1];
} vz_metrics_t;


static ngx_uint_t vz_health_nodes(vz_call_t *call, vz_json_t *out);
static void vz_metrics_worker(vz_metrics_t *m);
static void vz_metrics_tasks(vz_metrics_t *m);
static void vz_metrics_vms(vz_metrics_t *m);
static void vz_metrics_head(vz_metrics_t *m, const char *name,
    const char *type, const char *help);
static ngx_int_t vz_metrics_vm(void *data, const vz_sample_t *sample);


/* mail is well while nothing in the outbox has waited long */

static const vz_sql_t  vz_health_select = vz_sql("health",
    "SELECT (SELECT COUNT(*) FROM mail WHERE state = 'queued'"
    " AND attempts > 2 AND created < UTC_TIMESTAMP(3) - INTERVAL 5 MINUTE)");

static const vz_sql_t  vz_metrics_select = vz_sql("metrics tasks",
    "SELECT state, COUNT(*) FROM task GROUP BY state");


void
vz_health_show(vz_call_t *call)
{
    vz_code_e    rc;
    vz_rows_t    rows;
    vz_json_t    json;
    ngx_str_t    nodes;
    ngx_uint_t   well;
    vz_json_t   *out;

    rc = vz_db_query(NULL, call->pool, &vz_health_select, vz_no_binds, &rows);

    vz_json_init(&json, call->pool);
    well = vz_health_nodes(call, &json) && rc == VZ_OK;

    if (vz_json_end(&json) != NGX_OK
        || vz_json_string(&json, &nodes) != NGX_OK)
    {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    out = vz_call_reply(call, well ? NGX_HTTP_OK
                                   : NGX_HTTP_SERVICE_UNAVAILABLE);

    vz_json_object(out, NULL);
    vz_json_bool(out, "database", rc == VZ_OK);
    vz_json_raw(out, "nodes", &nodes);
    vz_json_bool(out, "mail", vz_settings()->mail && rc == VZ_OK
                              && vz_cell_int(&rows, 0, 0) == 0);
    vz_json_close(out);
}


/* whether there are nodes and each of them answers */

static ngx_uint_t
vz_health_nodes(vz_call_t *call, vz_json_t *out)
{
    vz_code_e       rc;
    ngx_uint_t      i, n, ok;
    vz_answer_t     answer;
    vz_node_row_t  *rows[VZ_NODES_MAX];

    ok = 0;
    n = vz_node_load(call->pool) == VZ_OK ? vz_node_rows(rows) : 0;

    vz_json_array(out, NULL);

    for (i = 0; i < n; i++) {
        rc = vz_relay_call(rows[i]->relay, call->pool, VZ_VERB_PING, 0, NULL,
                           NULL, NULL, NULL, &answer);
        ok += (rc == VZ_OK);

        vz_json_object(out, NULL);
        vz_json_text(out, "name", &rows[i]->name);
        vz_json_bool(out, "ok", rc == VZ_OK);
        vz_json_close(out);
    }

    vz_json_close(out);

    return n && ok == n;
}


void
vz_health_metrics(vz_call_t *call)
{
    ngx_str_t     text;
    vz_json_t    *out;
    vz_metrics_t  m;

    ngx_memzero(&m, sizeof(vz_metrics_t));

    text.data = ngx_pnalloc(call->pool, VZ_METRICS_SIZE);
    if (text.data == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    m.call = call;
    m.p = text.data;
    m.end = text.data + VZ_METRICS_SIZE;

    vz_metrics_worker(&m);
    vz_metrics_tasks(&m);
    vz_metrics_vms(&m);

    text.len = m.p - text.data;

    out = vz_call_reply(call, NGX_HTTP_OK);
    ngx_str_set(&call->type, "text/plain; version=0.0.4");
    vz_json_raw(out, NULL, &text);
}


static void
vz_metrics_head(vz_metrics_t *m, const char *name, const char *type,
    const char *help)
{
    m->p = ngx_slprintf(m->p, m->end, "# HELP vzpanel_%s %s\n"
                        "# TYPE vzpanel_%s %s\n", name, help, name, type);
}


/* each scrape meets one worker of several: its label says which */

static void
vz_metrics_worker(vz_metrics_t *m)
{
    uint64_t    values[5];
    ngx_uint_t  i, watching;

    static const struct {
        const char  *name;
        const char  *type;
        const char  *help;
    } gauges[] = {
        { "fibers", "gauge", "Calls and background work in progress." },
        { "statements_total", "counter", "Database statements executed." },
        { "streams", "gauge", "Event streams open." },
        { "streams_watching", "gauge", "Those that watch containers." },
        { "tasks_carried", "gauge", "Tasks this worker carries out." }
    };

    values[0] = vz_fiber_count();
    values[1] = vz_db_statements();
    values[2] = vz_sse_count(&watching);
    values[3] = watching;
    values[4] = vz_runner_count();

    for (i = 0; i < 5; i++) {
        vz_metrics_head(m, gauges[i].name, gauges[i].type, gauges[i].help);
        m->p = ngx_slprintf(m->p, m->end, "vzpanel_%s{worker=\"%ui\"} %uL\n",
                            gauges[i].name, ngx_worker, values[i]);
    }
}


static void
vz_metrics_tasks(vz_metrics_t *m)
{
    vz_rows_t   rows;
    ngx_str_t   state;
    ngx_uint_t  i, up;

    up = vz_db_query(NULL, m->call->pool, &vz_metrics_select, vz_no_binds,
                     &rows)
         == VZ_OK;

    vz_metrics_head(m, "database_up", "gauge", "Whether it answers.");
    m->p = ngx_slprintf(m->p, m->end, "vzpanel_database_up %ui\n", up);

    if (!up) {
        return;
    }

    vz_metrics_head(m, "tasks", "gauge", "Tasks by state.");

    for (i = 0; i < rows.rows; i++) {
        state = vz_cell_text(&rows, i, 0);
        m->p = ngx_slprintf(m->p, m->end, "vzpanel_tasks{state=\"%V\"} %L\n",
                            &state, vz_cell_int(&rows, i, 1));
    }
}


static void
vz_metrics_vms(vz_metrics_t *m)
{
    vz_state_e  state;

    (void) vz_zone_samples(0, vz_metrics_vm, m);

    vz_metrics_head(m, "containers", "gauge", "Containers by state.");

    for (state = VZ_STATE_UNKNOWN; state <= VZ_STATE_FROZEN; state++) {
        m->p = ngx_slprintf(m->p, m->end,
                            "vzpanel_containers{state=\"%s\"} %ui\n",
                            vz_live_state(state), m->vms[state]);
    }
}


static ngx_int_t
vz_metrics_vm(void *data, const vz_sample_t *sample)
{
    vz_metrics_t  *m = data;

    if (sample->vm) {
        m->vms[sample->state]++;
    }

    return NGX_OK;
}
