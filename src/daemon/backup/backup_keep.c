#include <stdio.h>
#include <string.h>
#include "daemon/backup/backup_keep.h"
#include "daemon/backup/backup_lock.h"
#include "daemon/backup/restic.h"
#include "daemon/backup/restic_list.h"
#include "daemon/base/job.h"


#define VZ_BACKUP_KEEP_READ  "--read-data-subset="
#define VZ_BACKUP_KEEP_SOME  "5%"


static vz_code_e vz_backup_keep_run(vz_job_t *job,
    const vz_repository_t *repository, const char *tag,
    const char *const *args);


vz_code_e
vz_backup_keep_forget(vz_job_t *job, const vz_repository_t *repository,
    const vz_backup_t *from, vz_done_t *done)
{
    vz_code_e                  code;
    const char                *args[] = {
        "forget", "--prune", "--max-unused", "10%", "--max-repack-size", "1G",
        NULL, NULL
    };
    vz_restic_list_t           saved;
    const vz_restic_saved_t   *one;

    code = vz_backup_lock_take(job, from->tag);

    if (code != VZ_OK) {
        return code;
    }

    code = vz_restic_list(job, repository, from->tag, &saved);

    if (code == VZ_OK) {
        one = vz_restic_list_find(&saved, from->snapshot);

        if (one != NULL) {
            args[6] = one->id;
            code = vz_backup_keep_run(job, repository, from->tag, args);
        } else {
            done->already = 1;
        }

        vz_restic_list_free(&saved);

    } else if (code == VZ_NOENT) {
        done->already = 1;
        code = VZ_OK;
    }

    vz_backup_lock_drop();

    return code;
}


vz_code_e
vz_backup_keep_verify(vz_job_t *job, const vz_repository_t *repository,
    const vz_backup_t *from, const char *part)
{
    char                read[sizeof(VZ_BACKUP_KEEP_READ) + VZ_LINE_MAX];
    vz_code_e           code;
    vz_restic_list_t    saved;
    const char         *args[] = { "check", read, NULL };

    if (part != NULL && strcmp(part, "none") == 0) {
        args[1] = NULL;

    } else {
        (void) snprintf(read, sizeof(read), "%s%s", VZ_BACKUP_KEEP_READ,
                        part ? part : VZ_BACKUP_KEEP_SOME);
    }

    code = vz_backup_lock_check(job, from->tag);

    if (code != VZ_OK) {
        return code;
    }

    code = vz_restic_list(job, repository, from->tag, &saved);

    if (code == VZ_OK) {
        if (from->snapshot != NULL
            && vz_restic_list_find(&saved, from->snapshot) == NULL)
        {
            code = vz_job_end(job, VZ_NOENT, "the backup has no such file, or "
                              "is removed");
        }

        vz_restic_list_free(&saved);
    }

    if (code == VZ_OK) {
        vz_job_progress(job, 10, "checking its backups");
        code = vz_backup_keep_run(job, repository, from->tag, args);
    }

    vz_backup_lock_drop();

    return code;
}


static vz_code_e
vz_backup_keep_run(vz_job_t *job, const vz_repository_t *repository,
    const char *tag, const char *const *args)
{
    vz_restic_t  run;

    (void) memset(&run, 0, sizeof(run));
    run.repository = repository;
    run.tag = tag;
    run.args = args;

    return vz_restic_again(job, &run);
}
