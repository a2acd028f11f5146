/*
 * What a backup has beside the container's root: what the panel and the node
 * knew of it.  All of it is a stranger's, who had the repository's key.
 */

#ifndef VZ_BACKUP_RECORD_H
#define VZ_BACKUP_RECORD_H

#include "daemon/backup/repositories.h"
#include "daemon/base/driver.h"


/*
 * vz_backup_record_tell: tell what the panel knew, a document of JSON in
 * US-ASCII, in lines "panel=PART".  VZ_OK; VZ_NOENT where the backup has none;
 * VZ_FAILED where it is no JSON; another code; with the job's words set.
 */
vz_code_e vz_backup_record_tell(vz_job_t *job,
    const vz_repository_t *repository, const vz_backup_t *from);

/*
 * vz_backup_record_copy: write a file of the record, of max bytes at most, to a
 * descriptor.  VZ_OK; VZ_NOENT where the backup has none; VZ_FAILED where it is
 * longer; another code; with the job's words set.
 */
vz_code_e vz_backup_record_copy(vz_job_t *job,
    const vz_repository_t *repository, const vz_backup_t *from,
    const char *name, int to, size_t max);


#endif /* VZ_BACKUP_RECORD_H */
