#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "daemon/backup/backup_links.h"
#include "daemon/backup/backup_lock.h"
#include "daemon/backup/backup_take.h"
#include "daemon/backup/restic.h"
#include "daemon/backup/restic_list.h"
#include "daemon/backup/restic_why.h"
#include "daemon/base/job.h"
#include "daemon/base/monotonic.h"
#include "daemon/base/run_folder.h"


#define VZ_BACKUP_TAKE_LINE   (256 << 10)
#define VZ_BACKUP_TAKE_FROM   5         /* progress, in percent, where saving
                                           begins */
#define VZ_BACKUP_TAKE_TO     95
#define VZ_BACKUP_TAKE_TRIES  3         /* of a tree that changes meanwhile */


typedef struct {
    vz_job_t                *job;
    const vz_repository_t   *repository;
    const char              *name;
    char                     tag[VZ_TAG_LEN + 1];
    char                     folder[PATH_MAX];
    uint64_t                 done;      /* bytes, as it told last */
    uint64_t                 files;
    unsigned                 unread;    /* files that it could not read */
    vz_backup_taken_t       *taken;
} vz_backup_take_t;


static vz_code_e vz_backup_take_whose(vz_job_t *job,
    char tag[VZ_TAG_LEN + 1]);
static vz_code_e vz_backup_take_as(vz_backup_take_t *take);
static vz_code_e vz_backup_take_save(vz_backup_take_t *take,
    const char *parent);
static vz_code_e vz_backup_take_run(vz_backup_take_t *take,
    const char *parent);
static void vz_backup_take_undo(vz_backup_take_t *take);
static vz_code_e vz_backup_take_begin(const void *data, char *words);
static int vz_backup_take_panel(const vz_backup_take_t *take);
static vz_code_e vz_backup_take_line(vz_job_t *job, char *line, size_t len,
    void *data);
static int vz_backup_take_error(const char *line, size_t len, void *data);
static int vz_backup_take_gone(const json_t *error);
static void vz_backup_take_status(vz_backup_take_t *take, const json_t *told);
static uint64_t vz_backup_take_number(const json_t *told, const char *name);


vz_code_e
vz_backup_take(vz_job_t *job, const char *repository, const char *name,
    vz_backup_taken_t *taken)
{
    int64_t            start;
    vz_code_e          code;
    vz_backup_take_t   take;

    (void) memset(&take, 0, sizeof(take));
    (void) memset(taken, 0, sizeof(vz_backup_taken_t));
    start = vz_monotonic_msec();
    take.job = job;
    take.name = name;
    take.taken = taken;

    code = vz_backup_take_whose(job, take.tag);

    if (code == VZ_OK) {
        code = vz_restic_open(job, repository, &take.repository);
    }

    if (code != VZ_OK) {
        return code;
    }

    code = vz_backup_lock_take(job, take.tag);

    if (code == VZ_OK) {
        code = vz_backup_take_as(&take);
        taken->seconds = (unsigned) ((vz_monotonic_msec() - start) / 1000);
        vz_backup_lock_drop();
    }

    vz_restic_close();

    return code;
}


/* the tag by which its repository is found */
static vz_code_e
vz_backup_take_whose(vz_job_t *job, char tag[VZ_TAG_LEN + 1])
{
    vz_code_e  code;

    code = job->driver->tag(job->conf, job->ctid, tag);

    if (code == VZ_NOENT) {
        return vz_job_end(job, code, "container %u does not exist", job->ctid);
    }

    if (code != VZ_OK) {
        return vz_job_end(job, code, "the record of container %u is broken",
                          job->ctid);
    }

    return tag[0] ? VZ_OK
           : vz_job_end(job, VZ_STATE, "container %u has no tag, by which its "
                        "backups would be found: adopt it first", job->ctid);
}


static vz_code_e
vz_backup_take_as(vz_backup_take_t *take)
{
    vz_job_t                  *job;
    vz_code_e                  code;
    vz_restic_t                run;
    vz_restic_list_t           saved;
    const vz_restic_saved_t   *one;
    static const char         *init[] = { "init", NULL };

    job = take->job;
    vz_job_progress(job, 1, "looking at its backups");

    code = vz_restic_list(job, take->repository, take->tag, &saved);

    if (code == VZ_NOENT) {
        (void) memset(&run, 0, sizeof(run));
        run.repository = take->repository;
        run.tag = take->tag;
        run.args = init;
        code = vz_restic_run(job, &run);
    }

    if (code != VZ_OK) {
        return code;
    }

    one = vz_restic_list_name(&saved, take->name);

    if (one != NULL) {
        take->taken->already = 1;
        (void) strcpy(take->taken->id, one->id);
    } else {
        code = vz_backup_take_save(take, saved.n ? saved.list[0].id : NULL);
    }

    vz_restic_list_free(&saved);

    if (code != VZ_OK || one != NULL) {
        return code;
    }

    /* it told the first digits of its id alone */

    vz_job_progress(job, VZ_BACKUP_TAKE_TO, "looking at its backups");
    code = vz_restic_list(job, take->repository, take->tag, &saved);

    if (code != VZ_OK) {
        return code;
    }

    one = vz_restic_list_name(&saved, take->name);

    if (one != NULL) {
        (void) strcpy(take->taken->id, one->id);
    } else {
        code = vz_job_end(job, VZ_FAILED, "repository %s does not have the "
                          "backup that was saved", take->repository->name);
    }

    vz_restic_list_free(&saved);

    return code;
}


