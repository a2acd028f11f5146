/*
 * Whether backups are good: restic checks each repository, and each node
 * restores one backup a week into a container that nobody sees, and boots it.
 */

#ifndef VZ_BACKUP_CHECK_H
#define VZ_BACKUP_CHECK_H

#include <ngx_config.h>
#include <ngx_core.h>


/* days after which one that was not good in between is told of */
#define VZ_BACKUP_CHECK_OLD  "14"

/* SQL over vm v: its rows, which are NULL where it has no good backup yet */
#define VZ_BACKUP_CHECK_JOIN                                                  \
    " LEFT JOIN backup_check k ON k.vm_id = v.id AND k.kind = 'check'"        \
    " LEFT JOIN backup_check r ON r.vm_id = v.id AND r.kind = 'trial'"

/* whether a container is one whose backups are looked at */
#define VZ_BACKUP_CHECK_THERE                                                 \
    "(v.lifecycle IN ('ready', 'suspended') AND NOT v.adopting)"

/* whether administrators have to do something about its backups */
#define VZ_BACKUP_CHECK_BAD                                                   \
    "(" VZ_BACKUP_CHECK_THERE " AND (k.code IS NOT NULL"                      \
    " OR r.code IS NOT NULL OR COALESCE(k.good, k.made)"                      \
    "  < NOW(3) - INTERVAL " VZ_BACKUP_CHECK_OLD " DAY))"

/* nodes n none of whose backups was booted for so long, and when one was */
#define VZ_BACKUP_CHECK_NODES                                                 \
    "SELECT n.id, n.name, MAX(r.good) AS good FROM node n"                    \
    " JOIN vm v ON v.node_id = n.id"                                          \
    " JOIN backup_check r ON r.vm_id = v.id AND r.kind = 'trial'"             \
    " WHERE " VZ_BACKUP_CHECK_THERE " GROUP BY n.id, n.name"                  \
    " HAVING COALESCE(MAX(r.good), MIN(r.made))"                              \
    "  < NOW(3) - INTERVAL " VZ_BACKUP_CHECK_OLD " DAY"


/*
 * vz_backup_check_run: a periodic job: of each node that is at work on none, a
 * fiber does the check or the trial that is due first.  The node itself holds
 * that to one at a time, whichever worker asks.
 */
void vz_backup_check_run(ngx_pool_t *pool);


#endif /* VZ_BACKUP_CHECK_H */
