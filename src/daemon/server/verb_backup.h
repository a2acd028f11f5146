/*
 * The verbs of backups.
 */

#ifndef VZ_VERB_BACKUP_H
#define VZ_VERB_BACKUP_H

#include "daemon/base/driver.h"


/* backup ID REPOSITORY SNAPSHOT, restore ID REPOSITORY TAG BACKUP */
vz_code_e vz_verb_backup_take(vz_job_t *job);
vz_code_e vz_verb_backup_restore(vz_job_t *job);

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


#endif /* VZ_VERB_BACKUP_H */
