/*
 * /api/admin/plans: what can be contracted.
 */

#include "admin.h"


#define VZ_PLAN_MIB_MAX   67108864      /* 64 TiB */

typedef struct {
    ngx_str_t       name;
    int64_t         memory_mib;
    int64_t         disk_mib;
    int64_t         cpu_units;
    int64_t         cpu_percent;
    int64_t         visible;
    int64_t         position;
} vz_plan_body_t;


static void vz_plan_row(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row);
static void vz_plan_reply(vz_call_t *call, uint64_t id, ngx_uint_t status);
static void vz_plan_stored(vz_call_t *call, vz_code_e rc, uint64_t id,
    ngx_uint_t status);


/* what the drivers take: a smaller memory or disk starts no system */

#define vz_plan_members(required)                                             \
    { "name", VZ_FORM_FIELD, VZ_FIELD_PLAN, required, 0, 0,                   \
      offsetof(vz_plan_body_t, name) },                                       \
    { "memory_mib", VZ_FORM_INT, 0, required, 8, VZ_PLAN_MIB_MAX,             \
      offsetof(vz_plan_body_t, memory_mib) },                                 \
    { "disk_mib", VZ_FORM_INT, 0, required, 256, VZ_PLAN_MIB_MAX,             \
      offsetof(vz_plan_body_t, disk_mib) },                                   \
    { "cpu_units", VZ_FORM_INT, 0, 0, 8, 500000,                              \
      offsetof(vz_plan_body_t, cpu_units) },                                  \
    { "cpu_percent", VZ_FORM_LIMIT, 0, 0, 1, 100000,                          \
      offsetof(vz_plan_body_t, cpu_percent) },                                \
    { "visible", VZ_FORM_BOOL, 0, 0, 0, 1,                                    \
      offsetof(vz_plan_body_t, visible) },                                    \
    { "position", VZ_FORM_INT, 0, 0, -1000000, 1000000,                       \
      offsetof(vz_plan_body_t, position) }

static const vz_form_member_t  vz_plan_new[] = { vz_plan_members(1) };
static const vz_form_member_t  vz_plan_changes[] = { vz_plan_members(0) };

const vz_form_t  vz_plan_form = vz_form("Plan", vz_plan_new);
const vz_form_t  vz_plan_change_form = vz_form("PlanChange", vz_plan_changes);


static const vz_sql_t  vz_plan_rows = vz_sql("admin plans",
    "SELECT p.id, p.name, p.memory_mib, p.disk_mib, p.cpu_units,"
    " p.cpu_percent, p.visible, p.position,"
    " (SELECT COUNT(*) FROM vm v WHERE v.plan_id = p.id)"
    " FROM plan p WHERE (? = 0 OR p.id = ?)"
    " ORDER BY p.position, p.id LIMIT 256");

static const vz_sql_t  vz_plan_insert = vz_sql("plan insert",
    "INSERT INTO plan (name, memory_mib, disk_mib, cpu_units, cpu_percent,"
    " visible, position) VALUES (?, ?, ?, ?, ?, ?, ?)");

static const vz_sql_t  vz_plan_update = vz_sql("plan update",
    "UPDATE plan SET name = COALESCE(?, name),"
    " memory_mib = COALESCE(?, memory_mib), disk_mib = COALESCE(?, disk_mib),"
    " cpu_units = COALESCE(?, cpu_units),"
    " cpu_percent = COALESCE(?, cpu_percent),"
    " visible = COALESCE(?, visible), position = COALESCE(?, position)"
    " WHERE id = ?");

static const vz_sql_t  vz_plan_delete = vz_sql("plan delete",
    "DELETE FROM plan WHERE id = ?"
    " AND NOT EXISTS (SELECT 1 FROM vm v WHERE v.plan_id = plan.id)");

static const vz_sql_t  vz_plan_exists = vz_sql("plan exists",
    "SELECT 1 FROM plan WHERE id = ?");


