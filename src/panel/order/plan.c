/*
 * GET /api/plans: the plans that can be contracted, and what is left in stock.
 * The answer is the same for everybody, so a worker keeps its text for two
 * seconds, and beside it what the pages without scripts show.
 */

#include "panel/api/body.h"
#include "panel/api/limit.h"
#include "panel/api/query.h"
#include "panel/api/zone_ids.h"
#include "panel/node/address_stock.h"
#include "panel/order/plan.h"
#include "panel/order/template.h"
#include "runtime/call.h"
#include "runtime/probe.h"
#include "runtime/row.h"
#include "runtime/settings.h"


#define VZ_PLAN_AGE      2          /* seconds */
#define VZ_PLAN_SAMPLES  20
#define VZ_PLAN_MAX      64
#define VZ_PLAN_KEEP     1000       /* ms that a failure is not tried again */
#define VZ_PLAN_WAIT     500        /* ms that a page waits for the database */


typedef struct {
    ngx_pool_t  *pool;
    time_t       made;
    uint64_t     changed;
} vz_plan_age_t;


static ngx_uint_t vz_plan_fresh(const vz_plan_age_t *age);
static vz_code_e vz_plan_fetch(ngx_pool_t *pool, ngx_str_t *text);
static vz_code_e vz_plan_query(ngx_pool_t *pool, vz_rows_t *rows);
static vz_code_e vz_plan_probe(void *data, ngx_pool_t *pool);
static void vz_plan_write(vz_json_t *json, const vz_rows_t *rows);
static void vz_plan_item(vz_json_t *json, const vz_rows_t *rows,
    ngx_uint_t row, int64_t ready);
static int64_t vz_plan_ready(ngx_str_t times);
static ngx_uint_t vz_plan_templates(ngx_str_t names);
static const char *vz_plan_signup(void);
static ngx_uint_t vz_plan_soon(const vz_rows_t *rows);
static void vz_plan_keep(vz_plan_age_t *age, ngx_pool_t *pool,
    uint64_t changed);
static void vz_plan_keep_text(const ngx_str_t *text, uint64_t changed);
static void vz_plan_keep_rows(const vz_rows_t *rows, uint64_t changed);
static ngx_int_t vz_plan_copy(ngx_pool_t *pool, vz_plan_t *plan,
    const vz_plan_t *from);


/*
 * One statement for the whole page.  The time until a container runs is the
 * median of the last orders among the last 1,000 tasks.
 */

static const vz_sql_t  vz_plan_select = vz_sql("plans",
    "SELECT p.id, p.name, p.memory_mib, p.disk_mib, p.cpu_units,"
    " p.traffic_gib,"
    " " VZ_ADDRESS_STOCK_FOUR " AS ipv4,"
    " " VZ_ADDRESS_STOCK_SIX " AS ipv6,"
    " (SELECT GROUP_CONCAT(tt.name SEPARATOR ' ') FROM template tt"
    "   WHERE tt.enabled) AS templates,"
    " (SELECT GROUP_CONCAT(r.ms SEPARATOR ' ') FROM"
    "   (SELECT TIMESTAMPDIFF(MICROSECOND, t.started, s.finished) DIV 1000"
    "      AS ms FROM task t JOIN task_step s"
    "      ON s.task_id = t.id AND s.name = 'start' AND s.state = 'done'"
    "     WHERE t.kind = 'order' AND t.state = 'done'"
    "       AND t.id > (SELECT COALESCE(MAX(id), 0) FROM task) - 1000"
    "     ORDER BY t.id DESC LIMIT 20) r) AS times,"
    " EXISTS (SELECT 1 FROM node) AND EXISTS (SELECT 1 FROM address_pool)"
    "   AND EXISTS (SELECT 1 FROM template) AS ready"
    " FROM plan p WHERE p.visible ORDER BY p.position, p.id LIMIT 64");


static vz_plan_age_t  vz_plan_text_age;
static ngx_str_t      vz_plan_text;

static vz_plan_age_t  vz_plan_rows_age;
static vz_plan_t      vz_plan_kept[VZ_PLAN_MAX];
static ngx_uint_t     vz_plan_count;
static ngx_uint_t     vz_plan_early;

static vz_probe_t     vz_plan_look = {
    .run = vz_plan_probe, .keep = VZ_PLAN_KEEP, .wait = VZ_PLAN_WAIT
};


