/*
 * What restic prints as JSON: the backups of a repository, and the times in
 * it.  All of it is a stranger's: it has limits, and each text its grammar.
 */

#ifndef VZ_RESTIC_LIST_H
#define VZ_RESTIC_LIST_H

#include "daemon/backup/repositories.h"
#include "daemon/base/driver.h"


#define VZ_RESTIC_LIST_MOST   1000      /* backups of a container */
#define VZ_RESTIC_LIST_ID     64
#define VZ_RESTIC_LIST_NAME   32
#define VZ_RESTIC_LIST_NONE   INT64_MIN
#define VZ_RESTIC_LIST_TIME   20        /* 2026-12-01T10:00:00Z */

typedef struct {
    char      id[VZ_RESTIC_LIST_ID + 1];
    char      name[VZ_RESTIC_LIST_NAME + 1];    /* of the snapshot that it was
                                                   made of; "-": of none */
    int64_t   time;                             /* time(2) */
} vz_restic_saved_t;

typedef struct {
    unsigned              n;
    vz_restic_saved_t    *list;         /* the newest first */
} vz_restic_list_t;


/*
 * vz_restic_list: read the backups in the repository of tag.  VZ_OK, for
 * vz_restic_list_free(); VZ_NOENT where there is no repository yet; or what
 * vz_restic_run() returns.  The job's words are set.
 */
vz_code_e vz_restic_list(vz_job_t *job, const vz_repository_t *repository,
    const char *tag, vz_restic_list_t *saved);
void vz_restic_list_free(vz_restic_list_t *saved);

/*
 * vz_restic_list_find: the one whose id begins so; NULL where none does, or
 * more than one.  vz_restic_list_name: the newest of that name, or NULL.
 */
const vz_restic_saved_t *vz_restic_list_find(const vz_restic_list_t *saved,
    const char *id);
const vz_restic_saved_t *vz_restic_list_name(const vz_restic_list_t *saved,
    const char *name);

/*
 * vz_restic_list_time: the time(2) of a text of RFC 3339, VZ_RESTIC_LIST_NONE
 * where it is none.  vz_restic_list_print: such a text in UTC, "-" for none.
 */
int64_t vz_restic_list_time(const char *text);
void vz_restic_list_print(int64_t time, char text[VZ_RESTIC_LIST_TIME + 1]);


#endif /* VZ_RESTIC_LIST_H */
