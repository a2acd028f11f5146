/*
 * GET /api/plans: what can be contracted, with what is left in stock.  The
 * same for everybody, so a worker keeps the text for two seconds.
 */

#include "resource.h"
#include "stock.h"
#include "template.h"
#include "../runtime/settings.h"


#define VZ_PLAN_AGE      2          /* seconds */
#define VZ_PLAN_SAMPLES  20

static void vz_plan_write(vz_json_t *json, const vz_rows_t *rows);
static void vz_plan_item(vz_json_t *json, const vz_rows_t *rows,
    ngx_uint_t row, int64_t ready);
static int64_t vz_plan_ready(ngx_str_t times);
static ngx_uint_t vz_plan_templates(ngx_str_t names);
static const char *vz_plan_signup(void);
static void vz_plan_keep(const ngx_str_t *text, uint64_t changed);


/*
 * One statement for the whole page.  How long until a container runs is that
 * of the last orders, seen among the last 1,000 tasks only.
 */

static const vz_sql_t  vz_plan_select = vz_sql("plans",
    "SELECT p.id, p.name, p.memory_mib, p.disk_mib, p.cpu_units,"
    " (SELECT COUNT(*)" VZ_STOCK_FOUR "),"
    " (SELECT COUNT(*)" VZ_STOCK_SIX "),"
    " (SELECT GROUP_CONCAT(tt.name SEPARATOR ' ') FROM template tt"
    "   WHERE tt.enabled),"
    " (SELECT GROUP_CONCAT(r.ms SEPARATOR ' ') FROM"
    "   (SELECT TIMESTAMPDIFF(MICROSECOND, t.started, s.finished) DIV 1000"
    "      AS ms FROM task t JOIN task_step s"
    "      ON s.task_id = t.id AND s.name = 'start' AND s.state = 'done'"
    "     WHERE t.kind = 'order' AND t.state = 'done'"
    "       AND t.id > (SELECT COALESCE(MAX(id), 0) FROM task) - 1000"
    "     ORDER BY t.id DESC LIMIT 20) r)"
    " FROM plan p WHERE p.visible ORDER BY p.position, p.id LIMIT 64");


static ngx_pool_t  *vz_plan_pool;
static ngx_str_t    vz_plan_text;
static time_t       vz_plan_made;
static uint64_t     vz_plan_changed;


void
vz_plan_list(vz_call_t *call)
{
    uint64_t     changed;
    vz_code_e    rc;
    ngx_str_t    text;
    vz_rows_t    rows;
    vz_json_t   *out, json;

    changed = vz_zone_changed();

    if (vz_plan_text.len && ngx_time() - vz_plan_made < VZ_PLAN_AGE
        && vz_plan_changed == changed)
    {
        out = vz_call_reply(call, NGX_HTTP_OK);
        vz_json_raw(out, NULL, &vz_plan_text);
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_plan_select, vz_no_binds, &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    /* without a node there are no templates, but plans can be looked at */

    (void) vz_template_ask(call->pool);

    vz_json_init(&json, call->pool);
    vz_plan_write(&json, &rows);

    if (vz_json_end(&json) != NGX_OK
        || vz_json_string(&json, &text) != NGX_OK)
    {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    vz_plan_keep(&text, changed);

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_raw(out, NULL, &text);
}


static void
vz_plan_write(vz_json_t *json, const vz_rows_t *rows)
{
    int64_t     ready;
    ngx_uint_t  i;

    /* who waits for an administrator is promised no seconds */

    ready = vz_settings()->signup == VZ_SIGNUP_APPROVE
            ? -1 : vz_plan_ready(vz_cell_text(rows, 0, 8));

    vz_json_object(json, NULL);
    vz_json_array(json, "items");

    for (i = 0; i < rows->rows; i++) {
        vz_plan_item(json, rows, i, ready);
    }

    vz_json_close(json);

    vz_json_object(json, "stock");
    vz_json_int(json, "addresses", vz_stock_left(vz_cell_int(rows, 0, 5),
                                                 vz_cell_int(rows, 0, 6)));
    vz_json_uint(json, "templates",
                 vz_plan_templates(vz_cell_text(rows, 0, 7)));
    vz_json_close(json);

    vz_json_cstr(json, "signup", vz_plan_signup());
    vz_json_null(json, "next");
    vz_json_close(json);
}


static void
vz_plan_item(vz_json_t *json, const vz_rows_t *rows, ngx_uint_t row,
    int64_t ready)
{
    ngx_str_t  name;

    name = vz_cell_text(rows, row, 1);

    vz_json_object(json, NULL);
    vz_json_int(json, "id", vz_cell_int(rows, row, 0));
    vz_json_text(json, "name", &name);
    vz_json_int(json, "memory_mib", vz_cell_int(rows, row, 2));
    vz_json_int(json, "disk_mib", vz_cell_int(rows, row, 3));
    vz_json_int(json, "cpu_units", vz_cell_int(rows, row, 4));

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


static void
vz_plan_keep(const ngx_str_t *text, uint64_t changed)
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

    if (vz_plan_pool != NULL) {
        ngx_destroy_pool(vz_plan_pool);
    }

    vz_plan_pool = pool;
    vz_plan_text = kept;
    vz_plan_made = ngx_time();
    vz_plan_changed = changed;
}


void
vz_plan_exit(void)
{
    if (vz_plan_pool != NULL) {
        ngx_destroy_pool(vz_plan_pool);
        vz_plan_pool = NULL;
        ngx_str_null(&vz_plan_text);
    }
}