void
vz_plan_list(vz_call_t *call)
{
    vz_code_e   rc;
    ngx_str_t   text;

    if (vz_plan_fresh(&vz_plan_text_age)) {
        vz_json_raw(vz_call_reply(call, NGX_HTTP_OK), NULL, &vz_plan_text);
        return;
    }

    rc = vz_plan_fetch(call->pool, &text);

    if (rc != VZ_OK) {
        vz_call_fault(call, rc == VZ_INTERNAL ? "panel" : "database", rc);
        return;
    }

    vz_json_raw(vz_call_reply(call, NGX_HTTP_OK), NULL, &text);
}


ngx_uint_t
vz_plan_offer(ngx_pool_t *pool, vz_plan_t **plans, ngx_uint_t *soon)
{
    ngx_uint_t  i;

    if (!vz_plan_fresh(&vz_plan_rows_age)) {

        /* a failure is not tried again at once, but a change is seen */

        if (vz_plan_look.answer == VZ_OK) {
            vz_plan_look.known = 0;
        }

        vz_probe_begin(&vz_plan_look);
        (void) vz_probe_end(&vz_plan_look);
    }

    *soon = vz_plan_early;
    *plans = ngx_pcalloc(pool, vz_plan_count * sizeof(vz_plan_t) + 1);

    if (*plans == NULL) {
        return 0;
    }

    for (i = 0; i < vz_plan_count; i++) {
        if (vz_plan_copy(pool, &(*plans)[i], &vz_plan_kept[i]) != NGX_OK) {
            break;
        }
    }

    return i;
}


static ngx_uint_t
vz_plan_fresh(const vz_plan_age_t *age)
{
    return age->pool != NULL && ngx_time() - age->made < VZ_PLAN_AGE
           && age->changed == vz_zone_generation(VZ_GENERATION_CATALOG);
}


