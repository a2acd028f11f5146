/*
 * What is in a backup.  restic reads it from the repository, so nothing of the
 * host is reached, whatever a name or a link says.
 */

#ifndef VZ_BACKUP_FILES_H
#define VZ_BACKUP_FILES_H

#include "daemon/backup/repositories.h"
#include "daemon/base/driver.h"


#define VZ_BACKUP_FILES_MOST  1000      /* entries of a folder that are told */

/*
 * vz_backup_files_list: a line for each entry of a folder, or for the file that
 * path names, as backup_path.h parses it; "more=1" ends them where there are
 * others.  VZ_OK; VZ_NOENT where the backup has no such path; another code,
 * with the job's words set.
 */
vz_code_e vz_backup_files_list(vz_job_t *job,
    const vz_repository_t *repository, const vz_backup_t *from,
    const char *path);

/*
 * vz_backup_files_read: the bytes of a file, or a tar of a folder, as the
 * job's stream.  As above; it returns once the first of them are there.
 */
vz_code_e vz_backup_files_read(vz_job_t *job,
    const vz_repository_t *repository, const vz_backup_t *from,
    const char *path);


#endif /* VZ_BACKUP_FILES_H */
