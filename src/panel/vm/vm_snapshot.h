/*
 * Snapshots of a container: its disk as it was at a moment.
 */

#ifndef VZ_VM_SNAPSHOT_H
#define VZ_VM_SNAPSHOT_H

#include "panel/api/body.h"


/*
 * GET /api/vms/{id}/snapshots: those that its node has, the newest first; where
 * the node does not answer, those that it had.
 */
void vz_vm_snapshot_list(vz_call_t *call);

/*
 * POST /api/vms/{id}/snapshots: 409 "snapshots_full" where the plan allows no
 * more, "unsupported" where the node takes none.
 */
void vz_vm_snapshot_take(vz_call_t *call);

/* DELETE /api/vms/{id}/snapshots/{snapshot} */
void vz_vm_snapshot_drop(vz_call_t *call);

/*
 * POST /api/vms/{id}/snapshots/{snapshot}/rollback: the body repeats the
 * container's name; with "keep": false no snapshot of now is taken before.
 */
void vz_vm_snapshot_rollback(vz_call_t *call);

extern const vz_body_t  vz_vm_snapshot_form;
extern const vz_body_t  vz_vm_snapshot_rollback_form;


#endif /* VZ_VM_SNAPSHOT_H */
