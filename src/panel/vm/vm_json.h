/*
 * A container as JSON: its row, and the figures that the zone has of it.
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

/* The same number of columns, for a row that is of no container. */
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
