/*
 * A trial has a lock of its number for as long as its process lives, and the
 * folder .CTID.trial from before there is a container CTID until after it is
 * gone.  So whoever opens the driver and finds that folder without the lock
 * removes what a process that died has left, at whatever moment it did.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>
#include "daemon/backup/backup_lock.h"
#include "daemon/base/dirtree.h"
#include "daemon/base/job.h"
#include "daemon/base/lock.h"
#include "daemon/base/log.h"
#include "daemon/base/monotonic.h"
#include "daemon/cgroup/cgroup.h"
#include "daemon/ct/ct_state.h"
#include "daemon/lxc/lxc_backup.h"
#include "daemon/lxc/lxc_lifecycle.h"
#include "daemon/lxc/lxc_power.h"
#include "daemon/lxc/lxc_trial.h"
#include "daemon/rootfs/disk_space.h"


#define VZ_LXC_TRIAL_MARK     "trial"       /* the suffix of its folder */
#define VZ_LXC_TRIAL_LOCK     "backup-trial"    /* a node tries one at a time */
#define VZ_LXC_TRIAL_NUMBERS  1000          /* numbers that are looked at */
#define VZ_LXC_TRIAL_MEMORY   (512ULL << 20)    /* bytes, at most */
#define VZ_LXC_TRIAL_UNITS    100           /* others come first */
#define VZ_LXC_TRIAL_PERCENT  50            /* of one CPU */
#define VZ_LXC_TRIAL_LOOK     200           /* ms between two looks at init */
#define VZ_LXC_TRIAL_BOOTED   95            /* progress, in percent, where it
                                               has been watched */
#define VZ_LXC_TRIAL_SWEEP    60            /* seconds to remove what is left */


typedef struct {
    const char   *tag;
    vz_ct_t      *ct;
} vz_lxc_trial_of_t;


static vz_code_e vz_lxc_trial_one(vz_job_t *job, const vz_backup_t *from,
    unsigned seconds, const vz_ct_t *source, vz_trial_t *trial);
static vz_code_e vz_lxc_trial_whose(vz_job_t *job, const char *tag,
    vz_ct_t *source);
static int vz_lxc_trial_match(const vz_ct_t *ct, void *data);
static vz_code_e vz_lxc_trial_number(vz_job_t *job, vz_lock_t *lock);
static vz_code_e vz_lxc_trial_make(vz_job_t *job, const vz_backup_t *from,
    const vz_ct_t *source);
static vz_code_e vz_lxc_trial_fill(vz_job_t *job, const vz_backup_t *from,
    vz_ct_t *ct);
static void vz_lxc_trial_limits(const vz_ct_t *source, vz_ct_t *ct);
static vz_code_e vz_lxc_trial_boot(vz_job_t *job, unsigned seconds,
    vz_trial_t *trial);
static vz_code_e vz_lxc_trial_watch(vz_job_t *job, const vz_ct_t *ct,
    unsigned seconds, vz_trial_t *trial);
static vz_code_e vz_lxc_trial_end(vz_job_t *job);


vz_code_e
vz_lxc_trial(vz_job_t *job, const vz_backup_t *from, unsigned seconds,
    vz_trial_t *trial)
{
    char        words[VZ_WORDS_MAX];
    int64_t     start;
    vz_ct_t     source;
    vz_code_e   rc;
    vz_lock_t   one, number;

    start = vz_monotonic_msec();

    if (!vz_disk_space(job->conf, words)) {
        return vz_job_end(job, VZ_NOSPACE, "%s", words);
    }

    rc = vz_lxc_trial_whose(job, from->tag, &source);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_lock_take(job->conf, VZ_LXC_TRIAL_LOCK, job->name, 0, &one, words)
        != VZ_OK)
    {
        return vz_job_end(job, VZ_BUSY, "the node tries a backup already");
    }

    rc = vz_lxc_trial_number(job, &number);

    if (rc == VZ_OK) {
        rc = vz_lxc_trial_one(job, from, seconds, &source, trial);
        vz_lock_drop(&number);
    }

    vz_lock_drop(&one);
    trial->seconds = (unsigned) ((vz_monotonic_msec() - start) / 1000);

    return rc;
}


static vz_code_e
vz_lxc_trial_one(vz_job_t *job, const vz_backup_t *from, unsigned seconds,
    const vz_ct_t *source, vz_trial_t *trial)
{
    char       words[VZ_WORDS_MAX];
    vz_code_e  rc;

    rc = vz_lxc_trial_make(job, from, source);

    if (rc == VZ_OK) {
        rc = vz_lxc_trial_boot(job, seconds, trial);
    }

    strcpy(words, job->words);

    if (vz_lxc_trial_end(job) != VZ_OK) {
        vz_log(LOG_WARNING, "container %u, in which a backup was tried: %s",
               job->ctid, job->words);
    }

    return vz_job_end(job, rc, "%s", rc == VZ_OK ? "" : words);
}


