#include <limits.h>
#include <stdio.h>
#include "daemon/backup/snapshot_files.h"
#include "daemon/base/job.h"
#include "daemon/server/verb_backup.h"
#include "daemon/server/verb_end.h"
#include "daemon/server/verb_snapshot.h"


static void vz_verb_snapshot_one(const vz_snapshot_stat_t *stat, void *data);
static void vz_verb_snapshot_bytes(uint64_t bytes, char text[24]);


vz_code_e
vz_verb_snapshot_take(vz_job_t *job)
{
    vz_done_t  done = { 0 };

    return vz_verb_end(job, job->driver->snapshot(job, job->req->argv[1],
                                                  &done),
                       &done);
}


vz_code_e
vz_verb_snapshot_roll(vz_job_t *job)
{
    return job->driver->rollback(job, job->req->argv[1]);
}


vz_code_e
vz_verb_snapshot_drop(vz_job_t *job)
{
    vz_done_t  done = { 0 };

    return vz_verb_end(job, job->driver->drop_snapshot(job, job->req->argv[1],
                                                       &done),
                       &done);
}


vz_code_e
vz_verb_snapshot_all(vz_job_t *job)
{
    char       text[24];
    uint64_t   all;
    vz_code_e  code;

    code = job->driver->snapshots(job, vz_verb_snapshot_one, job, &all);

    if (code == VZ_OK) {
        vz_verb_snapshot_bytes(all, text);
        vz_job_data(job, "all=%s", text);
    }

    return code;
}


static void
vz_verb_snapshot_one(const vz_snapshot_stat_t *stat, void *data)
{
    char       date[32], own[24];
    vz_job_t  *job;
    struct tm  tm;

    job = data;

    if (gmtime_r(&stat->made, &tm) == NULL
        || strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
    {
        snprintf(date, sizeof(date), "-");
    }

    vz_verb_snapshot_bytes(stat->own, own);

    vz_job_data(job, "name=%s date=%s bytes=%s", stat->name, date, own);
}


static void
vz_verb_snapshot_bytes(uint64_t bytes, char text[24])
{
    if (bytes == VZ_CT_STAT_UNKNOWN) {
        snprintf(text, 24, "-");

    } else {
        snprintf(text, 24, "%llu", (unsigned long long) bytes);
    }
}


vz_code_e
vz_verb_snapshot_files(vz_job_t *job)
{
    char       path[PATH_MAX];
    vz_code_e  code;

    code = vz_verb_backup_path(job, path);

    return code == VZ_OK
           ? vz_snapshot_files_list(job, job->req->argv[1], path) : code;
}


vz_code_e
vz_verb_snapshot_file(vz_job_t *job)
{
    char       path[PATH_MAX];
    vz_code_e  code;

    code = vz_verb_backup_path(job, path);

    return code == VZ_OK
           ? vz_snapshot_files_read(job, job->req->argv[1], path) : code;
}
