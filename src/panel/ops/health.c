/*
 * GET /api/health, GET /api/metrics: for load balancers and Prometheus;
 * nginx's allow and deny restrict the callers.  Each backend has a probe of
 * its own, so one that does not answer delays neither the others nor the
 * reply.
 */

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/live/collector.h"
#include "panel/live/sample.h"
#include "panel/node/node.h"
#include "panel/ops/health.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/task/task_wait.h"
#include "runtime/call.h"
#include "runtime/fiber.h"
#include "runtime/probe.h"
#include "runtime/row.h"
#include "runtime/schema.h"
#include "runtime/smtp.h"
#include "runtime/sse.h"


#define VZ_HEALTH_KEEP   1000       /* ms; balancers ask often */
#define VZ_HEALTH_MAIL   5000       /* mail servers count connections */
#define VZ_HEALTH_STATES 8

#define VZ_METRICS_SIZE  8192


/* What one caller gets; the data of a node's probe is its vz_node_t. */
typedef struct {
    vz_code_e      database;
    vz_code_e      schema;
    vz_code_e      mail;
    ngx_uint_t     waits;               /* mail has waited for too long */
    ngx_uint_t     well;
    ngx_uint_t     n;
    vz_probe_t    *nodes[VZ_NODES_MAX];
    vz_code_e      answers[VZ_NODES_MAX];
} vz_health_t;

typedef struct {
    ngx_str_t      name;
    u_char         text[16];
    int64_t        tasks;
} vz_health_state_t;

typedef struct {
    vz_call_t     *call;
    u_char        *p;
    u_char        *end;
    ngx_uint_t     vms[VZ_STATE_FROZEN + 1];
} vz_metrics_t;


static vz_code_e vz_health_database_check(void *data, ngx_pool_t *pool);
static vz_code_e vz_health_tasks_check(void *data, ngx_pool_t *pool);
static vz_code_e vz_health_node_check(void *data, ngx_pool_t *pool);
static vz_code_e vz_health_mail_check(void *data, ngx_pool_t *pool);
static void vz_health_ask(vz_health_t *health);
static void vz_health_begin(vz_health_t *health);
static ngx_uint_t vz_health_asked(vz_node_t *node);
static ngx_str_t *vz_health_name(vz_health_t *health, ngx_uint_t i);
static void vz_health_failing(vz_json_t *out, const char *check,
    const ngx_str_t *name, vz_code_e code);
static void vz_health_schema(vz_json_t *out, vz_code_e code);
static void vz_health_mail(vz_json_t *out, vz_health_t *health);
static void vz_metrics_worker(vz_metrics_t *m);
static void vz_metrics_tasks(vz_metrics_t *m);
static void vz_metrics_vms(vz_metrics_t *m);
static void vz_metrics_head(vz_metrics_t *m, const char *name,
    const char *type, const char *help);
static ngx_int_t vz_metrics_vm(void *data, const vz_sample_t *sample);


/* mails that wait long: the server may be up and refuse each of them */

static const vz_sql_t  vz_health_select = vz_sql("health",
    "SELECT COUNT(*) AS waiting FROM mail WHERE state = 'queued'"
    " AND attempts > 2 AND created < UTC_TIMESTAMP(3) - INTERVAL 5 MINUTE");

static const vz_sql_t  vz_health_tasks_select = vz_sql("health tasks",
    "SELECT state, COUNT(*) AS tasks FROM task GROUP BY state");


static vz_probe_t  vz_health_database = {
    .run = vz_health_database_check, .keep = VZ_HEALTH_KEEP
};

static vz_probe_t  vz_health_tasks = {
    .run = vz_health_tasks_check, .keep = VZ_HEALTH_KEEP
};

static vz_probe_t  vz_health_smtp = {
    .run = vz_health_mail_check, .keep = VZ_HEALTH_MAIL
};

static vz_probe_t  vz_health_nodes[VZ_NODES_MAX];

/* the last answer of the database */
static int64_t            vz_health_waiting;
static vz_health_state_t  vz_health_states[VZ_HEALTH_STATES];
static ngx_uint_t         vz_health_nstates;


