/*
 * What is promised of a container's backups, and whether one is due: SQL, over
 * vm v, that has one meaning wherever it is asked.
 */

#ifndef VZ_BACKUP_DUE_H
#define VZ_BACKUP_DUE_H

#include <ngx_config.h>
#include <ngx_core.h>


/* hours beyond its interval after which one is overdue */
#define VZ_BACKUP_DUE_LATE  "12"

/* whether backups are promised */
#define VZ_BACKUP_DUE_PROMISED                                                \
    "(v.backup_daily + v.backup_weekly + v.backup_monthly > 0)"

/* whether one is being made */
#define VZ_BACKUP_DUE_RUNS                                                    \
    "EXISTS (SELECT 1 FROM backup r WHERE r.vm_id = v.id"                     \
    " AND r.state IN ('queued', 'running'))"

/* days from one to the next */
#define VZ_BACKUP_DUE_DAYS                                                    \
    "IF(v.backup_daily > 0, 1, IF(v.backup_weekly > 0, 7, 30))"

/* the moment that its last good one shows, or NULL */
#define VZ_BACKUP_DUE_GOOD                                                    \
    "(SELECT MAX(g.taken) FROM backup g WHERE g.vm_id = v.id"                 \
    " AND g.state = 'done')"

/* whether the last good one is older than it may be */
#define VZ_BACKUP_DUE_OVER                                                    \
    "(" VZ_BACKUP_DUE_PROMISED                                                \
    " AND v.lifecycle IN ('ready', 'suspended')"                              \
    " AND COALESCE(" VZ_BACKUP_DUE_GOOD ", v.backup_since, v.created)"        \
    "  < NOW(3) - INTERVAL (24 * " VZ_BACKUP_DUE_DAYS " + "                   \
    VZ_BACKUP_DUE_LATE ")"                                                    \
    "  HOUR)"


/*
 * vz_backup_due_run: a periodic job: in the window of the night, begin the
 * backups that are due, a few at once on each node, each container at its own
 * moment of the window.  One that failed is tried again later in the night.
 */
void vz_backup_due_run(ngx_pool_t *pool);


#endif /* VZ_BACKUP_DUE_H */
