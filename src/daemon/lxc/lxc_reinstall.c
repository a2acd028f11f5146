/*
 * The new system is made beside while the old one runs (lxc_switch.h).  One
 * write of the record is the switch, so whatever dies before it leaves the old
 * system, and whatever dies after it the new one.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "daemon/base/job.h"
#include "daemon/base/lock.h"
#include "daemon/base/log.h"
#include "daemon/ct/ct_user_data.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/lxc/lxc_reinstall.h"
#include "daemon/lxc/lxc_rescue.h"
#include "daemon/lxc/lxc_switch.h"
#include "daemon/rootfs/disk_space.h"
#include "daemon/rootfs/snapshot_note.h"
#include "daemon/template/template_prune.h"


#define VZ_LXC_REINSTALL_KEEP  86400    /* seconds that the old system stays */


static int vz_lxc_reinstall_drop(vz_ct_t *ct);


vz_code_e
vz_lxc_reinstall(vz_job_t *job, const char *template, vz_done_t *done)
{
    char       words[VZ_WORDS_MAX], was[sizeof(((vz_ct_t *) 0)->template)];
    vz_ct_t    ct, fresh;
    vz_code_e  rc;

    if ((rc = vz_lxc_record_load(job, &ct)) != VZ_OK
        || (rc = vz_lxc_rescue_refuse(job, &ct)) != VZ_OK)
    {
        return rc;
    }

    if (!ct.started && strcmp(ct.template, template) == 0) {
        done->already = 1;
        return VZ_OK;
    }

    if (!vz_disk_space(job->conf, words)) {
        return vz_job_end(job, VZ_NOSPACE, "%s", words);
    }

    strcpy(was, ct.template);
    fresh = ct;
    fresh.started = 0;
    rc = vz_lxc_switch_template(job, template, &fresh);

    if (rc == VZ_OK) {
        rc = vz_lxc_switch_beside(job, &fresh);
    }

    if (rc == VZ_OK) {
        rc = vz_lxc_switch_run(job, &ct, &fresh, vz_lxc_reinstall_switch);
    }

    vz_lxc_switch_clear(job);

    if (rc == VZ_OK) {
        vz_template_prune(job->conf, job, was);
    }

    return rc;
}


vz_code_e
vz_lxc_reinstall_switch(vz_job_t *job, vz_ct_t *ct, const vz_ct_t *fresh)
{
    char         words[VZ_WORDS_MAX];
    vz_ct_t      next;
    vz_code_e    rc;
    const char  *name;

    name = vz_ct_store_image_other(ct);

    /* the record names no file that is about to become another system's */

    if (vz_lxc_reinstall_drop(ct) == -1) {
        return vz_job_end(job, errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                          "the record of container %u: %s", ct->ctid,
                          strerror(errno));
    }

    rc = vz_lxc_switch_move(job, fresh, ct, name);
    if (rc != VZ_OK) {
        return rc;
    }

    next = *ct;
    strcpy(next.image, name);
    strcpy(next.template, fresh->template);
    strcpy(next.version, fresh->version);
    next.started = fresh->started;
    next.reverted = 0;
    next.created = (uint64_t) time(NULL);

    strcpy(next.old_image, ct->image[0] ? ct->image : "image");
    strcpy(next.old_template, ct->template);
    strcpy(next.old_version, ct->version);
    next.old_until = (uint64_t) time(NULL) + VZ_LXC_REINSTALL_KEEP;

    rc = vz_lxc_record_save(job, &next);

    if (rc != VZ_OK) {
        vz_lxc_reinstall_tidy(ct);
        return rc;
    }

    (void) vz_ct_store_forget(ct, "used");
    (void) vz_ct_user_data_forget(ct);

    /* a node that is short of room keeps nothing for regrets */

    if (!vz_disk_space(job->conf, words) && vz_lxc_reinstall_drop(&next) == -1)
    {
        vz_log(LOG_WARNING, "the old disk of container %u: %s", ct->ctid,
               strerror(errno));
    }

    return VZ_OK;
}


/* Forget the old system: first in the record, then on the disk. */

static int
vz_lxc_reinstall_drop(vz_ct_t *ct)
{
    if (ct->old_until) {
        ct->old_image[0] = '\0';
        ct->old_template[0] = '\0';
        ct->old_version[0] = '\0';
        ct->old_until = 0;

        if (vz_ct_store_write(ct) == -1) {
            return -1;
        }
    }

    vz_lxc_reinstall_tidy(ct);

    return 0;
}


void
vz_lxc_reinstall_tidy(const vz_ct_t *ct)
{
    const char  *other;

    other = vz_ct_store_image_other(ct);

    if (strcmp(ct->old_image, other) != 0
        && (vz_snapshot_note_forget(ct, other) == -1
            || (vz_ct_store_forget(ct, other) == -1 && errno != ENOENT)))
    {
        vz_log(LOG_WARNING, "%s/%s: %s", ct->dir, other, strerror(errno));
    }
}


/* The new system goes at once: it is what nobody wanted. */

vz_code_e
vz_lxc_reinstall_revert(vz_job_t *job, vz_done_t *done)
{
    char       dropped[sizeof(((vz_ct_t *) 0)->template)];
    vz_ct_t    ct;
    vz_code_e  rc;

    if ((rc = vz_lxc_record_load(job, &ct)) != VZ_OK
        || (rc = vz_lxc_rescue_refuse(job, &ct)) != VZ_OK)
    {
        return rc;
    }

    if (ct.old_until == 0) {
        done->already = ct.reverted;

        return ct.reverted ? VZ_OK
               : vz_job_end(job, VZ_STATE, "the system before the last "
                            "reinstall is not kept any more");
    }

    rc = vz_lxc_switch_stop(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    strcpy(dropped, ct.template);
    strcpy(ct.image, ct.old_image);
    strcpy(ct.template, ct.old_template);
    strcpy(ct.version, ct.old_version);
    ct.old_image[0] = '\0';
    ct.old_template[0] = '\0';
    ct.old_version[0] = '\0';
    ct.old_until = 0;
    ct.started = 1;
    ct.reverted = 1;

    rc = vz_lxc_record_save(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    (void) vz_ct_store_forget(&ct, "used");
    (void) vz_ct_user_data_forget(&ct);
    vz_lxc_reinstall_tidy(&ct);
    vz_template_prune(job->conf, job, dropped);

    return VZ_OK;
}


void
vz_lxc_reinstall_expire(const vz_config_t *conf, const vz_ct_t *ct)
{
    char       name[16], holder[VZ_LOCK_HOLDER];
    vz_ct_t    now;
    vz_lock_t  lock;

    if (ct->old_until == 0 || (uint64_t) time(NULL) < ct->old_until) {
        return;
    }

    snprintf(name, sizeof(name), "%u", ct->ctid);

    if (vz_lock_take(conf, name, "expire", 0, &lock, holder) != VZ_OK) {
        return;
    }

    /* it may have been reinstalled again, or reverted, since it was read */

    if (vz_ct_store_read(conf, ct->ctid, &now) == VZ_OK && now.old_until != 0
        && (uint64_t) time(NULL) >= now.old_until)
    {
        if (vz_lxc_reinstall_drop(&now) == -1) {
            vz_log(LOG_WARNING, "the old disk of container %u: %s", ct->ctid,
                   strerror(errno));
        } else {
            vz_log(LOG_NOTICE, "the old disk of container %u was kept for its "
                   "time and is removed", ct->ctid);
        }
    }

    vz_lock_drop(&lock);

    vz_template_prune(conf, NULL, ct->old_template);
}