static vz_code_e
vz_plan_fetch(ngx_pool_t *pool, ngx_str_t *text)
{
    uint64_t    changed;
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_json_t   json;

    changed = vz_zone_generation(VZ_GENERATION_CATALOG);

    rc = vz_plan_query(pool, &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    /* without a node there are no templates, but plans can be looked at */

    (void) vz_template_ask(pool);

    vz_json_init(&json, pool);
    vz_plan_write(&json, &rows);

    if (vz_json_end(&json) != NGX_OK
        || vz_json_string(&json, text) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    vz_plan_keep_text(text, changed);

    return VZ_OK;
}


static vz_code_e
vz_plan_query(ngx_pool_t *pool, vz_rows_t *rows)
{
    uint64_t   changed;
    vz_code_e  rc;

    changed = vz_zone_generation(VZ_GENERATION_CATALOG);

    rc = vz_db_query(NULL, pool, &vz_plan_select, vz_no_binds, rows);

    if (rc == VZ_OK) {
        vz_plan_keep_rows(rows, changed);
    }

    return rc;
}


/* a page never waits for a node */

static vz_code_e
vz_plan_probe(void *data, ngx_pool_t *pool)
{
    vz_rows_t  rows;

    (void) data;

    return vz_plan_query(pool, &rows);
}


static void
vz_plan_write(vz_json_t *json, const vz_rows_t *rows)
{
    int64_t     ready;
    ngx_uint_t  i;

    /* who waits for an administrator is promised no seconds */

    ready = vz_settings()->signup == VZ_SIGNUP_APPROVE
            ? -1 : vz_plan_ready(vz_row_text(rows, 0, "times"));

    vz_json_object(json, NULL);
    vz_json_array(json, "items");

    for (i = 0; i < rows->rows; i++) {
        vz_plan_item(json, rows, i, ready);
    }

    vz_json_close(json);

    vz_json_object(json, "stock");
    vz_json_int(json, "addresses",
                vz_address_stock_left(vz_row_int(rows, 0, "ipv4"),
                                      vz_row_int(rows, 0, "ipv6")));
    vz_json_uint(json, "templates",
                 vz_plan_templates(vz_row_text(rows, 0, "templates")));
    vz_json_close(json);

    vz_json_cstr(json, "signup", vz_plan_signup());
    vz_json_bool(json, "soon", vz_plan_soon(rows));
    vz_json_null(json, "next");
    vz_json_close(json);
}


static void
vz_plan_item(vz_json_t *json, const vz_rows_t *rows, ngx_uint_t row,
    int64_t ready)
{
    ngx_str_t  name;

    name = vz_row_text(rows, row, "name");

    vz_json_object(json, NULL);
    vz_json_int(json, "id", vz_row_int(rows, row, "id"));
    vz_json_text(json, "name", &name);
    vz_json_int(json, "memory_mib", vz_row_int(rows, row, "memory_mib"));
    vz_json_int(json, "disk_mib", vz_row_int(rows, row, "disk_mib"));
    vz_json_int(json, "cpu_units", vz_row_int(rows, row, "cpu_units"));
    vz_limit_json(json, "traffic_gib", vz_row_int(rows, row, "traffic_gib"));

    if (ready >= 0) {
        vz_json_tenths(json, "ready_seconds", (ready + 99) / 100);
    }

    vz_json_close(json);
}


/* the median of "1200 900 ...", in ms; -1 where there is none */

static int64_t
vz_plan_ready(ngx_str_t times)
{
    u_char      *p, *end, *stop;
    int64_t      ms[VZ_PLAN_SAMPLES], value;
    ngx_uint_t   i, n;

    n = 0;
    p = times.data;
    end = p + times.len;

    while (p < end && n < VZ_PLAN_SAMPLES) {
        stop = ngx_strlchr(p, end, ' ');
        if (stop == NULL) {
            stop = end;
        }

        value = ngx_atoof(p, stop - p);
        p = stop + 1;

        if (value < 0) {
            continue;
        }

        for (i = n++; i > 0 && ms[i - 1] > value; i--) {
            ms[i] = ms[i - 1];
        }

        ms[i] = value;
    }

    return n ? ms[n / 2] : -1;
}


static ngx_uint_t
vz_plan_templates(ngx_str_t names)
{
    u_char      *p, *end, *stop;
    ngx_str_t    name;
    ngx_uint_t   n;

    n = 0;
    p = names.data;
    end = p + names.len;

    while (p < end) {
        stop = ngx_strlchr(p, end, ' ');
        if (stop == NULL) {
            stop = end;
        }

        name.data = p;
        name.len = stop - p;
        n += vz_template_offered(&name);

        p = stop + 1;
    }

    return n;
}


static const char *
vz_plan_signup(void)
{
    static const char  *names[] = { "open", "approve", "off" };

    return names[vz_settings()->signup];
}


/* nothing was ever offered: that is no shortage */

static ngx_uint_t
vz_plan_soon(const vz_rows_t *rows)
{
    return rows->rows == 0 || vz_row_int(rows, 0, "ready") == 0;
}


static void
vz_plan_keep(vz_plan_age_t *age, ngx_pool_t *pool, uint64_t changed)
{
    if (age->pool != NULL) {
        ngx_destroy_pool(age->pool);
    }

    age->pool = pool;
    age->made = ngx_time();
    age->changed = changed;
}


static void
vz_plan_keep_text(const ngx_str_t *text, uint64_t changed)
{
    ngx_str_t    kept;
    ngx_pool_t  *pool;

    pool = ngx_create_pool(text->len + 512, ngx_cycle->log);
    if (pool == NULL) {
        return;
    }

    kept.len = text->len;
    kept.data = ngx_pstrdup(pool, (ngx_str_t *) text);

    if (kept.data == NULL) {
        ngx_destroy_pool(pool);
        return;
    }

    vz_plan_keep(&vz_plan_text_age, pool, changed);
    vz_plan_text = kept;
}


static void
vz_plan_keep_rows(const vz_rows_t *rows, uint64_t changed)
{
    vz_plan_t    plan;
    ngx_pool_t  *pool;
    ngx_uint_t   i;

    pool = ngx_create_pool(1024, ngx_cycle->log);
    if (pool == NULL) {
        return;
    }

    vz_plan_keep(&vz_plan_rows_age, pool, changed);
    vz_plan_early = vz_plan_soon(rows);
    vz_plan_count = 0;

    for (i = 0; i < rows->rows && i < VZ_PLAN_MAX; i++) {
        plan.name = vz_row_text(rows, i, "name");
        plan.memory_mib = vz_row_int(rows, i, "memory_mib");
        plan.disk_mib = vz_row_int(rows, i, "disk_mib");
        plan.cpu_units = vz_row_int(rows, i, "cpu_units");
        plan.traffic_gib = vz_row_int(rows, i, "traffic_gib");

        if (vz_plan_copy(pool, &vz_plan_kept[i], &plan) != NGX_OK) {
            return;
        }

        vz_plan_count++;
    }
}


static ngx_int_t
vz_plan_copy(ngx_pool_t *pool, vz_plan_t *plan, const vz_plan_t *from)
{
    *plan = *from;
    plan->name.data = ngx_pstrdup(pool, (ngx_str_t *) &from->name);

    return plan->name.data != NULL ? NGX_OK : NGX_ERROR;
}


void
vz_plan_exit(void)
{
    vz_plan_keep(&vz_plan_text_age, NULL, 0);
    vz_plan_keep(&vz_plan_rows_age, NULL, 0);
    vz_plan_count = 0;
}
