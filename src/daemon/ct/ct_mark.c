#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "daemon/base/dirtree.h"
#include "daemon/base/file.h"
#include "daemon/base/job.h"
#include "daemon/base/log.h"
#include "daemon/base/run_folder.h"
#include "daemon/ct/ct_mark.h"
#include "wire/field_value.h"


#define VZ_MARK_FILE  1024          /* bytes of a file of marks, with room
                                       to spare */
#define VZ_MARK_NONE  "-"
#define VZ_GONE_AGE   86400         /* s */
#define VZ_GONE_MAX   4096          /* number of tags that are kept; the
                                       oldest is removed first */


/* A place for a file: on the disk, or in memory where the disk is full. */
typedef int (*vz_mark_path_pt)(const vz_config_t *conf, const char *folder,
    const char *name, char *path);


static vz_code_e vz_mark_meant(const vz_driver_t *driver, vz_job_t *job,
    vz_marked_t *marked);
static vz_code_e vz_mark_other(vz_job_t *job, vz_marked_t *marked);
static vz_code_e vz_mark_fence(vz_job_t *job, vz_marked_t *marked);
static int vz_mark_begins(vz_verb_e verb);
static int vz_mark_ends(vz_verb_e verb);
static int vz_mark_path(const vz_config_t *conf, const char *folder,
    const char *name, char path[PATH_MAX]);
static void vz_mark_read(const vz_job_t *job, vz_marked_t *marked);
static int vz_mark_text(const vz_job_t *job, vz_mark_path_pt at,
    char text[VZ_MARK_FILE]);
static int vz_mark_tag(const vz_job_t *job, char tag[VZ_TAG_LEN + 1]);
static int vz_gone_at(const vz_config_t *conf, const char *tag,
    vz_mark_path_pt at);
static void vz_mark_parse(char *text, vz_marked_t *marked);
static int vz_mark_write(const vz_job_t *job, const vz_marked_t *marked);
static void vz_mark_forget(const vz_job_t *job);
static void vz_mark_add(vz_marked_t *marked, const char *id);
static int vz_mark_has(const vz_marked_t *marked, const char *id);
static int vz_gone_is(const vz_config_t *conf, const char *tag);
static void vz_gone_add(const vz_config_t *conf, const char *tag);
static void vz_gone_prune(const char *folder);


vz_code_e
vz_ct_mark_enter(const vz_driver_t *driver, vz_job_t *job, vz_marked_t *marked)
{
    vz_code_e            code;
    const vz_request_t  *req;

    req = job->req;

    (void) memset(marked, 0, sizeof(*marked));
    (void) strcpy(marked->tag, req->mark.tag);

    code = vz_mark_meant(driver, job, marked);

    if (code != VZ_OK || marked->done || marked->next) {
        return code;
    }

    vz_mark_read(job, marked);
    code = vz_mark_fence(job, marked);

    if (code != VZ_OK || marked->done) {
        return code;
    }

    if (req->verb == VZ_VERB_ADOPT && marked->there) {
        marked->done = 1;
        return vz_job_end(job, VZ_OK, "already");
    }

    if (req->verb == VZ_VERB_DESTROY && marked->tag[0]) {
        vz_gone_add(job->conf, marked->tag);
    }

    return VZ_OK;
}


/* Compare the container's tag with the tag that the verb names. */
static vz_code_e
vz_mark_meant(const vz_driver_t *driver, vz_job_t *job, vz_marked_t *marked)
{
    char                 tag[VZ_TAG_LEN + 1];
    vz_code_e            found;
    const char          *given;
    const vz_request_t  *req;

    req = job->req;
    given = vz_mark_begins(req->verb) ? req->mark.tag
            : req->verb == VZ_VERB_ADOPT ? req->argv[1] : "";

    if (given[0] && vz_gone_is(job->conf, given)) {
        return vz_job_end(job, VZ_NOENT, "that container was destroyed");
    }

    found = driver->tag(job->conf, req->ctid, tag);

    if (found == VZ_NOENT) {
        return VZ_OK;
    }

    /* the file of its marks has the tag, too */
    if (found != VZ_OK && vz_mark_tag(job, tag) == 0) {
        found = VZ_OK;
    }

    if (found != VZ_OK) {
        /*
         * a verb without a tag may stop and destroy a container whose record
         * can't be read
         */
        return vz_mark_ends(req->verb)
               && req->mark.tag[0] == '\0'
               ? VZ_OK
               : vz_job_end(job, found, "the record of container %u is "
                            "broken", req->ctid);
    }

    marked->there = 1;

    if (req->verb == VZ_VERB_ADOPT && strcmp(tag, given) == 0) {
        (void) strcpy(marked->tag, given);
        return VZ_OK;
    }

    if (strcmp(tag, req->mark.tag) != 0) {
        return vz_mark_other(job, marked);
    }

    marked->next = req->verb == VZ_VERB_ADOPT;

    return VZ_OK;
}


