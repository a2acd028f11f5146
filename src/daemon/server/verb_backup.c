#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/backup/backup_files.h"
#include "daemon/backup/backup_keep.h"
#include "daemon/backup/backup_lock.h"
#include "daemon/backup/backup_path.h"
#include "daemon/backup/backup_record.h"
#include "daemon/backup/backup_take.h"
#include "daemon/backup/restic.h"
#include "daemon/backup/restic_list.h"
#include "daemon/base/job.h"
#include "daemon/server/verb_backup.h"
#include "daemon/server/verb_end.h"


#define VZ_VERB_BACKUP_MOST  200        /* backups that are told */

typedef vz_code_e (*vz_verb_backup_pt)(vz_job_t *job,
    const vz_repository_t *repository, const vz_backup_t *from,
    const char *path);


static void vz_verb_backup_from(const vz_job_t *job, unsigned first,
    vz_backup_t *from);
static vz_code_e vz_verb_backup_read(vz_job_t *job, vz_verb_backup_pt read);


/* REPOSITORY TAG [BACKUP], from the argument first on */
static void
vz_verb_backup_from(const vz_job_t *job, unsigned first, vz_backup_t *from)
{
    const vz_request_t  *req;

    req = job->req;
    from->repository = req->argv[first];
    from->tag = req->argv[first + 1];
    from->snapshot = req->argc > first + 2 ? req->argv[first + 2] : NULL;
}


vz_code_e
vz_verb_backup_take(vz_job_t *job)
{
    vz_code_e           code;
    vz_done_t           done = { 0 };
    vz_backup_taken_t   taken;

    code = vz_backup_take(job, job->req->argv[1], job->req->argv[2], &taken);

    if (code != VZ_OK) {
        return code;
    }

    done.already = taken.already;

    if (taken.already) {
        vz_job_data(job, "snapshot=%s files=- bytes=- added=0 seconds=%u",
                    taken.id, taken.seconds);
    } else {
        vz_job_data(job, "snapshot=%s files=%llu bytes=%llu added=%llu "
                    "seconds=%u gone=%llu", taken.id,
                    (unsigned long long) taken.files,
                    (unsigned long long) taken.bytes,
                    (unsigned long long) taken.added, taken.seconds,
                    (unsigned long long) taken.gone);
    }

    return vz_verb_end(job, code, &done);
}


vz_code_e
vz_verb_backup_restore(vz_job_t *job)
{
    vz_done_t     done = { 0 };
    vz_backup_t   from;

    vz_verb_backup_from(job, 1, &from);

    return vz_verb_end(job, job->driver->restore(job, &from, &done), &done);
}


vz_code_e
vz_verb_backup_record(vz_job_t *job)
{
    vz_code_e                code;
    vz_backup_t              from;
    const vz_repository_t   *repository;

    vz_verb_backup_from(job, 0, &from);
    code = vz_restic_open(job, from.repository, &repository);

    if (code == VZ_OK) {
        code = vz_backup_lock_read(job);

        if (code == VZ_OK) {
            code = vz_backup_record_tell(job, repository, &from);
            vz_backup_lock_drop();
        }

        vz_restic_close();
    }

    return code == VZ_OK ? vz_job_end(job, code, "%s", "") : code;
}


vz_code_e
vz_verb_backup_inherit(vz_job_t *job)
{
    vz_done_t     done = { 0 };
    vz_backup_t   from;

    vz_verb_backup_from(job, 1, &from);

    return vz_verb_end(job, job->driver->inherit(job, &from, &done), &done);
}


vz_code_e
vz_verb_backup_forget(vz_job_t *job)
{
    vz_code_e                code;
    vz_done_t                done = { 0 };
    vz_backup_t              from;
    const vz_repository_t   *repository;

    vz_verb_backup_from(job, 0, &from);
    code = vz_restic_open(job, from.repository, &repository);

    if (code == VZ_OK) {
        code = vz_backup_keep_forget(job, repository, &from, &done);
        vz_restic_close();
    }

    return vz_verb_end(job, code, &done);
}


