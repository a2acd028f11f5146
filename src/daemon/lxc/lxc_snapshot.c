#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/base/lock.h"
#include "daemon/base/log.h"
#include "daemon/ct/ct_state.h"
#include "daemon/ct/ct_user_data.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/lxc/lxc_rescue.h"
#include "daemon/lxc/lxc_snapshot.h"
#include "daemon/lxc/lxc_switch.h"
#include "daemon/rootfs/layout.h"
#include "daemon/rootfs/mount.h"
#include "daemon/rootfs/snapshot.h"
#include "daemon/rootfs/snapshot_note.h"
#include "daemon/rootfs/snapshot_own.h"


static vz_code_e vz_lxc_snapshot_change(vz_job_t *job, const char *name,
    vz_rootfs_pt change, vz_done_t *done);
static vz_code_e vz_lxc_snapshot_enter(vz_job_t *job, const vz_ct_t *ct,
    vz_rootfs_pt function, const char *name);
static int vz_lxc_snapshot_tend_one(const vz_ct_t *ct, void *data);
static void vz_lxc_snapshot_note(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_snapshot_note_t *counted);
static int vz_lxc_snapshot_gone(void *data);


vz_code_e
vz_lxc_snapshot_take(vz_job_t *job, const char *name, vz_done_t *done)
{
    return vz_lxc_snapshot_change(job, name, vz_snapshot_take, done);
}


vz_code_e
vz_lxc_snapshot_drop(vz_job_t *job, const char *name, vz_done_t *done)
{
    return vz_lxc_snapshot_change(job, name, vz_snapshot_drop, done);
}


static vz_code_e
vz_lxc_snapshot_change(vz_job_t *job, const char *name, vz_rootfs_pt change,
    vz_done_t *done)
{
    vz_ct_t    ct;
    vz_code_e  rc;

    if ((rc = vz_lxc_record_load(job, &ct)) != VZ_OK
        || (rc = vz_lxc_snapshot_enter(job, &ct, change, name)) != VZ_OK)
    {
        return rc;
    }

    done->already = strcmp(job->words, "already") == 0;

    return VZ_OK;
}


/* The words of a function are the job's. */

static vz_code_e
vz_lxc_snapshot_enter(vz_job_t *job, const vz_ct_t *ct, vz_rootfs_pt function,
    const char *name)
{
    char       words[VZ_WORDS_MAX];
    vz_code_e  rc;

    rc = vz_rootfs_enter_raw(job, ct, function, name, words);

    return vz_job_end(job, rc, "%s", words);
}


vz_code_e
vz_lxc_snapshot_roll(vz_job_t *job, const char *name)
{
    unsigned       ran;
    vz_ct_t        ct;
    vz_code_e      rc;
    vz_ct_state_t  run;

    /* nothing is stopped for a snapshot that is not there */

    if ((rc = vz_lxc_record_load(job, &ct)) != VZ_OK
        || (rc = vz_lxc_rescue_refuse(job, &ct)) != VZ_OK
        || (rc = vz_lxc_snapshot_enter(job, &ct, vz_snapshot_look, name))
           != VZ_OK)
    {
        return rc;
    }

    ran = (unsigned) vz_ct_state_alive(&ct, &run);
    rc = vz_lxc_switch_stop(job, &ct);

    if (rc == VZ_OK) {
        vz_job_progress(job, 95, "going back to the snapshot");
        rc = vz_lxc_snapshot_enter(job, &ct, vz_snapshot_roll, name);
    }

    if (rc != VZ_OK) {
        return ran ? vz_lxc_switch_back(job, rc) : rc;
    }

    (void) vz_ct_store_forget(&ct, "used");

    return VZ_OK;
}


vz_code_e
vz_lxc_snapshot_each(vz_job_t *job, vz_snapshot_pt each, void *data,
    uint64_t *all)
{
    unsigned              i;
    vz_ct_t               ct;
    vz_code_e             rc;
    vz_snapshot_note_t    note;
    vz_snapshot_stat_t    stat;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_snapshot_note_read(&ct, &note) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "the snapshots of container %u: "
                          "%s", ct.ctid, strerror(errno));
    }

    *all = note.all;

    for (i = 0; i < note.n; i++) {
        stat.name = note.list[i].name;
        stat.made = (time_t) note.list[i].made;
        stat.own = note.list[i].own;
        each(&stat, data);
    }

    return VZ_OK;
}


void
vz_lxc_snapshot_tend(const vz_config_t *conf)
{
    (void) vz_ct_store_each(conf, 0, vz_lxc_snapshot_tend_one, (void *) conf);
}


/*
 * A container that runs: its files of before go, and the bytes of its snapshots
 * are counted. Nothing of it is held for long, so that it can be stopped.
 */

static int
vz_lxc_snapshot_tend_one(const vz_ct_t *ct, void *data)
{
    int                  raw;
    char                 path[PATH_MAX];
    const vz_config_t   *conf;
    vz_snapshot_note_t   note, known;

    conf = data;
    raw = ct->broken ? -1 : vz_rootfs_raw(ct);

    if (raw == -1) {
        return 0;
    }

    /* no lock is taken for what is noted already */

    if (vz_snapshot_note_see(ct, raw, &note) == 0
        && vz_snapshot_own(raw, &note, vz_lxc_snapshot_gone, (void *) ct) == 0
        && (vz_snapshot_note_read(ct, &known) == -1
            || memcmp(&known, &note, sizeof(note)) != 0))
    {
        vz_lxc_snapshot_note(conf, ct, &note);
    }

    close(raw);

    if (vz_ct_store_path(ct, vz_mount_name(ct, 1), path) == 0) {
        (void) vz_layout_sweep(path, vz_lxc_snapshot_gone, (void *) ct);

        if (chdir("/") == -1) {
            vz_log(LOG_WARNING, "/: %s", strerror(errno));
        }
    }

    return 0;
}


/*
 * Note what was counted, of snapshots that are still there; where somebody
 * works on the container it is done another time.
 */

static void
vz_lxc_snapshot_note(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_snapshot_note_t *counted)
{
    int                  raw;
    char                 name[16], holder[VZ_LOCK_HOLDER];
    unsigned             i, same;
    vz_ct_t              now;
    vz_lock_t            lock;
    vz_snapshot_t       *one;
    vz_snapshot_note_t   note;

    snprintf(name, sizeof(name), "%u", ct->ctid);

    if (vz_lock_take(conf, name, "count", 0, &lock, holder) != VZ_OK) {
        return;
    }

    raw = vz_ct_store_read(conf, ct->ctid, &now) == VZ_OK
          && strcmp(now.image, ct->image) == 0
          ? vz_rootfs_raw(&now) : -1;

    if (raw != -1 && vz_snapshot_note_see(&now, raw, &note) == 0) {

        for (same = 0, i = 0; i < counted->n; i++) {
            one = vz_snapshot_note_find(&note, counted->list[i].name);

            if (one && one->made == counted->list[i].made) {
                one->own = counted->list[i].own;
                same++;
            }
        }

        if (same == counted->n) {
            note.all = counted->all;
        }

        if (vz_snapshot_note_write(&now, &note) == -1) {
            vz_log(LOG_WARNING, "the snapshots of container %u: %s", now.ctid,
                   strerror(errno));
        }
    }

    close(raw);
    vz_lock_drop(&lock);
}


static int
vz_lxc_snapshot_gone(void *data)
{
    const vz_ct_t  *ct;

    ct = data;

    return !vz_mount_there(ct, vz_mount_name(ct, 1));
}