void
vz_health_show(vz_call_t *call)
{
    ngx_uint_t    i;
    vz_json_t    *out;
    vz_health_t   health;

    vz_health_ask(&health);

    out = vz_call_reply(call, health.well ? NGX_HTTP_OK
                                          : NGX_HTTP_SERVICE_UNAVAILABLE);

    vz_json_object(out, NULL);
    vz_json_bool(out, "database", health.database == VZ_OK);
    vz_json_array(out, "nodes");

    for (i = 0; i < health.n; i++) {
        vz_json_object(out, NULL);
        vz_json_text(out, "name", vz_health_name(&health, i));
        vz_json_bool(out, "ok", health.answers[i] == VZ_OK);
        vz_json_close(out);
    }

    vz_json_close(out);
    vz_json_bool(out, "mail", health.mail == VZ_OK && !health.waits);
    vz_json_array(out, "failing");
    vz_health_failing(out, "database", NULL, health.database);
    vz_health_schema(out, health.schema);

    for (i = 0; i < health.n; i++) {
        vz_health_failing(out, "node", vz_health_name(&health, i),
                          health.answers[i]);
    }

    vz_health_mail(out, &health);

    vz_json_close(out);
    vz_json_close(out);
}


/* all checks start before the first one is waited for */

static void
vz_health_ask(vz_health_t *health)
{
    ngx_uint_t  i;

    vz_health_begin(health);

    health->database = vz_probe_end(&vz_health_database);
    health->schema = health->database == VZ_DOWN
                     ? VZ_DOWN : vz_schema_check(VZ_HEALTH_KEEP);
    health->mail = vz_probe_end(&vz_health_smtp);
    health->well = (health->n && health->database == VZ_OK
                    && health->schema != VZ_BEHIND);

    for (i = 0; i < health->n; i++) {
        health->answers[i] = vz_probe_end(health->nodes[i]);
        health->well = health->well && health->answers[i] == VZ_OK;
    }

    health->waits = (health->mail == VZ_OK && health->database == VZ_OK
                     && vz_health_waiting);
}


/* until the database has told which nodes are enabled, all are */

static void
vz_health_begin(vz_health_t *health)
{
    ngx_uint_t    i;
    vz_node_t    *node;
    vz_probe_t   *probe;
    ngx_array_t  *all;

    vz_probe_begin(&vz_health_database);
    vz_probe_begin(&vz_health_smtp);

    all = vz_relay_nodes();
    node = all->elts;
    health->n = 0;

    for (i = 0; i < all->nelts && i < VZ_NODES_MAX; i++) {

        if (!vz_health_asked(&node[i])) {
            continue;
        }

        probe = &vz_health_nodes[i];
        probe->run = vz_health_node_check;
        probe->data = &node[i];
        probe->keep = VZ_HEALTH_KEEP;

        vz_probe_begin(probe);
        health->nodes[health->n++] = probe;
    }
}


static ngx_uint_t
vz_health_asked(vz_node_t *node)
{
    ngx_uint_t      i, n;
    vz_node_row_t  *rows[VZ_NODES_MAX];

    if (!vz_node_known()) {
        return 1;
    }

    n = vz_node_rows(rows);

    for (i = 0; i < n; i++) {
        if (rows[i]->relay == node) {
            return 1;
        }
    }

    return 0;
}


static ngx_str_t *
vz_health_name(vz_health_t *health, ngx_uint_t i)
{
    vz_node_t  *node;

    node = health->nodes[i]->data;

    return &node->name;
}


static void
vz_health_failing(vz_json_t *out, const char *check, const ngx_str_t *name,
    vz_code_e code)
{
    if (code == VZ_OK) {
        return;
    }

    vz_json_object(out, NULL);
    vz_json_cstr(out, "check", check);

    if (name != NULL) {
        vz_json_text(out, "name", name);
    }

    vz_json_cstr(out, "why", vz_relay_trouble(code));
    vz_json_close(out);
}


static void
vz_health_schema(vz_json_t *out, vz_code_e code)
{
    const vz_schema_t  *schema;

    if (code != VZ_BEHIND) {
        return;
    }

    schema = vz_schema();

    vz_json_object(out, NULL);
    vz_json_cstr(out, "check", "schema");
    vz_json_cstr(out, "why", schema->have < schema->need ? "behind" : "ahead");
    vz_json_uint(out, "have", schema->have);
    vz_json_uint(out, "need", schema->need);
    vz_json_close(out);
}


/* a server may be up and refuse the mails */

