/*
 * /api/admin/plans: plans, which set the limits of a container that is ordered.
 */

#include "panel/order/plan_admin.h"


/* the drivers take no less memory or disk: no system starts with it */

static const vz_column_t  vz_plan_columns[] = {
    vz_column("id", INT, 0),
    vz_column("name", TEXT, VZ_COLUMN_REQUIRED, .field = VZ_FIELD_PLAN),
    vz_column("memory_mib", INT, VZ_COLUMN_REQUIRED, .min = 8,
              .max = VZ_BODY_MIB),
    vz_column("disk_mib", INT, VZ_COLUMN_REQUIRED, .min = 256,
              .max = VZ_BODY_MIB),
    vz_column("cpu_units", INT, VZ_COLUMN_WRITE, .min = 8, .max = 500000,
              .preset = 1000),
    vz_column("cpu_percent", LIMIT, VZ_COLUMN_WRITE, .min = 1, .max = 100000),
    vz_column("visible", BOOL, VZ_COLUMN_WRITE, .preset = 1),
    vz_column("position", INT, VZ_COLUMN_WRITE, .min = -1000000,
              .max = 1000000),
    vz_column("vms", COUNT, 0, .sql = "vm", .key = "plan_id"),
    vz_column("traffic_gib", LIMIT, VZ_COLUMN_WRITE, .min = 1,
              .max = 8388608),
    vz_column("traffic_action", TEXT, VZ_COLUMN_WRITE,
              .field = VZ_FIELD_OVERUSE, .text = "nothing"),
    vz_column("throttle_rate", INT, VZ_COLUMN_WRITE, .min = 1, .max = 99999,
              .preset = 1),
    vz_column("rate_in", LIMIT, VZ_COLUMN_WRITE, .min = 1, .max = 99999),
    vz_column("rate_out", LIMIT, VZ_COLUMN_WRITE, .min = 1, .max = 99999),
    vz_column("snapshots", INT, VZ_COLUMN_WRITE, .min = 0, .max = 24,
              .preset = 3),
    vz_column("backup_daily", INT, VZ_COLUMN_WRITE, .min = 0, .max = 366),
    vz_column("backup_weekly", INT, VZ_COLUMN_WRITE, .min = 0, .max = 520),
    vz_column("backup_monthly", INT, VZ_COLUMN_WRITE, .min = 0, .max = 120)
};

vz_resource_t  vz_plan_admin_resource = {
    vz_resource("plan", "Plan", "plan", "p", vz_plan_columns),
    vz_resource_forms(vz_plan_admin_resource, "Plan"),
    .rest = "ORDER BY p.position, p.id LIMIT 256",
    .needed = "Containers have this plan: hide it instead."
};
