/*
 * /api/admin/backups: how each container stands with its backups, and whether
 * they are good.
 */

#ifndef VZ_BACKUP_ADMIN_H
#define VZ_BACKUP_ADMIN_H

#include "panel/api/query.h"


/*
 * vz_backup_admin_list: those whose backups are promised, or that have some:
 * the overdue ones first, then those that are not good, then those whose last
 * good one is the oldest; how many of both there are, and which nodes have
 * booted none for too long.
 */
void vz_backup_admin_list(vz_call_t *call);

/*
 * POST {vm}/check: the container's backups are checked, and the newest is
 * tried, as soon as its node has time.
 */
void vz_backup_admin_check(vz_call_t *call);

extern const vz_query_args_t  vz_backup_admin_args;


#endif /* VZ_BACKUP_ADMIN_H */
