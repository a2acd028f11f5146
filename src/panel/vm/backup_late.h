/*
 * Backups that are overdue, or not good.
 */

#ifndef VZ_BACKUP_LATE_H
#define VZ_BACKUP_LATE_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * vz_backup_late_run: a periodic job: mail administrators, once a day at most,
 * that containers have no good backup as young as they should, and that a check
 * or a trial of backups failed, or none was good for too long.
 */
void vz_backup_late_run(ngx_pool_t *pool);


#endif /* VZ_BACKUP_LATE_H */
