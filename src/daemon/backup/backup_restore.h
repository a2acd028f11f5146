/*
 * A backup fills the root of a container.  The repository is mounted (restic
 * mount) beside that root, and rsync(1) makes the two equal: what the template
 * has already is not written again.  It compares what files hold, since a time
 * and a size are easily set.
 */

#ifndef VZ_BACKUP_RESTORE_H
#define VZ_BACKUP_RESTORE_H

#include "daemon/backup/repositories.h"
#include "daemon/base/driver.h"


typedef struct {
    const vz_repository_t   *repository;
    char                     tag[VZ_TAG_LEN + 1];
    char                     id[64 + 1];
} vz_backup_restore_t;

/*
 * What is filled: a folder that is there already, or, with NULL, what mount
 * shows: it mounts the root that is filled at path, with ids as its own root
 * sees them, in the calling process, which has a mount namespace of its own;
 * unmount takes it away again, so that all of it is on the disk.  VZ_OK, or a
 * code with words (VZ_WORDS_MAX bytes).  room is asked while it is filled, and
 * may be NULL: 0 where the disk that it is on has no room for more.
 */
typedef struct {
    const char  *folder;
    int         (*room)(void *data);
    vz_code_e   (*mount)(void *data, const char *path, char *words);
    void        (*unmount)(void *data, const char *path);
    void         *data;
} vz_backup_target_t;


/*
 * vz_backup_restore_begin: find the backup, and keep others from changing its
 * repository until vz_backup_restore_end(); with trial as
 * vz_backup_lock_check() does.  VZ_OK; VZ_NOENT where it is not there; another
 * code, with the job's words set, and nothing to end.
 */
vz_code_e vz_backup_restore_begin(vz_job_t *job, const vz_backup_t *from,
    unsigned trial, vz_backup_restore_t *restore);
void vz_backup_restore_end(vz_backup_restore_t *restore);

/*
 * vz_backup_restore_fill: make the target equal to what the backup holds.
 * VZ_OK; VZ_NOSPACE where it does not fit; another code, with the job's words
 * set.  The process is in the node's mount namespace afterwards.
 */
vz_code_e vz_backup_restore_fill(vz_job_t *job,
    const vz_backup_restore_t *restore, const vz_backup_target_t *target);


#endif /* VZ_BACKUP_RESTORE_H */
