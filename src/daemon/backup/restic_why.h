/*
 * Why restic failed, in words of ours.  It has an exit status of 1 for nearly
 * all of it, so its sentences are looked at: one table of parts of them.
 */

#ifndef VZ_RESTIC_WHY_H
#define VZ_RESTIC_WHY_H

#include "daemon/backup/restic.h"


typedef enum {
    VZ_RESTIC_OTHER = 0,
    VZ_RESTIC_NO_REPOSITORY,        /* there is none of this container yet */
    VZ_RESTIC_SILENT,               /* the target does not answer */
    VZ_RESTIC_KEY,                  /* it is of another key */
    VZ_RESTIC_FULL,
    VZ_RESTIC_APPEND,               /* the target removes nothing */
    VZ_RESTIC_LOCKED,               /* another restic has it */
    VZ_RESTIC_DENIED,               /* the target does not let us in */
    VZ_RESTIC_GONE,                 /* no such snapshot, or file in it */
    VZ_RESTIC_DAMAGED
} vz_restic_why_e;


/* vz_restic_why_find: which of these a text of its stderr tells. */
vz_restic_why_e vz_restic_why_find(const char *said);

/*
 * vz_restic_why_final: 1 where a run that still tries has said what no second
 * try can change: the target is full, or removes nothing.
 */
int vz_restic_why_final(const vz_restic_t *run);

/*
 * vz_restic_why: the code of a run that failed, with the job's words set, and
 * what it said kept for the log (vz_job_said()).
 */
vz_code_e vz_restic_why(vz_job_t *job, const vz_restic_t *run);

/* vz_restic_why_silent: VZ_TIMEOUT, with words: it did nothing for too long. */
vz_code_e vz_restic_why_silent(vz_job_t *job, const vz_restic_t *run);


#endif /* VZ_RESTIC_WHY_H */
