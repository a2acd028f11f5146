/*
 * A container is saved: what a snapshot of it holds, as its own root sees it,
 * goes into its repository as "root", and beside that as "record" what the
 * node and the panel know of it.
 */

#ifndef VZ_BACKUP_TAKE_H
#define VZ_BACKUP_TAKE_H

#include "daemon/base/driver.h"


typedef struct {
    unsigned    already;                /* it was there */
    char        id[64 + 1];
    uint64_t    files;                  /* that it has */
    uint64_t    bytes;                  /* of them */
    uint64_t    added;                  /* bytes that the repository grew by */
    uint64_t    gone;                   /* files that were removed while they
                                           were read, of a live tree */
    unsigned    seconds;
} vz_backup_taken_t;


/*
 * vz_backup_take: save the snapshot name of the job's container in a
 * repository; the job's body goes along as record/panel.  A repository that is
 * not there yet is made.  taken: already, where there is a backup of that name;
 * of that one only the id is known.  VZ_OK, or another code with the job's
 * words set.
 */
vz_code_e vz_backup_take(vz_job_t *job, const char *repository,
    const char *name, vz_backup_taken_t *taken);


#endif /* VZ_BACKUP_TAKE_H */
