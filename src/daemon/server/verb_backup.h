/*
 * The verbs of backups.
 */

#ifndef VZ_VERB_BACKUP_H
#define VZ_VERB_BACKUP_H

#include "daemon/base/driver.h"


/* backup ID REPOSITORY SNAPSHOT, restore ID REPOSITORY TAG BACKUP */
vz_code_e vz_verb_backup_take(vz_job_t *job);
vz_code_e vz_verb_backup_restore(vz_job_t *job);

/* record REPOSITORY TAG BACKUP, inherit ID REPOSITORY TAG BACKUP */
vz_code_e vz_verb_backup_record(vz_job_t *job);
vz_code_e vz_verb_backup_inherit(vz_job_t *job);

/*
 * forget REPOSITORY TAG BACKUP, verify REPOSITORY TAG [BACKUP [PART]],
 * trial REPOSITORY TAG BACKUP SECONDS
 */
vz_code_e vz_verb_backup_forget(vz_job_t *job);
vz_code_e vz_verb_backup_verify(vz_job_t *job);
vz_code_e vz_verb_backup_trial(vz_job_t *job);

/* backups REPOSITORY TAG; files, file REPOSITORY TAG BACKUP, of a path */
vz_code_e vz_verb_backup_list(vz_job_t *job);
vz_code_e vz_verb_backup_files(vz_job_t *job);
vz_code_e vz_verb_backup_file(vz_job_t *job);

/*
 * vz_verb_backup_path: the path that the job's body names, as backup_path.h
 * parses it, PATH_MAX bytes.  VZ_OK, or VZ_RANGE with the job's words set.
 */
vz_code_e vz_verb_backup_path(vz_job_t *job, char *path);


#endif /* VZ_VERB_BACKUP_H */
