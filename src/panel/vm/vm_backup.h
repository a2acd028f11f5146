/*
 * /api/vms/{id}/backups: the backups of a container.
 */

#ifndef VZ_VM_BACKUP_H
#define VZ_VM_BACKUP_H

#include "panel/api/body.h"


/*
 * vz_vm_backup_list: GET, and what is promised.
 * vz_vm_backup_make: POST: one now.
 * vz_vm_backup_policy: PATCH, for administrators: how many are kept.
 * vz_vm_backup_end: DELETE /{backup}.
 */
void vz_vm_backup_list(vz_call_t *call);
void vz_vm_backup_make(vz_call_t *call);
void vz_vm_backup_policy(vz_call_t *call);
void vz_vm_backup_end(vz_call_t *call);

extern const vz_body_t  vz_vm_backup_policy_form;

/* vz_vm_backup_states: of a row of backup, up to NULL. */
extern const char *const  vz_vm_backup_states[];


#endif /* VZ_VM_BACKUP_H */
