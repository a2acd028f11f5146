/*
 * GET /api/health: for load balancers; nginx's allow and deny restrict the
 * callers.  Each backend has a probe of its own, so one that does not answer
 * delays neither the others nor the reply.
 */

#include "panel/api/body.h"
#include "panel/node/node.h"
#include "panel/ops/health.h"
#include "runtime/call.h"
#include "runtime/probe.h"
#include "runtime/row.h"
#include "runtime/schema.h"
#include "runtime/smtp.h"


#define VZ_HEALTH_KEEP   1000       /* ms; balancers ask often */
#define VZ_HEALTH_MAIL   5000       /* mail servers count connections */


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


static vz_code_e vz_health_database_check(void *data, ngx_pool_t *pool);
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


/* mails that wait long: the server may be up and refuse each of them */

static const vz_sql_t  vz_health_select = vz_sql("health",
    "SELECT COUNT(*) AS waiting FROM mail WHERE state = 'queued'"
    " AND attempts > 2 AND created < UTC_TIMESTAMP(3) - INTERVAL 5 MINUTE");


static vz_probe_t  vz_health_database = {
    .run = vz_health_database_check, .keep = VZ_HEALTH_KEEP
};

static vz_probe_t  vz_health_smtp = {
    .run = vz_health_mail_check, .keep = VZ_HEALTH_MAIL
};

static vz_probe_t  vz_health_nodes[VZ_NODES_MAX];

/* the last answer of the database */
static int64_t  vz_health_waiting;


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