/* Its template and its disk are those of the container that was saved. */

static vz_code_e
vz_lxc_trial_whose(vz_job_t *job, const char *tag, vz_ct_t *source)
{
    int                rc;
    vz_lxc_trial_of_t  of;

    of.tag = tag;
    of.ct = source;

    rc = vz_ct_store_each(job->conf, 0, vz_lxc_trial_match, &of);

    return rc == 1 ? VZ_OK
           : rc == 0
           ? vz_job_end(job, VZ_NOENT, "no container of this node has this "
                        "tag")
           : vz_job_end(job, VZ_INTERNAL, "%.120s: %s", job->conf->lxc_path,
                        strerror(errno));
}


static int
vz_lxc_trial_match(const vz_ct_t *ct, void *data)
{
    vz_lxc_trial_of_t  *of;

    of = data;

    if (ct->broken || strcmp(ct->tag, of->tag) != 0) {
        return 0;
    }

    *of->ct = *ct;

    return 1;
}


/*
 * The highest number that is free: the panel gives the lowest ones away.  With
 * its lock, nobody else makes a container of it.
 */

static vz_code_e
vz_lxc_trial_number(vz_job_t *job, vz_lock_t *lock)
{
    char       path[PATH_MAX], name[16], holder[VZ_LOCK_HOLDER];
    uint32_t   ctid;
    unsigned   tries;

    ctid = job->conf->ctid_max;

    for (tries = 0;
         tries < VZ_LXC_TRIAL_NUMBERS && ctid >= job->conf->ctid_min && ctid;
         tries++, ctid--)
    {
        snprintf(name, sizeof(name), "%u", ctid);

        if (vz_ct_store_dir(job->conf, ctid, NULL, path) == -1
            || access(path, F_OK) == 0
            || vz_lock_take(job->conf, name, job->name, 0, lock, holder)
               != VZ_OK)
        {
            continue;
        }

        if (access(path, F_OK) == -1 && errno == ENOENT) {
            job->ctid = ctid;
            return VZ_OK;
        }

        vz_lock_drop(lock);
    }

    return vz_job_end(job, VZ_NOSPACE, "no number is free for a trial, from "
                      "%u down", job->conf->ctid_max);
}


static vz_code_e
vz_lxc_trial_make(vz_job_t *job, const vz_backup_t *from,
    const vz_ct_t *source)
{
    char       mark[PATH_MAX];
    vz_ct_t    ct;
    vz_code_e  rc;

    memset(&ct, 0, sizeof(ct));
    ct.ctid = job->ctid;
    vz_lxc_trial_limits(source, &ct);

    rc = vz_lxc_lifecycle_clear(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_ct_store_dir(job->conf, ct.ctid, VZ_LXC_TRIAL_MARK, mark) == -1
        || (mkdir(mark, 0700) == -1 && errno != EEXIST))
    {
        return vz_job_end(job, errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                          "container %u: %s", ct.ctid, strerror(errno));
    }

    rc = vz_lxc_trial_fill(job, from, &ct);

    return rc == VZ_OK ? vz_lxc_lifecycle_publish(job, &ct) : rc;
}


/*
 * Host keys and machine-id are what the backup has: it is booted as it was
 * saved.  Others get at the container's backups as soon as it is filled.
 */

static vz_code_e
vz_lxc_trial_fill(vz_job_t *job, const vz_backup_t *from, vz_ct_t *ct)
{
    vz_code_e             rc;
    vz_backup_restore_t   restore;

    rc = vz_backup_restore_begin(job, from, 1, &restore);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_lxc_lifecycle_make(job, ct, NULL, NULL);

    if (rc == VZ_OK) {
        rc = vz_lxc_backup_fill(job, ct, &restore);

        if (rc != VZ_OK && vz_backup_lock_ended()) {
            rc = vz_backup_lock_why(job);
        }
    }

    vz_backup_restore_end(&restore);

    return rc;
}


/* It is not to be felt by those who pay for the node. */

static void
vz_lxc_trial_limits(const vz_ct_t *source, vz_ct_t *ct)
{
    strcpy(ct->template, source->template);
    strcpy(ct->version, source->version);
    strcpy(ct->hostname, source->hostname);

    ct->disk = source->disk;
    ct->disk.set = 1;
    ct->units = VZ_LXC_TRIAL_UNITS;
    ct->percent = VZ_LXC_TRIAL_PERCENT;

    ct->privvm.set = 1;
    ct->privvm.limit = source->privvm.set
                       && source->privvm.limit < VZ_LXC_TRIAL_MEMORY
                       ? source->privvm.limit : VZ_LXC_TRIAL_MEMORY;
    ct->privvm.barrier = ct->privvm.limit;

    ct->created = (uint64_t) time(NULL);
    ct->started = 1;                /* no first boot is to come */
    ct->smtp_shut = 1;
    ct->all_shut = 1;
    ct->trial = 1;
}


