/*
 * Backups that leave.
 */

#ifndef VZ_BACKUP_FORGET_H
#define VZ_BACKUP_FORGET_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * vz_backup_forget_run: a periodic job: have the repositories forget what is
 * not kept any more, and delete its rows.  Where a repository can't, or lets
 * nobody delete, the row stays and it is asked again later.
 */
void vz_backup_forget_run(ngx_pool_t *pool);


#endif /* VZ_BACKUP_FORGET_H */