static void
vz_health_mail(vz_json_t *out, vz_health_t *health)
{
    if (!health->waits) {
        vz_health_failing(out, "mail", NULL, health->mail);
        return;
    }

    vz_json_object(out, NULL);
    vz_json_cstr(out, "check", "mail");
    vz_json_cstr(out, "why", "waiting");
    vz_json_close(out);
}


static vz_code_e
vz_health_database_check(void *data, ngx_pool_t *pool)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, pool, &vz_health_select, vz_no_binds, &rows);

    if (rc == VZ_OK) {
        vz_health_waiting = vz_row_int(&rows, 0, "waiting");
        rc = vz_node_load(pool);
    }

    return rc;
}


static vz_code_e
vz_health_tasks_check(void *data, ngx_pool_t *pool)
{
    vz_code_e           rc;
    vz_rows_t           rows;
    ngx_str_t           name;
    ngx_uint_t          i;
    vz_health_state_t  *state;

    rc = vz_db_query(NULL, pool, &vz_health_tasks_select, vz_no_binds, &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_health_nstates = ngx_min(rows.rows, VZ_HEALTH_STATES);

    for (i = 0; i < vz_health_nstates; i++) {
        state = &vz_health_states[i];
        name = vz_row_text(&rows, i, "state");

        state->name.data = state->text;
        state->name.len = ngx_min(name.len, sizeof(state->text));
        ngx_memcpy(state->text, name.data, state->name.len);
        state->tasks = vz_row_int(&rows, i, "tasks");
    }

    return VZ_OK;
}


static vz_code_e
vz_health_node_check(void *data, ngx_pool_t *pool)
{
    vz_answer_t  answer;

    return vz_relay_call(data, pool, VZ_VERB_PING, 0, NULL, NULL, NULL, NULL,
                         &answer);
}


static vz_code_e
vz_health_mail_check(void *data, ngx_pool_t *pool)
{
    return vz_smtp_check(pool);
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


/* each scrape meets one worker of several, named by its label */

static void
vz_metrics_worker(vz_metrics_t *m)
{
    uint64_t    values[6];
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
        { "tasks_carried", "gauge", "Tasks this worker carries out." },
        { "waits", "gauge", "Calls that wait for the end of a task." }
    };

    values[0] = vz_fiber_count();
    values[1] = vz_db_statements();
    values[2] = vz_sse_count(&watching);
    values[3] = watching;
    values[4] = vz_runner_count();
    values[5] = vz_task_wait_count();

    for (i = 0; i < 6; i++) {
        vz_metrics_head(m, gauges[i].name, gauges[i].type, gauges[i].help);
        m->p = ngx_slprintf(m->p, m->end, "vzpanel_%s{worker=\"%ui\"} %uL\n",
                            gauges[i].name, ngx_worker, values[i]);
    }
}


static void
vz_metrics_tasks(vz_metrics_t *m)
{
    ngx_uint_t          i, up;
    vz_health_state_t  *state;

    vz_probe_begin(&vz_health_tasks);
    up = (vz_probe_end(&vz_health_tasks) == VZ_OK);

    vz_metrics_head(m, "database_up", "gauge", "Whether it answers.");
    m->p = ngx_slprintf(m->p, m->end, "vzpanel_database_up %ui\n", up);

    if (!up) {
        return;
    }

    vz_metrics_head(m, "tasks", "gauge", "Tasks by state.");

    for (i = 0; i < vz_health_nstates; i++) {
        state = &vz_health_states[i];
        m->p = ngx_slprintf(m->p, m->end, "vzpanel_tasks{state=\"%V\"} %L\n",
                            &state->name, state->tasks);
    }
}


static void
vz_metrics_vms(vz_metrics_t *m)
{
    vz_state_e  state;

    (void) vz_sample_each(0, vz_metrics_vm, m);

    vz_metrics_head(m, "containers", "gauge", "Containers by state.");

    for (state = VZ_STATE_UNKNOWN; state <= VZ_STATE_FROZEN; state++) {
        m->p = ngx_slprintf(m->p, m->end,
                            "vzpanel_containers{state=\"%s\"} %ui\n",
                            vz_sample_state_name(state), m->vms[state]);
    }
}


static ngx_int_t
vz_metrics_vm(void *data, const vz_sample_t *sample)
{
    vz_metrics_t  *m = data;

    m->vms[sample->state]++;

    return NGX_OK;
}
