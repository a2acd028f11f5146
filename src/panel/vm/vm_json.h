/*
 * A container as JSON: its row, and the figures that the zone has of it.
 */

#ifndef VZ_VM_JSON_H
#define VZ_VM_JSON_H

#include "panel/vm/traffic_month.h"
#include "runtime/db.h"
#include "runtime/json.h"
#include "runtime/row.h"


/* The columns that vz_vm_json() reads, over vm v and VZ_VM_JOINS. */

#define VZ_VM_ROW(first, next, of)                                            \
    first(of, ID, INT, "v.id")                                                \
    next(of, NAME, TEXT, "v.name")                                            \
    next(of, HOSTNAME, TEXT, "v.hostname")                                    \
    next(of, OWNER, INT, "v.user_id")                                         \
    next(of, ACCOUNT, TEXT, "o.account")                                      \
    next(of, PLAN, TEXT, "p.name")                                            \
    next(of, TEMPLATE, TEXT, "m.name")                                        \
    next(of, LABEL, TEXT, "m.label")                                          \
    next(of, LIFECYCLE, TEXT, "v.lifecycle")                                  \
    next(of, DESIRED, TEXT, "v.desired_state")                                \
    next(of, NODE, INT, "v.node_id")                                          \
    next(of, CTID, INT, "v.ctid")                                             \
    next(of, VERSION, INT, "v.version")                                       \
    next(of, ADDRESSES, TEXT,                                                 \
         "(SELECT GROUP_CONCAT(a.address ORDER BY a.position, a.id"           \
         "  SEPARATOR ' ') FROM address a WHERE a.vm_id = v.id)")             \
    next(of, GATEWAY, TEXT, "v.gateway")                                      \
    next(of, DNS, TEXT, "v.dns")                                              \
    next(of, VMGUAR, INT, "v.vmguar_barrier_mib")                             \
    next(of, VMGUAR_LIMIT, INT, "v.vmguar_limit_mib")                         \
    next(of, OOMGUAR, INT, "v.oomguar_barrier_mib")                           \
    next(of, OOMGUAR_LIMIT, INT, "v.oomguar_limit_mib")                       \
    next(of, PRIVVM, INT, "v.privvm_barrier_mib")                             \
    next(of, PRIVVM_LIMIT, INT, "v.privvm_limit_mib")                         \
    next(of, DISK_SOFT, INT, "v.disk_soft_mib")                               \
    next(of, DISK_HARD, INT, "v.disk_hard_mib")                               \
    next(of, UNITS, INT, "v.cpu_units")                                       \
    next(of, PERCENT, INT, "v.cpu_percent")                                   \
    next(of, RATE_IN, INT, "v.rate_in")                                       \
    next(of, RATE_OUT, INT, "v.rate_out")                                     \
    next(of, QUOTA, INT, "v.traffic_gib")                                     \
    next(of, ACTION, TEXT, "v.traffic_action")                                \
    next(of, THROTTLE, INT, "v.throttle_rate")                                \
    next(of, THROTTLED, INT, "v.throttled")                                   \
    next(of, OVER, INT, "v.traffic_suspended AND v.lifecycle = 'suspended'")  \
    next(of, TRAFFIC_IN, INT, "COALESCE(x.bytes_in, 0)")                      \
    next(of, TRAFFIC_OUT, INT, "COALESCE(x.bytes_out, 0)")                    \
    next(of, TASK, INT, "t.id")                                               \
    next(of, TASK_KIND, TEXT, "t.kind")                                       \
    next(of, TASK_STATE, TEXT, "t.state")                                     \
    next(of, TASK_STEP, INT, "t.step")                                        \
    next(of, TASK_STEPS, INT, "t.steps")                                      \
    next(of, SUSPENDED, TEXT,                                                 \
         "IF(v.lifecycle = 'suspended', COALESCE(v.suspended_reason, ''),"    \
         " NULL)")                                                            \
    next(of, SUSPENDED_AT, TEXT,                                              \
         "IF(v.lifecycle = 'suspended',"                                      \
         " DATE_FORMAT(v.suspended_at, '%Y-%m-%dT%TZ'), NULL)")               \
    next(of, RESCUE, TEXT, "v.rescue_template")                               \
    next(of, RESCUE_SINCE, TEXT,                                              \
         "DATE_FORMAT(v.rescue_since, '%Y-%m-%dT%TZ')")

#define VZ_VM_COLUMNS     vz_row_sql(VZ_VM_ROW)

/* The same number of columns, for a row that is of no container. */
#define VZ_VM_NO_COLUMNS  vz_row_nulls(VZ_VM_ROW)

/* The places of the columns, from the first of them. */
typedef enum {
#define vz_vm_place(of, place, type, sql)  VZ_VM_##place,
    VZ_VM_ROW(vz_vm_place, vz_vm_place, 0)
    VZ_VM_NCOLUMNS
#undef vz_vm_place
} vz_vm_column_e;

#define VZ_VM_JOINS                                                           \
    " LEFT JOIN user o ON o.id = v.user_id"                                   \
    " LEFT JOIN plan p ON p.id = v.plan_id"                                   \
    " LEFT JOIN template m ON m.id = v.template_id"                           \
    " LEFT JOIN task t ON t.busy = v.id"                                      \
    VZ_TRAFFIC_MONTH_JOIN


/*
 * vz_vm_json: write the container of one row as an object (api.md); first is
 * the number of the column where VZ_VM_COLUMNS begin.
 */
void vz_vm_json(vz_json_t *json, const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t first);

/*
 * vz_vm_json_open: the same, but leave the object open: the caller adds members
 * and closes it.
 */
void vz_vm_json_open(vz_json_t *json, const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t first);

/* vz_vm_json_version: the version of the same row, for ETag and If-Match. */
uint64_t vz_vm_json_version(const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t first);

/* vz_vm_json_place: node and number of the container of the same row. */
void vz_vm_json_place(const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t first,
    uint64_t *node, uint32_t *ctid);


#endif /* VZ_VM_JSON_H */