/*
 * Of a live tree a file may go between two looks at it, and restic does not
 * always tell that this is why: what can't be read then is tried again.
 */
static vz_code_e
vz_backup_take_save(vz_backup_take_t *take, const char *parent)
{
    unsigned   tries;
    vz_code_e  code;

    if (vz_run_folder_make(take->job->conf, "backup", take->tag, take->folder)
        == -1
        || (mkdir(take->folder, 0700) == -1 && errno != EEXIST))
    {
        return vz_job_end(take->job, VZ_INTERNAL, "%.120s: %s", take->folder,
                          strerror(errno));
    }

    for (tries = 1; /* void */; tries++) {
        code = vz_backup_take_run(take, parent);

        if (code != VZ_OK || take->unread == 0) {
            return code;
        }

        vz_backup_take_undo(take);

        if (tries == VZ_BACKUP_TAKE_TRIES) {
            return vz_job_end(take->job, VZ_FAILED, "some files could not be "
                              "read, so nothing was saved");
        }
    }
}


static vz_code_e
vz_backup_take_run(vz_backup_take_t *take, const char *parent)
{
    unsigned      n;
    vz_code_e     code;
    const char   *args[16];
    vz_restic_t   run;

    take->unread = 0;
    take->taken->gone = 0;

    n = 0;
    args[n++] = "backup";
    args[n++] = "--json";
    args[n++] = "--host";
    args[n++] = take->tag;
    args[n++] = "--tag";
    args[n++] = take->name;

    if (parent != NULL) {
        args[n++] = "--parent";
        args[n++] = parent;
    }

    args[n++] = "root";
    args[n++] = "record";
    args[n] = NULL;

    (void) memset(&run, 0, sizeof(run));
    run.repository = take->repository;
    run.tag = take->tag;
    run.args = args;
    run.folder = take->folder;
    run.begin = vz_backup_take_begin;
    run.begin_data = take;
    run.line = vz_backup_take_line;
    run.line_data = take;
    run.line_max = VZ_BACKUP_TAKE_LINE;
    run.error = vz_backup_take_error;
    run.upload = 1;
    run.told = 1;

    code = vz_restic_again(take->job, &run);

    if (take->job->driver->backup_end) {
        take->job->driver->backup_end(take->job->conf, take->job->ctid,
                                      take->name);
    }

    if (code != VZ_FAILED || run.status != VZ_RESTIC_UNREAD) {
        return code;
    }

    take->unread += take->taken->gone == 0;

    return VZ_OK;
}


/*
 * It saved what it could read, and that is not to be taken for a backup.  Where
 * it can't be removed, one that is saved after it is the newer of that name.
 */
static void
vz_backup_take_undo(vz_backup_take_t *take)
{
    vz_restic_t                run;
    const char                *args[] = { "forget", NULL, NULL };
    vz_restic_list_t           saved;
    const vz_restic_saved_t   *one;

    if (vz_restic_list(take->job, take->repository, take->tag, &saved)
        != VZ_OK)
    {
        return;
    }

    one = vz_restic_list_name(&saved, take->name);

    if (one != NULL) {
        args[1] = one->id;
        (void) memset(&run, 0, sizeof(run));
        run.repository = take->repository;
        run.tag = take->tag;
        run.args = args;
        (void) vz_restic_again(take->job, &run);
    }

    vz_restic_list_free(&saved);
}


/*
 * In restic's process: nobody else sees these mounts, and they end with it.
 * They are at the same path each time, for restic compares paths.
 */
