/*
 * Who works with the repository of a container, and how many do so at once.
 * These locks are not the container's: it is started, stopped and changed
 * while a backup of it is on its way.
 */

#ifndef VZ_BACKUP_LOCK_H
#define VZ_BACKUP_LOCK_H

#include "daemon/base/driver.h"
#include "daemon/base/lock.h"


#define VZ_BACKUP_LOCK_WAIT   5000  /* ms that one has to end, that is asked */
#define VZ_BACKUP_LOCK_READS  4     /* listings and downloads of a node at
                                       once */

/*
 * vz_backup_lock_take: take the lock of a container's repository, for what
 * writes to it, and a place of the node's conf->backups.  From then on this
 * process can be ended by vz_backup_lock_end().  VZ_OK; VZ_BUSY, VZ_INTERNAL
 * with the job's words set.  The end of the process releases both, or
 * vz_backup_lock_drop() does.
 */
vz_code_e vz_backup_lock_take(vz_job_t *job, const char *tag);
void vz_backup_lock_drop(void);

/*
 * vz_backup_lock_check: the same, for a verb that looks whether backups are
 * good (VZ_VERB_VERIFY, VZ_VERB_TRIAL): a node is at work on one of these at a
 * time, beside its places, and vz_backup_lock_take() ends it, since whoever
 * saves or restores does not wait for it.
 */
vz_code_e vz_backup_lock_check(vz_job_t *job, const char *tag);

/*
 * vz_backup_lock_read: take a place of VZ_BACKUP_LOCK_READS, until
 * vz_backup_lock_drop() or, of a stream, the end of the process.  As above.
 */
vz_code_e vz_backup_lock_read(vz_job_t *job);

/*
 * vz_backup_lock_ended: 1 where somebody has asked this process to end.
 * vz_backup_lock_why: why, in the job's words: VZ_STATE of what saves, VZ_BUSY
 * of what looks.
 */
int vz_backup_lock_ended(void);
vz_code_e vz_backup_lock_why(vz_job_t *job);

/*
 * vz_backup_lock_end: end the process that saves the container, and wait until
 * nothing of it is left; where it does not end in ms milliseconds it is killed.
 * 0, also where there is none, or -1.
 */
int vz_backup_lock_end(const vz_config_t *conf, const char *tag, int ms);


#endif /* VZ_BACKUP_LOCK_H */
