/*
 * LXC_PATH/vzctl/CTID.switch is the note, "FROM TO": the area FROM takes the
 * place of the container's own, which becomes TO.  It is written when FROM is
 * whole and the container stopped, so what it tells can be ended at any time
 * by the names that are there.  LXC_PATH/vzctl/CTID.old, "TEMPLATE UNTIL",
 * tells of VZ_VZCTL_AREA_OLD.
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "daemon/backup/backup_lock.h"
#include "daemon/base/dirtree.h"
#include "daemon/base/file.h"
#include "daemon/base/job.h"
#include "daemon/base/lock.h"
#include "daemon/base/log.h"
#include "daemon/base/spawn.h"
#include "daemon/rootfs/disk_space.h"
#include "daemon/vzctl/vzctl_area.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_lifecycle.h"
#include "daemon/vzctl/vzctl_run.h"
#include "daemon/vzctl/vzctl_switch.h"


#define VZ_VZCTL_SWITCH_NOTE   "switch"
#define VZ_VZCTL_SWITCH_KEPT   "old"
#define VZ_VZCTL_SWITCH_KEEP   86400    /* seconds that the old area stays */
#define VZ_VZCTL_SWITCH_QUOTA  60000    /* ms */
#define VZ_VZCTL_SWITCH_NONE   11       /* exit status of vzquota: it has none
                                           of that number */

/* For each area beside one, of a container whose lock is held. */
typedef void (*vz_vzctl_beside_pt)(const vz_config_t *conf, uint32_t ctid,
    const char *which);


static void vz_vzctl_switch_quota(const vz_job_t *job);
static vz_code_e vz_vzctl_switch_new(vz_job_t *job,
    const vz_vzctl_conf_t *ct, const void *data);
static vz_code_e vz_vzctl_switch_old(vz_job_t *job,
    const vz_vzctl_conf_t *ct, const void *data);
static vz_code_e vz_vzctl_switch_areas(vz_job_t *job, const char *from,
    const char *to);
static int vz_vzctl_switch_move(const vz_config_t *conf, uint32_t ctid,
    const char *from, const char *to);
static int vz_vzctl_switch_keep(const vz_config_t *conf, uint32_t ctid,
    const char *template, time_t until);
static int vz_vzctl_switch_read(const vz_config_t *conf, uint32_t ctid,
    vz_vzctl_kept_t *kept);
static void vz_vzctl_switch_locked(const vz_config_t *conf, uint32_t ctid,
    const char *which, vz_vzctl_beside_pt act);
static void vz_vzctl_switch_mend(const vz_config_t *conf, uint32_t ctid,
    const char *which);
static void vz_vzctl_switch_expire(const vz_config_t *conf, uint32_t ctid,
    const char *which);


vz_code_e
vz_vzctl_switch_to_new(vz_job_t *job, const vz_vzctl_conf_t *ct)
{
    return vz_vzctl_switch_stopped(job, ct, vz_vzctl_switch_new, NULL);
}


vz_code_e
vz_vzctl_switch_revert(vz_job_t *job, vz_done_t *done)
{
    vz_code_e         code;
    vz_vzctl_conf_t   ct;
    vz_vzctl_kept_t   kept;

    if ((code = vz_vzctl_conf_load(job, &ct)) != VZ_OK
        || (code = vz_vzctl_switch_settled(job)) != VZ_OK)
    {
        return code;
    }

    if (vz_vzctl_switch_kept(job->conf, job->ctid, &kept) == -1) {
        done->already = vz_vzctl_switch_read(job->conf, job->ctid, &kept) == 0
                        && kept.until == 0;

        return done->already ? VZ_OK
               : vz_job_end(job, VZ_STATE, "the system before the last "
                            "restore is not kept any more");
    }

    return vz_vzctl_switch_stopped(job, &ct, vz_vzctl_switch_old, NULL);
}


vz_code_e
vz_vzctl_switch_stopped(vz_job_t *job, const vz_vzctl_conf_t *ct,
    vz_vzctl_switch_pt act, const void *data)
{
    char              words[VZ_WORDS_MAX];
    vz_code_e         code;
    vz_done_t         done = { 0 };
    vz_vzctl_row_t    row;

    code = vz_vzctl_run_list_one(job, &row);

    if (code == VZ_OK && row.running) {
        vz_job_progress(job, 92, "stopping it");
        code = vz_vzctl_lifecycle_stop(job, VZ_STOP_AGAIN, &done);

    } else if (code == VZ_OK && row.mounted) {
        code = vz_vzctl_run(job, "umount", NULL, INT_MAX, NULL);
    }

    if (code == VZ_OK) {
        /* it would be a backup of what is not its system any more */
        (void) vz_backup_lock_end(job->conf, ct->tag, VZ_BACKUP_LOCK_WAIT);

        code = act(job, ct, data);
    }

    if (code == VZ_OK || !row.running) {
        return code;
    }

    (void) snprintf(words, sizeof(words), "%s", job->words);

    if (vz_vzctl_lifecycle_start(job, &done) != VZ_OK) {
        vz_log(LOG_WARNING, "container %u: starting its system again: %s",
               job->ctid, job->words);
    }

    return vz_job_end(job, code, "%s", words);
}


