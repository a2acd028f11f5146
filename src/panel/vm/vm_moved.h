/*
 * What a node that was dead may still have of containers that go on elsewhere:
 * it is stopped as soon as the node is heard, stays stopped, and is removed
 * where an administrator wishes.
 */

#ifndef VZ_VM_MOVED_H
#define VZ_VM_MOVED_H

#include "panel/api/body.h"
#include "runtime/call.h"


/*
 * vz_vm_moved_run: a periodic job: let those that wait go on elsewhere; ask
 * the nodes that such containers were on for their lists, and stop, or remove,
 * those that are in them.  A verb names the old tag, with a fence above that of
 * all which the node was sent before.
 */
void vz_vm_moved_run(ngx_pool_t *pool);

/*
 * vz_vm_moved_remove: POST /api/admin/nodes/{id}/remove {tag}: what a node
 * still has of such a container is to be removed from it; the job does it.
 */
void vz_vm_moved_remove(vz_call_t *call);

extern const vz_body_t  vz_vm_moved_form;


#endif /* VZ_VM_MOVED_H */
