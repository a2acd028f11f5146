/*
 * The rescue system is an image of its own beside the container's, and two keys
 * of the record that name it.  One write of the record enters rescue, another
 * one leaves it; whatever dies before or after such a write leaves a container
 * that boots the one system or the other, whole.
 */

#include <errno.h>
#include <string.h>
#include <time.h>
#include "daemon/base/job.h"
#include "daemon/base/log.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/lxc/lxc_rescue.h"
#include "daemon/lxc/lxc_switch.h"
#include "daemon/rootfs/disk_space.h"
#include "daemon/template/template_prune.h"


static vz_code_e vz_lxc_rescue_beside(vz_job_t *job, const vz_ct_t *ct,
    vz_ct_t *fresh);
static vz_code_e vz_lxc_rescue_enter(vz_job_t *job, vz_ct_t *ct,
    const vz_ct_t *fresh);
static vz_code_e vz_lxc_rescue_end(vz_job_t *job, vz_ct_t *ct,
    const vz_ct_t *fresh);


vz_code_e
vz_lxc_rescue(vz_job_t *job, vz_done_t *done)
{
    char       words[VZ_WORDS_MAX];
    vz_ct_t    ct, fresh;
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    if (ct.rescue[0]) {
        done->already = 1;
        return VZ_OK;
    }

    if (!vz_disk_space(job->conf, words)) {
        return vz_job_end(job, VZ_NOSPACE, "%s", words);
    }

    fresh = ct;
    rc = vz_lxc_rescue_beside(job, &ct, &fresh);

    if (rc == VZ_OK) {
        rc = vz_lxc_switch_run(job, &ct, &fresh, vz_lxc_rescue_enter);
    }

    vz_lxc_switch_clear(job);

    return rc;
}


/*
 * The container's own template needs no archive: the version that it is of is
 * unpacked.
 */

static vz_code_e
vz_lxc_rescue_beside(vz_job_t *job, const vz_ct_t *ct, vz_ct_t *fresh)
{
    vz_code_e    rc;
    const char  *template;

    template = job->conf->rescue_template;

    if (template[0] && strcmp(template, ct->template) != 0) {
        rc = vz_lxc_switch_template(job, template, fresh);
        if (rc != VZ_OK) {
            return rc;
        }
    }

    fresh->disk.barrier = VZ_CT_RESCUE_DISK;
    fresh->disk.limit = VZ_CT_RESCUE_DISK;

    return vz_lxc_switch_beside(job, fresh);
}


static vz_code_e
vz_lxc_rescue_enter(vz_job_t *job, vz_ct_t *ct, const vz_ct_t *fresh)
{
    vz_code_e  rc;

    rc = vz_lxc_switch_move(job, fresh, ct, VZ_CT_STORE_RESCUE);
    if (rc != VZ_OK) {
        return rc;
    }

    strcpy(ct->rescue, fresh->template);
    strcpy(ct->rescue_version, fresh->version);
    ct->rescue_since = (uint64_t) time(NULL);

    rc = vz_lxc_record_save(job, ct);

    if (rc != VZ_OK) {
        ct->rescue[0] = '\0';
        vz_lxc_rescue_tidy(ct);
    }

    return rc;
}


vz_code_e
vz_lxc_rescue_leave(vz_job_t *job, vz_done_t *done)
{
    char       dropped[sizeof(((vz_ct_t *) 0)->rescue)];
    vz_ct_t    ct;
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    if (ct.rescue[0] == '\0') {
        vz_lxc_rescue_tidy(&ct);
        done->already = 1;
        return VZ_OK;
    }

    strcpy(dropped, ct.rescue);

    rc = vz_lxc_switch_run(job, &ct, NULL, vz_lxc_rescue_end);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_lxc_rescue_tidy(&ct);
    vz_template_prune(job->conf, job, dropped);

    return VZ_OK;
}


static vz_code_e
vz_lxc_rescue_end(vz_job_t *job, vz_ct_t *ct, const vz_ct_t *fresh)
{
    (void) fresh;

    ct->rescue[0] = '\0';
    ct->rescue_version[0] = '\0';
    ct->rescue_since = 0;

    return vz_lxc_record_save(job, ct);
}


void
vz_lxc_rescue_tidy(const vz_ct_t *ct)
{
    if (ct->rescue[0] == '\0'
        && vz_ct_store_forget(ct, VZ_CT_STORE_RESCUE) == -1)
    {
        vz_log(LOG_WARNING, "%s/" VZ_CT_STORE_RESCUE ": %s", ct->dir,
               strerror(errno));
    }
}


vz_code_e
vz_lxc_rescue_both(vz_job_t *job, const vz_ct_t *ct, vz_rootfs_pt write)
{
    char       words[VZ_WORDS_MAX];
    vz_ct_t    booted;
    vz_code_e  rc;

    rc = vz_rootfs_enter(job, ct, 1, write, NULL, words);

    if (rc == VZ_OK && ct->rescue[0]) {
        vz_ct_store_booted(ct, &booted);
        rc = vz_rootfs_enter(job, &booted, 1, write, NULL, words);
    }

    return rc == VZ_OK ? rc : vz_job_end(job, rc, "%s", words);
}


vz_code_e
vz_lxc_rescue_refuse(vz_job_t *job, const vz_ct_t *ct)
{
    return ct->rescue[0]
           ? vz_job_end(job, VZ_STATE, "container %u is in rescue: leave it "
                        "first", ct->ctid)
           : VZ_OK;
}
