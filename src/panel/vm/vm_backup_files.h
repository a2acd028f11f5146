/*
 * GET /api/vms/{id}/backups/{backup}/files and /file: what is in a backup.
 *
 * A path is as on the wire: from / on, each byte that is none of
 * A-Z a-z 0-9 . _ - / as %XX; it is decoded by the node alone.
 */

#ifndef VZ_VM_BACKUP_FILES_H
#define VZ_VM_BACKUP_FILES_H

#include "panel/api/query.h"


/*
 * vz_vm_backup_files: the entries of a folder.
 * vz_vm_backup_files_take: the bytes of a file, or a folder as a tar archive.
 */
void vz_vm_backup_files(vz_call_t *call);
void vz_vm_backup_files_take(vz_call_t *call);

extern const vz_query_args_t  vz_vm_backup_files_args;
extern const vz_query_args_t  vz_vm_backup_files_take_args;


#endif /* VZ_VM_BACKUP_FILES_H */
