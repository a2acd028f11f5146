/*
 * restic(1) is run to its end: what it prints is heard, and its failure gets a
 * reason.
 */

#ifndef VZ_RESTIC_H
#define VZ_RESTIC_H

#include "daemon/backup/restic_process.h"


/*
 * vz_restic_open: read the node's list, and find a repository in it, which
 * lasts until vz_restic_close().  VZ_OK; VZ_UNSUPPORTED where this node has
 * none of that name, another code where the list can't be used, with the job's
 * words set.
 */
vz_code_e vz_restic_open(vz_job_t *job, const char *name,
    const vz_repository_t **repository);
void vz_restic_close(void);

/*
 * vz_restic_run: run it to its end, within the job's deadline, which moves
 * while restic works.  VZ_OK; another code with the job's words set, by what
 * it said (restic_why.h): run->said and ->status have it.  Of another program
 * VZ_FAILED, without words.
 */
vz_code_e vz_restic_run(vz_job_t *job, vz_restic_t *run);

/* vz_restic_read: add what it said on stderr to run->said.  0 at its end. */
int vz_restic_read(vz_restic_t *run, int err);

/*
 * vz_restic_again: the same; where a restic that was killed has left its lock
 * in the repository, that is removed, and it is run once more.  A lock of one
 * that lives, or of another host, stays: VZ_BUSY.
 */
vz_code_e vz_restic_again(vz_job_t *job, vz_restic_t *run);


#endif /* VZ_RESTIC_H */
