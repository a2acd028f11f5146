/*
 * GET /api/vms/{id}/snapshots/{snapshot}/files and /file: what is in a
 * snapshot.
 */

#ifndef VZ_VM_SNAPSHOT_FILES_H
#define VZ_VM_SNAPSHOT_FILES_H

#include "runtime/call.h"


/*
 * vz_vm_snapshot_files: the entries of a folder.
 * vz_vm_snapshot_files_take: the bytes of a file, or a folder as a tar archive.
 */
void vz_vm_snapshot_files(vz_call_t *call);
void vz_vm_snapshot_files_take(vz_call_t *call);


#endif /* VZ_VM_SNAPSHOT_FILES_H */
