/*
 * Containers as people see them: the row of the database, with what the zone
 * knows laid over it.
 */

#ifndef VZ_VM_JSON_H
#define VZ_VM_JSON_H

#include "runtime/db.h"
#include "runtime/json.h"


/* The columns that vz_vm_json() reads, over vm v and VZ_VM_JOINS. */

#define VZ_VM_COLUMNS                                                         \
    "v.id, v.name, v.hostname, v.user_id, o.account, p.name, m.name,"         \
    " m.label, v.service, v.wanted, v.node_id, v.ctid, v.version,"            \
    " (SELECT GROUP_CONCAT(a.address ORDER BY a.position, a.id"               \
    "   SEPARATOR ' ') FROM address a WHERE a.vm_id = v.id),"                 \
    " v.gateway, v.dns, v.vmguar_barrier_mib, v.vmguar_limit_mib,"            \
    " v.oomguar_barrier_mib, v.oomguar_limit_mib, v.privvm_barrier_mib,"      \
    " v.privvm_limit_mib, v.disk_soft_mib, v.disk_hard_mib, v.cpu_units,"     \
    " v.cpu_percent, t.id, t.kind, t.state, t.step, t.steps,"                 \
    " IF(v.service = 'suspended', COALESCE(v.suspended_reason, ''), NULL),"   \
    " IF(v.service = 'suspended',"                                            \
    "  DATE_FORMAT(v.suspended_at, '%Y-%m-%dT%TZ'), NULL)"

/* in their place where a row is of no container */
#define VZ_VM_NO_COLUMNS                                                      \
    "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL," \
    " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,"      \
    " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"

#define VZ_VM_JOINS                                                           \
    " LEFT JOIN user o ON o.id = v.user_id"                                   \
    " LEFT JOIN plan p ON p.id = v.plan_id"                                   \
    " LEFT JOIN template m ON m.id = v.template_id"                           \
    " LEFT JOIN task t ON t.busy = v.id"


/*
 * vz_vm_json: api.md's container from one row, whose first column of
 * VZ_VM_COLUMNS is that number.
 */
void vz_vm_json(vz_json_t *json, const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t first);

/*
 * vz_vm_json_open: the same, with the object left open for members of one
 * container only.
 */
void vz_vm_json_open(vz_json_t *json, const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t first);

/* vz_vm_json_version: for ETag and If-Match, from the same row. */
uint64_t vz_vm_json_version(const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t first);

/* vz_vm_json_place: where it is, from the same row. */
void vz_vm_json_place(const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t first,
    uint64_t *node, uint32_t *ctid);


#endif /* VZ_VM_JSON_H */