/* Its quota has counted other files; the next start counts anew. */
static void
vz_vzctl_switch_quota(const vz_job_t *job)
{
    char         id[16], output[256];
    vz_code_e    code;
    vz_spawn_t   run;

    const char  *argv[] = { job->conf->vzquota, "drop", id, NULL };

    (void) snprintf(id, sizeof(id), "%u", job->ctid);
    (void) memset(&run, 0, sizeof(run));
    run.argv = argv;
    run.output = output;
    run.output_size = sizeof(output);
    run.timeout = VZ_VZCTL_SWITCH_QUOTA;

    code = vz_spawn(&run);

    /* a node without the program has no quotas */

    if (code != VZ_OK && code != VZ_NOENT
        && run.status != VZ_VZCTL_SWITCH_NONE)
    {
        vz_log(LOG_WARNING, "vzquota drop %u: exit %d: %s", job->ctid,
               run.status, output);
    }
}


static vz_code_e
vz_vzctl_switch_new(vz_job_t *job, const vz_vzctl_conf_t *ct,
    const void *data)
{
    char              words[VZ_WORDS_MAX], path[PATH_MAX];
    vz_code_e         code;
    vz_vzctl_made_t   made;

    (void) data;

    /* create answers "already" for what was never started */

    if (vz_vzctl_conf_made(job->conf, job->ctid, &made) == 0) {
        made.started = 1;

        if (vz_vzctl_conf_make(job->conf, job->ctid, &made) == -1) {
            return vz_job_end(job, VZ_INTERNAL, "the record of container %u: "
                              "%s", job->ctid, strerror(errno));
        }
    }

    code = vz_vzctl_switch_areas(job, VZ_VZCTL_AREA_NEW, VZ_VZCTL_AREA_OLD);
    if (code != VZ_OK) {
        return code;
    }

    /* a node that is short of room keeps nothing for regrets */

    if (vz_vzctl_area_path(job->conf, job->ctid, NULL, path) == 0
        && !vz_disk_space_at(job->conf, path, words)
        && vz_vzctl_area_drop(job->conf, job->ctid, VZ_VZCTL_AREA_OLD) == -1)
    {
        vz_log(LOG_WARNING, "the old disk of container %u: %s", job->ctid,
               strerror(errno));
    }

    if (vz_vzctl_switch_keep(job->conf, job->ctid, ct->template,
                             time(NULL) + VZ_VZCTL_SWITCH_KEEP)
        == -1)
    {
        vz_log(LOG_WARNING, "the old disk of container %u is not kept: %s",
               job->ctid, strerror(errno));
    }

    return VZ_OK;
}


/* The new system goes at once: it is what nobody wanted. */
static vz_code_e
vz_vzctl_switch_old(vz_job_t *job, const vz_vzctl_conf_t *ct,
    const void *data)
{
    vz_code_e  code;

    (void) ct;
    (void) data;

    code = vz_vzctl_switch_areas(job, VZ_VZCTL_AREA_OLD, VZ_VZCTL_AREA_GONE);

    if (code == VZ_OK
        && (vz_vzctl_switch_keep(job->conf, job->ctid, "-", 0) == -1
            || vz_vzctl_area_drop(job->conf, job->ctid, VZ_VZCTL_AREA_GONE)
               == -1))
    {
        vz_log(LOG_WARNING, "the new disk of container %u: %s", job->ctid,
               strerror(errno));
    }

    return code;
}


