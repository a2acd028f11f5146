/*
 * GET /api/admin/backups: how each container stands with its backups.
 */

#ifndef VZ_BACKUP_ADMIN_H
#define VZ_BACKUP_ADMIN_H

#include "panel/api/query.h"


/*
 * vz_backup_admin_list: those whose backups are promised, or that have some:
 * the overdue ones first, then those whose last good one is the oldest.
 */
void vz_backup_admin_list(vz_call_t *call);

extern const vz_query_args_t  vz_backup_admin_args;


#endif /* VZ_BACKUP_ADMIN_H */
