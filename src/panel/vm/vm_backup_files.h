/* GET /api/vms/{id}/backups/{backup}/files and /file: what is in a backup. */

#ifndef VZ_VM_BACKUP_FILES_H
#define VZ_VM_BACKUP_FILES_H

#include "runtime/call.h"


/*
 * vz_vm_backup_files: the entries of a folder.
 * vz_vm_backup_files_take: the bytes of a file, or a folder as a tar archive.
 */
void vz_vm_backup_files(vz_call_t *call);
void vz_vm_backup_files_take(vz_call_t *call);


#endif /* VZ_VM_BACKUP_FILES_H */