static vz_code_e
vz_vzctl_switch_areas(vz_job_t *job, const char *from, const char *to)
{
    int   n;
    char  note[PATH_MAX], text[32];

    n = snprintf(text, sizeof(text), "%s %s\n", from, to);
    vz_vzctl_switch_quota(job);

    if (vz_vzctl_area_drop(job->conf, job->ctid, to) == -1
        || vz_vzctl_conf_note(job->conf, job->ctid, VZ_VZCTL_SWITCH_NOTE, note)
           == -1
        || vz_file_write(note, text, (size_t) n) == -1)
    {
        return vz_job_end(job, errno == ENOSPC ? VZ_NOSPACE : VZ_FAILED,
                          "its private area: %s", strerror(errno));
    }

    if (vz_vzctl_switch_move(job->conf, job->ctid, from, to) == -1
        || vz_file_forget(note) == -1)
    {
        return vz_job_end(job, VZ_FAILED, "its private area: %s",
                          strerror(errno));
    }

    return VZ_OK;
}


/*
 * From wherever it was left: nothing that is named here is lost.  0, or -1 with
 * errno.
 */
static int
vz_vzctl_switch_move(const vz_config_t *conf, uint32_t ctid, const char *from,
    const char *to)
{
    char  own[PATH_MAX], fresh[PATH_MAX], aside[PATH_MAX];

    if (vz_vzctl_area_path(conf, ctid, NULL, own) == -1
        || vz_vzctl_area_path(conf, ctid, from, fresh) == -1
        || vz_vzctl_area_path(conf, ctid, to, aside) == -1)
    {
        return -1;
    }

    if (access(fresh, F_OK) == 0) {
        if ((rename(own, aside) == -1 && errno != ENOENT)
            || rename(fresh, own) == -1)
        {
            return -1;
        }

    } else if (access(own, F_OK) == -1 && rename(aside, own) == -1) {
        return -1;
    }

    *strrchr(own, '/') = '\0';

    return vz_dirtree_sync(own);
}


/*
 * A note whose first rename has not been is dropped: the container may have
 * been started since.
 */