void
vz_admin_plans(vz_call_t *call)
{
    vz_code_e    rc;
    vz_rows_t    rows;
    vz_json_t   *out;
    ngx_uint_t   i;

    rc = vz_db_query(NULL, call->pool, &vz_plan_rows,
                     vz_binds(vz_int(0), vz_int(0)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows; i++) {
        vz_plan_row(out, &rows, i);
    }

    vz_admin_page(out, 0);
}


static void
vz_plan_row(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t row)
{
    ngx_str_t  name;

    name = vz_cell_text(rows, row, 1);

    vz_json_object(out, NULL);
    vz_json_int(out, "id", vz_cell_int(rows, row, 0));
    vz_json_text(out, "name", &name);
    vz_json_int(out, "memory_mib", vz_cell_int(rows, row, 2));
    vz_json_int(out, "disk_mib", vz_cell_int(rows, row, 3));
    vz_json_int(out, "cpu_units", vz_cell_int(rows, row, 4));
    vz_admin_limit(out, "cpu_percent", vz_cell_int(rows, row, 5));
    vz_json_bool(out, "visible", vz_cell_int(rows, row, 6) != 0);
    vz_json_int(out, "position", vz_cell_int(rows, row, 7));
    vz_json_int(out, "vms", vz_cell_int(rows, row, 8));
    vz_json_close(out);
}


static void
vz_plan_reply(vz_call_t *call, uint64_t id, ngx_uint_t status)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, call->pool, &vz_plan_rows,
                     vz_binds(vz_int(id), vz_int(id)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (rows.rows == 0) {
        vz_route_absent(call);
        return;
    }

    vz_plan_row(vz_call_reply(call, status), &rows, 0);
}


static void
vz_plan_stored(vz_call_t *call, vz_code_e rc, uint64_t id, ngx_uint_t status)
{
    if (rc == VZ_DUPLICATE) {
        vz_admin_exists(call, "name");
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_zone_change();
    vz_plan_reply(call, id, status);
}


void
vz_admin_plan_make(vz_call_t *call)
{
    vz_code_e       rc;
    vz_rows_t       rows;
    vz_plan_body_t  body;

    ngx_memzero(&body, sizeof(vz_plan_body_t));
    body.cpu_units = 1000;
    body.visible = 1;

    if (vz_form_read(call, &vz_plan_form, &body) != VZ_OK) {
        return;
    }

    rc = vz_admin_write(call, &vz_plan_insert,
                        vz_binds(vz_text(body.name), vz_int(body.memory_mib),
                                 vz_int(body.disk_mib),
                                 vz_int(body.cpu_units),
                                 vz_int(body.cpu_percent),
                                 vz_int(body.visible),
                                 vz_int(body.position)),
                        "plan.make",
                        vz_call_printf(call, "plan %V", &body.name), &rows);

    vz_plan_stored(call, rc, rc == VZ_OK ? rows.insert_id : 0,
                   NGX_HTTP_CREATED);
}


void
vz_admin_plan_change(vz_call_t *call)
{
    uint64_t        id;
    vz_code_e       rc;
    vz_rows_t       rows;
    vz_plan_body_t  body;

    ngx_memzero(&body, sizeof(vz_plan_body_t));

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_form_read(call, &vz_plan_change_form, &body) != VZ_OK)
    {
        return;
    }

    rc = vz_admin_write(call, &vz_plan_update,
                        vz_binds(vz_opt(body.name),
                                 vz_admin_int(call, "memory_mib",
                                              body.memory_mib),
                                 vz_admin_int(call, "disk_mib",
                                              body.disk_mib),
                                 vz_admin_int(call, "cpu_units",
                                              body.cpu_units),
                                 vz_admin_int(call, "cpu_percent",
                                              body.cpu_percent),
                                 vz_admin_int(call, "visible", body.visible),
                                 vz_admin_int(call, "position",
                                              body.position),
                                 vz_int(id)),
                        "plan.change", vz_call_printf(call, "plan %uL", id),
                        &rows);

    vz_plan_stored(call, rc, id, NGX_HTTP_OK);
}


void
vz_admin_plan_end(vz_call_t *call)
{
    if (vz_admin_remove(call, &vz_plan_delete, &vz_plan_exists, "plan.end",
                        "plan", "Containers have this plan: hide it instead.")
        == VZ_OK)
    {
        vz_zone_change();
    }
}
