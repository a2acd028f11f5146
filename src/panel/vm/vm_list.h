/*
 * GET /api/vms: one's own containers, an administrator's all, in exactly one
 * statement that also finds out who asks where the zone does not know.
 *
 * What the database sorts by (id, name) pages by key.  What only the zone
 * knows (state, memory, cpu, disk, uptime) comes into the statement as a map
 * (vm_rank.h), so that the rows are the database's in any case, and those of
 * which the zone knows nothing are among them.
 */

#ifndef VZ_VM_LIST_H
#define VZ_VM_LIST_H

#include "runtime/http.h"


void vz_vm_list(vz_call_t *call);


#endif /* VZ_VM_LIST_H */