vz_code_e
vz_verb_backup_verify(vz_job_t *job)
{
    vz_code_e                code;
    vz_backup_t              from;
    const vz_repository_t   *repository;

    vz_verb_backup_from(job, 0, &from);
    code = vz_restic_open(job, from.repository, &repository);

    if (code == VZ_OK) {
        code = vz_backup_keep_verify(job, repository, &from,
                                     job->req->argc > 3 ? job->req->argv[3]
                                                        : NULL);
        vz_restic_close();
    }

    return code == VZ_OK ? vz_job_end(job, code, "%s", "") : code;
}


vz_code_e
vz_verb_backup_trial(vz_job_t *job)
{
    vz_code_e    code;
    vz_trial_t   trial = { 0 };
    vz_backup_t  from;

    vz_verb_backup_from(job, 0, &from);

    code = job->driver->trial(job, &from,
                              (unsigned) strtoul(job->req->argv[3], NULL, 10),
                              &trial);

    if (code == VZ_OK) {
        vz_job_data(job, "seconds=%u processes=%u", trial.seconds,
                    trial.processes);
    }

    return code;
}


/* where there is no repository yet, there are no backups: that is an answer */
vz_code_e
vz_verb_backup_list(vz_job_t *job)
{
    char                     date[VZ_RESTIC_LIST_TIME + 1];
    unsigned                 i;
    vz_code_e                code;
    vz_backup_t              from;
    vz_restic_list_t         saved;
    const vz_repository_t   *repository;

    vz_verb_backup_from(job, 0, &from);
    code = vz_restic_open(job, from.repository, &repository);

    if (code != VZ_OK) {
        return code;
    }

    code = vz_backup_lock_read(job);

    if (code == VZ_OK) {
        code = vz_restic_list(job, repository, from.tag, &saved);

        if (code == VZ_NOENT) {
            code = vz_job_end(job, VZ_OK, "%s", "");

        } else if (code == VZ_OK) {
            for (i = 0; i < saved.n && i < VZ_VERB_BACKUP_MOST; i++) {
                vz_restic_list_print(saved.list[i].time, date);
                vz_job_data(job, "snapshot=%s date=%s name=%s files=- bytes=-",
                            saved.list[i].id, date, saved.list[i].name);
            }

            vz_restic_list_free(&saved);
        }

        vz_backup_lock_drop();
    }

    vz_restic_close();

    return code;
}


vz_code_e
vz_verb_backup_files(vz_job_t *job)
{
    return vz_verb_backup_read(job, vz_backup_files_list);
}


vz_code_e
vz_verb_backup_file(vz_job_t *job)
{
    return vz_verb_backup_read(job, vz_backup_files_read);
}


static vz_code_e
vz_verb_backup_read(vz_job_t *job, vz_verb_backup_pt read)
{
    char                     path[PATH_MAX];
    vz_code_e                code;
    vz_backup_t              from;
    const vz_repository_t   *repository;

    vz_verb_backup_from(job, 0, &from);

    code = vz_verb_backup_path(job, path);

    if (code == VZ_OK) {
        code = vz_restic_open(job, from.repository, &repository);
    }

    if (code == VZ_OK) {
        code = vz_backup_lock_read(job);

        if (code == VZ_OK) {
            code = read(job, repository, &from, path);

            if (!job->streams) {
                vz_backup_lock_drop();
            }
        }

        vz_restic_close();
    }

    return code;
}


vz_code_e
vz_verb_backup_path(vz_job_t *job, char *path)
{
    return job->body != NULL
           && vz_backup_path_parse(job->body->line[0], path) == VZ_OK
           ? VZ_OK
           : vz_job_end(job, VZ_RANGE, "path: from / on, without \"..\", "
                        "other bytes than A-Z a-z 0-9 . _ / - as %%XX");
}
