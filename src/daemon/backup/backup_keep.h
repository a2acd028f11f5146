/*
 * What is done with backups that are there: one is removed, all are checked.
 */

#ifndef VZ_BACKUP_KEEP_H
#define VZ_BACKUP_KEEP_H

#include "daemon/backup/repositories.h"
#include "daemon/base/driver.h"


/*
 * vz_backup_keep_forget: remove a backup, and what it alone needs.  done:
 * already.  VZ_OK; VZ_UNSUPPORTED where the target lets nothing be removed;
 * another code, with the job's words set.
 */
vz_code_e vz_backup_keep_forget(vz_job_t *job,
    const vz_repository_t *repository, const vz_backup_t *from,
    vz_done_t *done);

/*
 * vz_backup_keep_verify: have restic check the repository, and read that part
 * of all data ("3/8": the third of eight; "none"), or with NULL a twentieth,
 * another one each time; from->snapshot, where it is not NULL, must be there.
 * As above; VZ_BUSY also where a verb came meanwhile that does not wait.
 */
vz_code_e vz_backup_keep_verify(vz_job_t *job,
    const vz_repository_t *repository, const vz_backup_t *from,
    const char *part);


#endif /* VZ_BACKUP_KEEP_H */