/* Another container has that number. */
static vz_code_e
vz_mark_other(vz_job_t *job, vz_marked_t *marked)
{
    switch (job->req->verb) {

    case VZ_VERB_CREATE:
    case VZ_VERB_CLONE:
        return vz_job_end(job, VZ_EXISTS, "container %u exists with another "
                          "tag", job->req->ctid);

    case VZ_VERB_DESTROY:
        if (marked->tag[0]) {
            vz_gone_add(job->conf, marked->tag);
        }

        marked->done = 1;

        return vz_job_end(job, VZ_OK, "already");

    default:
        return vz_job_end(job, VZ_NOENT, "no container %u has this tag",
                          job->req->ctid);
    }
}


/*
 * Compare with the fences and verbs seen before. A higher fence is stored
 * before the verb acts.
 */
static vz_code_e
vz_mark_fence(vz_job_t *job, vz_marked_t *marked)
{
    const vz_mark_t  *mark;

    mark = &job->req->mark;

    if (mark->fence && mark->fence < marked->fence) {
        return vz_job_end(job, VZ_STALE, "%llu is the newest fence that was "
                          "seen of container %u",
                          (unsigned long long) marked->fence, job->req->ctid);
    }

    /* for a container that does not exist, only its begin stores a fence */
    if (mark->fence > marked->fence
        && (marked->there || vz_mark_begins(job->req->verb)))
    {
        marked->fence = mark->fence;
        marked->kept = 1;

        /* a full disk must not prevent that a container on it is removed */
        if (vz_mark_write(job, marked) == -1
            && !vz_mark_ends(job->req->verb))
        {
            return vz_job_end(job, errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                              "the marks of container %u: %s", job->req->ctid,
                              strerror(errno));
        }
    }

    if (marked->there && mark->id[0] && vz_mark_has(marked, mark->id)) {
        marked->done = 1;
        return vz_job_end(job, VZ_OK, "already done");
    }

    return VZ_OK;
}


void
vz_ct_mark_leave(const vz_job_t *job, vz_marked_t *marked)
{
    const vz_mark_t  *mark;

    mark = &job->req->mark;

    if (job->req->verb == VZ_VERB_DESTROY) {

        if (marked->kept) {
            vz_mark_forget(job);
        }

        return;
    }

    if (marked->next) {
        (void) strcpy(marked->tag, job->req->argv[1]);
        marked->fence = mark->fence;
    }

    if (mark->id[0]) {
        vz_mark_add(marked, mark->id);
    }

    if ((mark->id[0] || marked->next) && vz_mark_write(job, marked) == -1) {
        vz_log(LOG_WARNING, "the marks of container %u: %s", job->req->ctid,
               strerror(errno));
    }
}


vz_code_e
vz_ct_mark_look(const vz_driver_t *driver, vz_job_t *job)
{
    char                 tag[VZ_TAG_LEN + 1];
    const vz_request_t  *req;

    req = job->req;

    if (driver->tag(job->conf, req->ctid, tag) == VZ_OK
        && strcmp(tag, req->mark.tag) == 0)
    {
        return VZ_OK;
    }

    return vz_job_end(job, VZ_NOENT, "no container %u has this tag",
                      req->ctid);
}


/* Whether the verb makes a container. */
static int
vz_mark_begins(vz_verb_e verb)
{
    return verb == VZ_VERB_CREATE || verb == VZ_VERB_CLONE;
}


