/*
 * /api/admin/plans: what can be contracted.
 */

#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/order/plan_admin.h"


typedef struct {
    ngx_str_t       name;
    int64_t         memory_mib;
    int64_t         disk_mib;
    int64_t         cpu_units;
    int64_t         cpu_percent;
    int64_t         visible;
    int64_t         position;
} vz_plan_body_t;


/* the least that the drivers take: no system starts with less */

#define vz_plan_members(required)                                             \
    { "name", VZ_BODY_FIELD, VZ_FIELD_PLAN, required, 0, 0,                   \
      offsetof(vz_plan_body_t, name) },                                       \
    { "memory_mib", VZ_BODY_INT, 0, required, 8, VZ_BODY_MIB,                 \
      offsetof(vz_plan_body_t, memory_mib) },                                 \
    { "disk_mib", VZ_BODY_INT, 0, required, 256, VZ_BODY_MIB,                 \
      offsetof(vz_plan_body_t, disk_mib) },                                   \
    { "cpu_units", VZ_BODY_INT, 0, 0, 8, 500000,                              \
      offsetof(vz_plan_body_t, cpu_units) },                                  \
    { "cpu_percent", VZ_BODY_LIMIT, 0, 0, 1, 100000,                          \
      offsetof(vz_plan_body_t, cpu_percent) },                                \
    { "visible", VZ_BODY_BOOL, 0, 0, 0, 1,                                    \
      offsetof(vz_plan_body_t, visible) },                                    \
    { "position", VZ_BODY_INT, 0, 0, -1000000, 1000000,                       \
      offsetof(vz_plan_body_t, position) }

static const vz_body_member_t  vz_plan_new[] = { vz_plan_members(1) };
static const vz_body_member_t  vz_plan_changes[] = { vz_plan_members(0) };

const vz_body_t  vz_plan_admin_form = vz_body("Plan", vz_plan_new);
const vz_body_t  vz_plan_admin_change_form = vz_body("PlanChange",
                                                     vz_plan_changes);


#define VZ_PLAN_SELECT                                                        \
    "SELECT p.id, p.name, p.memory_mib, p.disk_mib, p.cpu_units,"             \
    " p.cpu_percent, p.visible, p.position,"                                  \
    " (SELECT COUNT(*) FROM vm v WHERE v.plan_id = p.id) FROM plan p"

static const vz_sql_t  vz_plan_rows = vz_sql("admin plans",
    VZ_PLAN_SELECT " ORDER BY p.position, p.id LIMIT 256");

static const vz_sql_t  vz_plan_one = vz_sql("admin plan",
    VZ_PLAN_SELECT " WHERE p.id = ?");

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


static const vz_row_json_member_t  vz_plan_cells[] = {
    { "id", VZ_ROW_JSON_INT },
    { "name", VZ_ROW_JSON_TEXT },
    { "memory_mib", VZ_ROW_JSON_INT },
    { "disk_mib", VZ_ROW_JSON_INT },
    { "cpu_units", VZ_ROW_JSON_INT },
    { "cpu_percent", VZ_ROW_JSON_LIMIT },
    { "visible", VZ_ROW_JSON_BOOL },
    { "position", VZ_ROW_JSON_INT },
    { "vms", VZ_ROW_JSON_INT }
};

static const vz_row_json_t  vz_plan_shape = vz_row_json(vz_plan_cells);

static const vz_listing_t  vz_plan_listing = {
    &vz_plan_rows, &vz_plan_one, NULL, &vz_plan_shape, NULL
};

static const vz_edit_t  vz_plan_edit = {
    "plan", &vz_plan_admin_form, &vz_plan_admin_change_form, &vz_plan_insert,
    &vz_plan_update, &vz_plan_delete,
    "Containers have this plan: hide it instead.", &vz_plan_listing, NULL
};


void
vz_plan_admin_list(vz_call_t *call)
{
    vz_listing_call(call, &vz_plan_listing, vz_no_binds);
}


void
vz_plan_admin_create(vz_call_t *call)
{
    vz_plan_body_t  body;

    ngx_memzero(&body, sizeof(vz_plan_body_t));
    body.cpu_units = 1000;
    body.visible = 1;

    if (vz_body_read(call, &vz_plan_admin_form, &body) == VZ_OK) {
        vz_edit_make(call, &vz_plan_edit, &body);
    }
}


void
vz_plan_admin_change(vz_call_t *call)
{
    vz_plan_body_t  body;

    ngx_memzero(&body, sizeof(vz_plan_body_t));
    vz_edit_change(call, &vz_plan_edit, &body);
}


void
vz_plan_admin_delete(vz_call_t *call)
{
    vz_edit_end(call, &vz_plan_edit);
}
