/*
 * POST /api/vms/{id}/backups/{backup}/restore.
 */

#ifndef VZ_VM_BACKUP_RESTORE_H
#define VZ_VM_BACKUP_RESTORE_H

#include "panel/api/body.h"


/*
 * vz_vm_backup_restore: the container's disk becomes what the backup has, or
 * another container of the same owner and plan is made of it.
 */
void vz_vm_backup_restore(vz_call_t *call);

extern const vz_body_t  vz_vm_backup_restore_form;


#endif /* VZ_VM_BACKUP_RESTORE_H */