/* The verbs that must work where nothing else does. */
static int
vz_mark_ends(vz_verb_e verb)
{
    return verb == VZ_VERB_DESTROY || verb == VZ_VERB_STOP
           || verb == VZ_VERB_POWEROFF;
}


/* The path of a file, or with name NULL of its folder. */
static int
vz_mark_path(const vz_config_t *conf, const char *folder, const char *name,
    char path[PATH_MAX])
{
    int  n;

    n = snprintf(path, PATH_MAX, "%s/%s%s%s", conf->lxc_path, folder,
                 name ? "/" : "", name ? name : "");

    if (n < 0 || n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }

    return 0;
}


/*
 * A file that is missing, broken or about another container counts as empty.
 * Marks in memory are newer than those on the disk.
 */
static void
vz_mark_read(const vz_job_t *job, vz_marked_t *marked)
{
    char         text[VZ_MARK_FILE];
    vz_marked_t  newer;

    if (vz_mark_text(job, vz_mark_path, text) == 0) {
        vz_mark_parse(text, marked);
    }

    if (vz_mark_text(job, vz_run_folder_path, text) == 0) {
        (void) memset(&newer, 0, sizeof(newer));
        (void) strcpy(newer.tag, marked->tag);
        vz_mark_parse(text, &newer);

        if (newer.fence >= marked->fence && newer.kept) {
            *marked = newer;
        }
    }
}


static int
vz_mark_text(const vz_job_t *job, vz_mark_path_pt at,
    char text[VZ_MARK_FILE])
{
    char  path[PATH_MAX], name[16];

    (void) snprintf(name, sizeof(name), "%u", job->req->ctid);

    return at(job->conf, "mark", name, path) == 0
           && vz_file_read(path, text, VZ_MARK_FILE) > 0 ? 0 : -1;
}


/*
 * The tag of the container that the marks belong to. -1: there are no marks.
 */
static int
vz_mark_tag(const vz_job_t *job, char tag[VZ_TAG_LEN + 1])
{
    char    text[VZ_MARK_FILE];
    size_t  len;

    if (vz_mark_text(job, vz_mark_path, text) == -1) {
        return -1;
    }

    len = strcspn(text, " ");
    text[len] = '\0';

    if (strcmp(text, VZ_MARK_NONE) == 0) {
        tag[0] = '\0';
        return 0;
    }

    if (vz_field_check(VZ_FIELD_TAG, text, len) != VZ_OK) {
        return -1;
    }

    (void) strcpy(tag, text);

    return 0;
}


static void
vz_mark_parse(char *text, vz_marked_t *marked)
{
    char      *word, *save;
    uint64_t   fence;

    word = strtok_r(text, " \n", &save);

    if (word == NULL
        || strcmp(word, marked->tag[0] ? marked->tag : VZ_MARK_NONE) != 0)
    {
        return;
    }

    word = strtok_r(NULL, " \n", &save);

    if (word == NULL
        || vz_field_value_number(word, strlen(word), INT64_MAX,
                                 &fence) != VZ_OK)
    {
        return;
    }

    marked->fence = fence;
    marked->kept = 1;

    while ((word = strtok_r(NULL, " \n", &save)) != NULL) {
        if (vz_field_check(VZ_FIELD_ACT, word, strlen(word)) == VZ_OK) {
            vz_mark_add(marked, word);
        }
    }
}


static int
vz_mark_write(const vz_job_t *job, const vz_marked_t *marked)
{
    char      path[PATH_MAX], text[VZ_MARK_FILE], name[16];
    size_t    n;
    unsigned  i;

    (void) snprintf(name, sizeof(name), "%u", job->req->ctid);

    n = (size_t) sprintf(text, "%s %llu",
                         marked->tag[0] ? marked->tag : VZ_MARK_NONE,
                         (unsigned long long) marked->fence);

    for (i = 0; i < marked->nids; i++) {
        n += (size_t) sprintf(text + n, " %s", marked->ids[i]);
    }

    text[n++] = '\n';

    if (vz_mark_path(job->conf, "mark", NULL, path) == 0
        && vz_dirtree_make(job->conf->lxc_path, 0711) == 0
        && vz_dirtree_make(path, 0700) == 0
        && vz_mark_path(job->conf, "mark", name, path) == 0
        && vz_file_replace(path, text, n) == 0)
    {
        if (vz_run_folder_path(job->conf, "mark", name, path) == 0) {
            (void) vz_file_forget(path);
        }

        return 0;
    }

    /* memory is as good until the node's next start */
    return (errno == ENOSPC || errno == EDQUOT)
           && vz_run_folder_make(job->conf, "mark", name, path) == 0
           ? vz_file_replace(path, text, n) : -1;
}