int
vz_vzctl_switch_settle(const vz_config_t *conf, uint32_t ctid)
{
    char  note[PATH_MAX], text[64], from[8], to[8];

    if (vz_vzctl_conf_note(conf, ctid, VZ_VZCTL_SWITCH_NOTE, note) == -1) {
        return -1;
    }

    if (vz_file_read(note, text, sizeof(text)) == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    if (sscanf(text, "%7s %7s", from, to) == 2
        && (strcmp(from, VZ_VZCTL_AREA_NEW) == 0
            || strcmp(from, VZ_VZCTL_AREA_OLD) == 0)
        && (strcmp(to, VZ_VZCTL_AREA_OLD) == 0
            || strcmp(to, VZ_VZCTL_AREA_GONE) == 0)
        && !vz_vzctl_area_has(conf, ctid, NULL))
    {
        vz_log(LOG_NOTICE, "the private area of container %u was between two "
               "names, and has its own again", ctid);

        if (vz_vzctl_switch_move(conf, ctid, from, to) == -1) {
            return -1;
        }
    }

    return vz_file_forget(note);
}


vz_code_e
vz_vzctl_switch_settled(vz_job_t *job)
{
    return vz_vzctl_switch_settle(job->conf, job->ctid) == 0
           ? VZ_OK
           : vz_job_end(job, VZ_FAILED, "its private area: %s",
                        strerror(errno));
}


static int
vz_vzctl_switch_keep(const vz_config_t *conf, uint32_t ctid,
    const char *template, time_t until)
{
    int   n;
    char  path[PATH_MAX], text[128];

    n = snprintf(text, sizeof(text), "%s %lld\n", template,
                 (long long) until);

    return vz_vzctl_conf_note(conf, ctid, VZ_VZCTL_SWITCH_KEPT, path) == -1
           ? -1 : vz_file_write(path, text, (size_t) n);
}


static int
vz_vzctl_switch_read(const vz_config_t *conf, uint32_t ctid,
    vz_vzctl_kept_t *kept)
{
    char                path[PATH_MAX], text[128];
    unsigned long long  until;

    if (vz_vzctl_conf_note(conf, ctid, VZ_VZCTL_SWITCH_KEPT, path) == -1
        || vz_file_read(path, text, sizeof(text)) == -1
        || sscanf(text, "%64s %llu", kept->template, &until) != 2)
    {
        return -1;
    }

    kept->until = until;

    return 0;
}


int
vz_vzctl_switch_kept(const vz_config_t *conf, uint32_t ctid,
    vz_vzctl_kept_t *kept)
{
    return vz_vzctl_switch_read(conf, ctid, kept) == 0 && kept->until != 0
           && vz_vzctl_area_has(conf, ctid, VZ_VZCTL_AREA_OLD)
           ? 0 : -1;
}


int
vz_vzctl_switch_forget(const vz_config_t *conf, uint32_t ctid)
{
    char  note[PATH_MAX], kept[PATH_MAX];

    return vz_vzctl_conf_note(conf, ctid, VZ_VZCTL_SWITCH_NOTE, note) == -1
           || vz_vzctl_conf_note(conf, ctid, VZ_VZCTL_SWITCH_KEPT, kept) == -1
           || vz_file_forget(note) == -1
           || vz_vzctl_area_drop(conf, ctid, VZ_VZCTL_AREA_NEW) == -1
           || vz_vzctl_area_drop(conf, ctid, VZ_VZCTL_AREA_OLD) == -1
           || vz_vzctl_area_drop(conf, ctid, VZ_VZCTL_AREA_GONE) == -1
           || vz_file_forget(kept) == -1
           ? -1 : 0;
}


void
vz_vzctl_switch_repair(const vz_config_t *conf)
{
    DIR            *dir;
    char            path[PATH_MAX], kind[8];
    unsigned        ctid;
    struct dirent  *entry;

    if (snprintf(path, sizeof(path), "%s/vzctl", conf->lxc_path)
        >= (int) sizeof(path)
        || (dir = opendir(path)) == NULL)
    {
        return;
    }

    while ((entry = readdir(dir)) != NULL) {
        if (sscanf(entry->d_name, "%u.%7s", &ctid, kind) == 2
            && strcmp(kind, VZ_VZCTL_SWITCH_NOTE) == 0)
        {
            vz_vzctl_switch_locked(conf, ctid, NULL, vz_vzctl_switch_mend);
        }
    }

    (void) closedir(dir);
}


static void
vz_vzctl_switch_locked(const vz_config_t *conf, uint32_t ctid,
    const char *which, vz_vzctl_beside_pt act)
{
    char       name[16], holder[VZ_LOCK_HOLDER];
    vz_lock_t  lock;

    (void) snprintf(name, sizeof(name), "%u", ctid);

    if (vz_lock_take(conf, name, "expire", 0, &lock, holder) == VZ_OK) {
        act(conf, ctid, which);
        vz_lock_drop(&lock);
    }
}


static void
vz_vzctl_switch_mend(const vz_config_t *conf, uint32_t ctid,
    const char *which)
{
    (void) which;

    if (vz_vzctl_switch_settle(conf, ctid) == -1) {
        vz_log(LOG_WARNING, "the private area of container %u: %s", ctid,
               strerror(errno));
    }
}


void
vz_vzctl_switch_tend(const vz_config_t *conf)
{
    DIR            *dir;
    char            path[PATH_MAX], which[8];
    unsigned        ctid;
    struct dirent  *entry;

    vz_vzctl_conf_global(conf, "VE_PRIVATE", "/vz/private", path);

    dir = opendir(path);
    if (dir == NULL) {
        return;
    }

    while ((entry = readdir(dir)) != NULL) {
        if (sscanf(entry->d_name, ".%u.%7s", &ctid, which) != 2) {
            continue;
        }

        if (strcmp(which, VZ_VZCTL_AREA_NEW) == 0
            || strcmp(which, VZ_VZCTL_AREA_OLD) == 0)
        {
            vz_vzctl_switch_locked(conf, ctid, which, vz_vzctl_switch_expire);

        } else if (strcmp(which, VZ_VZCTL_AREA_GONE) != 0) {
            continue;
        }

        /* without the lock: nobody waits for that */

        if (vz_vzctl_area_drop(conf, ctid, VZ_VZCTL_AREA_GONE) == -1) {
            vz_log(LOG_WARNING, "%s/%s: %s", path, entry->d_name,
                   strerror(errno));
        }
    }

    (void) closedir(dir);
}


/* While the lock is held here nobody makes one. */
static void
vz_vzctl_switch_expire(const vz_config_t *conf, uint32_t ctid,
    const char *which)
{
    char              from[PATH_MAX], to[PATH_MAX];
    vz_vzctl_kept_t   kept;

    vz_vzctl_switch_mend(conf, ctid, which);

    if (strcmp(which, VZ_VZCTL_AREA_OLD) == 0
        && vz_vzctl_switch_kept(conf, ctid, &kept) == 0
        && (uint64_t) time(NULL) < kept.until)
    {
        return;
    }

    if (vz_vzctl_area_path(conf, ctid, which, from) == 0
        && vz_vzctl_area_path(conf, ctid, VZ_VZCTL_AREA_GONE, to) == 0
        && rename(from, to) == 0)
    {
        vz_log(LOG_NOTICE, "what was kept or made beside the disk of container "
               "%u is removed", ctid);
    }
}