static vz_code_e
vz_backup_take_begin(const void *data, char *words)
{
    char                      path[PATH_MAX];
    vz_code_e                 code;
    const vz_job_t           *job;
    const vz_backup_take_t   *take;

    take = data;
    job = take->job;

    if (unshare(CLONE_NEWNS) == -1
        || mount(NULL, "/", NULL, MS_REC|MS_SLAVE, NULL) == -1
        || mount("vzpanel", take->folder, "tmpfs", MS_NOSUID|MS_NODEV,
                 "mode=0700,size=64M") == -1
        || chdir(take->folder) == -1
        || mkdir("root", 0700) == -1 || mkdir("record", 0700) == -1
        || vz_backup_take_panel(take) == -1)
    {
        (void) snprintf(words, VZ_WORDS_MAX, "%.120s: %s", take->folder,
                        strerror(errno));
        return VZ_INTERNAL;
    }

    if (snprintf(path, sizeof(path), "%s/root", take->folder)
        >= (int) sizeof(path))
    {
        (void) snprintf(words, VZ_WORDS_MAX, "run_dir is too long");
        return VZ_INTERNAL;
    }

    code = job->driver->backup_record(job->conf, job->ctid, "record", words);

    if (code == VZ_OK) {
        code = job->driver->backup_view(job->conf, job->ctid, take->name, path,
                                        words);
    }

    if (code == VZ_OK
        && (chdir(take->folder) == -1
            || vz_backup_links_write("root", "record/" VZ_BACKUP_LINKS_NAME)
               == -1))
    {
        (void) snprintf(words, VZ_WORDS_MAX, "looking at its files: %s",
                        strerror(errno));
        code = VZ_FAILED;
    }

    return code;
}


static int
vz_backup_take_panel(const vz_backup_take_t *take)
{
    int                     fd, rc;
    unsigned                i;
    const vz_verb_body_t   *body;

    body = take->job->body;

    if (body == NULL) {
        return 0;
    }

    fd = open("record/panel", O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600);
    if (fd == -1) {
        return -1;
    }

    for (rc = 0, i = 0; rc >= 0 && i < body->nlines; i++) {
        rc = dprintf(fd, "%s\n", body->line[i]);
    }

    (void) close(fd);

    return rc < 0 ? -1 : 0;
}


static vz_code_e
vz_backup_take_line(vz_job_t *job, char *line, size_t len, void *data)
{
    json_t             *told;
    const char         *type;
    vz_backup_take_t   *take;

    (void) job;
    take = data;

    /* a line that is no JSON is for people */

    told = json_loadb(line, len, 0, NULL);
    type = json_string_value(json_object_get(told, "message_type"));

    if (type != NULL && strcmp(type, "status") == 0) {
        vz_backup_take_status(take, told);

    } else if (type != NULL && strcmp(type, "summary") == 0) {
        take->taken->files = vz_backup_take_number(told,
                                                   "total_files_processed");
        take->taken->bytes = vz_backup_take_number(told,
                                                   "total_bytes_processed");
        take->taken->added = vz_backup_take_number(told, "data_added");
    }

    json_decref(told);

    return VZ_OK;
}


/* {"message_type":"error","error":...,"during":"archival","item":PATH} */
static int
vz_backup_take_error(const char *line, size_t len, void *data)
{
    int                 gone;
    json_t             *told;
    const char         *type, *during;
    vz_backup_take_t   *take;

    take = data;
    told = json_loadb(line, len, 0, NULL);
    type = json_string_value(json_object_get(told, "message_type"));
    during = json_string_value(json_object_get(told, "during"));
    gone = 0;

    if (type == NULL || strcmp(type, "error") != 0) {
        /* it is for people */

    } else if (during != NULL && strcmp(during, "scan") == 0) {
        /* the scan only tells how much there will be */
        gone = 1;

    } else if (vz_backup_take_gone(json_object_get(told, "error"))) {
        take->taken->gone++;
        gone = 1;

    } else {
        take->unread++;
    }

    json_decref(told);

    return gone;
}


/* an os.PathError of Go, or since restic 0.17 its text */
static int
vz_backup_take_gone(const json_t *error)
{
    size_t               len;
    const char          *text;
    static const char    end[] = ": no such file or directory";

    if (json_integer_value(json_object_get(error, "Err")) == ENOENT) {
        return 1;
    }

    text = json_string_value(json_object_get(error, "message"));
    len = text ? strlen(text) : 0;

    return len >= sizeof(end) - 1
           && strcmp(text + len - (sizeof(end) - 1), end) == 0;
}


/* only what has moved is told: restic itself tells the same for ever */
static void
vz_backup_take_status(vz_backup_take_t *take, const json_t *told)
{
    unsigned  percent;
    uint64_t  done, files, total;

    done = vz_backup_take_number(told, "bytes_done");
    files = vz_backup_take_number(told, "files_done");
    total = vz_backup_take_number(told, "total_bytes");

    if (done == take->done && files == take->files) {
        return;
    }

    take->done = done;
    take->files = files;

    percent = done >= total ? VZ_BACKUP_TAKE_FROM
              : (unsigned) ((double) done / (double) total
                            * (VZ_BACKUP_TAKE_TO - VZ_BACKUP_TAKE_FROM))
                + VZ_BACKUP_TAKE_FROM;

    vz_job_progress(take->job, percent, "saving %llu of %llu MB",
                    (unsigned long long) (done >> 20),
                    (unsigned long long) ((total > done ? total : done) >> 20));
}


static uint64_t
vz_backup_take_number(const json_t *told, const char *name)
{
    json_int_t  n;

    n = json_integer_value(json_object_get(told, name));

    return n > 0 ? (uint64_t) n : 0;
}