static void
vz_mark_forget(const vz_job_t *job)
{
    char  path[PATH_MAX], name[16];

    (void) snprintf(name, sizeof(name), "%u", job->req->ctid);

    if (vz_mark_path(job->conf, "mark", name, path) == 0) {
        (void) vz_file_forget(path);
    }

    if (vz_run_folder_path(job->conf, "mark", name, path) == 0) {
        (void) vz_file_forget(path);
    }
}


static void
vz_mark_add(vz_marked_t *marked, const char *id)
{
    if (marked->nids == VZ_MARK_IDS) {
        (void) memmove(marked->ids[0], marked->ids[1],
                       sizeof(marked->ids) - sizeof(marked->ids[0]));
        marked->nids--;
    }

    (void) snprintf(marked->ids[marked->nids++], sizeof(marked->ids[0]), "%s",
                    id);
}


static int
vz_mark_has(const vz_marked_t *marked, const char *id)
{
    unsigned  i;

    for (i = 0; i < marked->nids; i++) {
        if (strcmp(marked->ids[i], id) == 0) {
            return 1;
        }
    }

    return 0;
}


static int
vz_gone_is(const vz_config_t *conf, const char *tag)
{
    return vz_gone_at(conf, tag, vz_mark_path)
           || vz_gone_at(conf, tag, vz_run_folder_path);
}


static int
vz_gone_at(const vz_config_t *conf, const char *tag, vz_mark_path_pt at)
{
    char         path[PATH_MAX];
    struct stat  st;

    return at(conf, "gone", tag, path) == 0
           && stat(path, &st) == 0
           && time(NULL) - st.st_mtime < VZ_GONE_AGE;
}


static void
vz_gone_add(const vz_config_t *conf, const char *tag)
{
    int   fd;
    char  path[PATH_MAX];

    if (vz_mark_path(conf, "gone", NULL, path) == 0
        && vz_dirtree_make(path, 0700) == 0)
    {
        vz_gone_prune(path);
    }

    fd = vz_mark_path(conf, "gone", tag, path) == 0
         ? open(path, O_WRONLY|O_CREAT|O_NOFOLLOW|O_CLOEXEC, 0600) : -1;

    if (fd == -1 && vz_run_folder_make(conf, "gone", tag, path) == 0)
    {
        fd = open(path, O_WRONLY|O_CREAT|O_NOFOLLOW|O_CLOEXEC, 0600);
    }

    if (fd == -1 || futimens(fd, NULL) == -1) {
        vz_log(LOG_WARNING, "%s: %s", path, strerror(errno));
    }

    if (fd != -1) {
        (void) close(fd);
    }
}


/*
 * Remove tags that are older than a day, and the oldest where there are too
 * many.
 */
static void
vz_gone_prune(const char *folder)
{
    DIR            *dir;
    char            oldest[NAME_MAX + 1];
    time_t          now, when;
    unsigned        n;
    struct stat     st;
    struct dirent  *entry;

    dir = opendir(folder);
    if (dir == NULL) {
        return;
    }

    n = 0;
    now = time(NULL);
    when = now;
    oldest[0] = '\0';

    while ((entry = readdir(dir)) != NULL) {

        if (entry->d_name[0] == '.'
            || fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW)
               == -1)
        {
            continue;
        }

        if (now - st.st_mtime >= VZ_GONE_AGE) {
            (void) unlinkat(dirfd(dir), entry->d_name, 0);
            continue;
        }

        n++;

        if (oldest[0] == '\0' || st.st_mtime < when) {
            when = st.st_mtime;
            (void) strcpy(oldest, entry->d_name);
        }
    }

    if (n >= VZ_GONE_MAX) {
        (void) unlinkat(dirfd(dir), oldest, 0);
    }

    (void) closedir(dir);
}
