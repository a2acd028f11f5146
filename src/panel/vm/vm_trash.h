/*
 * Containers in the trash: their list, and the way back.
 */

#ifndef VZ_VM_TRASH_H
#define VZ_VM_TRASH_H

#include "panel/api/query.h"


/*
 * GET /api/trash: the caller's, or all for an administrator; what was deleted
 * last comes first.
 */
void vz_vm_trash_list(vz_call_t *call);

/* POST /api/vms/{id}/undelete */
void vz_vm_trash_undelete(vz_call_t *call);

extern const vz_query_args_t  vz_vm_trash_args;


#endif /* VZ_VM_TRASH_H */