static vz_code_e
vz_lxc_trial_boot(vz_job_t *job, unsigned seconds, vz_trial_t *trial)
{
    char       words[VZ_WORDS_MAX];
    vz_ct_t    ct;
    vz_code_e  rc;

    vz_job_progress(job, VZ_LXC_TRIAL_BOOTED, "booting what was restored");

    rc = vz_lxc_power_try(job);

    if (rc == VZ_OK) {
        rc = vz_ct_store_read(job->conf, job->ctid, &ct);
    }

    if (rc == VZ_OK) {
        return vz_lxc_trial_watch(job, &ct, seconds, trial);
    }

    snprintf(words, sizeof(words), "%s", job->words);

    return vz_job_end(job, rc, "what was restored does not boot: %.140s",
                      words);
}


/*
 * From outside no more can be told of any guest than that its init lives on
 * and has begun others: an init that gave up stands alone.
 */

static vz_code_e
vz_lxc_trial_watch(vz_job_t *job, const vz_ct_t *ct, unsigned seconds,
    vz_trial_t *trial)
{
    int64_t          start, now;
    vz_ct_state_t    run;
    vz_cgroup_use_t  use;

    start = now = vz_monotonic_msec();

    if (vz_ct_state_read(ct, &run) == -1) {
        return vz_job_end(job, VZ_FAILED, "what was restored does not boot: "
                          "its init ended as soon as it had started");
    }

    while (now - start < (int64_t) seconds * 1000) {

        /* a guest that reboots has another init afterwards */

        if (vz_process_wait(&run.init, VZ_LXC_TRIAL_LOOK)) {
            return vz_job_end(job, VZ_FAILED, "what was restored does not stay "
                              "up: its init ended after %u s",
                              (unsigned) ((vz_monotonic_msec() - start)
                                          / 1000));
        }

        vz_cgroup_use(&run, &use);

        if (use.processes > trial->processes) {
            trial->processes = (unsigned) use.processes;
        }

        now = vz_monotonic_msec();
        vz_job_moves(job);
        (void) vz_job_beat(job);
    }

    return trial->processes > 1
           ? VZ_OK
           : vz_job_end(job, VZ_FAILED, "what was restored does not boot: its "
                        "init began nothing in %u s", seconds);
}


/* The mark goes last: until then somebody else may have to remove the rest. */

static vz_code_e
vz_lxc_trial_end(vz_job_t *job)
{
    char       mark[PATH_MAX];
    vz_ct_t    ct;
    vz_done_t  done;
    vz_code_e  rc;

    memset(&done, 0, sizeof(done));
    memset(&ct, 0, sizeof(ct));
    ct.ctid = job->ctid;

    rc = vz_lxc_lifecycle_destroy(job, &done);

    if (rc == VZ_OK) {
        rc = vz_lxc_lifecycle_clear(job, &ct);
    }

    if (rc == VZ_OK
        && (vz_ct_store_dir(job->conf, job->ctid, VZ_LXC_TRIAL_MARK, mark)
            == -1
            || (rmdir(mark) == -1 && errno != ENOENT)))
    {
        rc = vz_job_end(job, VZ_INTERNAL, "its mark: %s", strerror(errno));
    }

    return rc;
}


int
vz_lxc_trial_left(const vz_ct_t *ct)
{
    const char  *suffix;

    suffix = strrchr(ct->dir, '.');

    return suffix != NULL && strcmp(suffix + 1, VZ_LXC_TRIAL_MARK) == 0;
}


/* A container that got the number meanwhile is none of a trial's. */

void
vz_lxc_trial_sweep(const vz_config_t *conf, const vz_ct_t *ct)
{
    vz_ct_t          found;
    vz_code_e        rc;
    static vz_job_t  job;

    rc = vz_ct_store_read(conf, ct->ctid, &found);
    job.words[0] = '\0';

    if (rc == VZ_OK && !found.trial) {
        rc = rmdir(ct->dir) == -1 ? VZ_INTERNAL : VZ_OK;

    } else if (rc != VZ_NOENT && !found.trial) {
        errno = EBADMSG;            /* its record does not tell whose it is */

    } else {
        vz_job_alone(&job, conf, -1, VZ_LXC_TRIAL_SWEEP);
        job.ctid = ct->ctid;
        job.name = VZ_LXC_TRIAL_MARK;

        rc = vz_lxc_trial_end(&job);
    }

    if (rc != VZ_OK) {
        vz_log(LOG_WARNING, "container %u, in which a backup was tried: %s",
               ct->ctid, job.words[0] ? job.words : strerror(errno));
    }
}
