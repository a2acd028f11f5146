#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "daemon/backup/backup_lock.h"
#include "daemon/base/dirtree.h"
#include "daemon/base/job.h"
#include "daemon/base/log.h"
#include "daemon/ct/ct_state.h"
#include "daemon/lxc/lxc_lifecycle.h"
#include "daemon/lxc/lxc_power.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/lxc/lxc_switch.h"
#include "daemon/rootfs/mount.h"
#include "daemon/template/template_cache.h"


#define VZ_LXC_SWITCH_IDLE  10000       /* ms to wait for its image */


vz_code_e
vz_lxc_switch_template(vz_job_t *job, const char *template, vz_ct_t *fresh)
{
    char       lower[PATH_MAX];
    vz_code_e  rc;

    rc = vz_template_cache_unpack(job->conf, template, job, lower);

    if (rc == VZ_OK) {
        snprintf(fresh->template, sizeof(fresh->template), "%s", template);
        snprintf(fresh->version, sizeof(fresh->version), "%s",
                 strrchr(lower, '/') + 1);
    }

    return rc;
}


vz_code_e
vz_lxc_switch_beside(vz_job_t *job, vz_ct_t *fresh)
{
    vz_code_e  rc;

    rc = vz_lxc_lifecycle_clear(job, fresh);
    if (rc != VZ_OK) {
        return rc;
    }

    fresh->naddresses = 0;
    fresh->onboot = 0;
    fresh->image[0] = '\0';
    fresh->old_image[0] = '\0';
    fresh->old_version[0] = '\0';

    rc = vz_lxc_lifecycle_make(job, fresh, NULL, NULL);

    if (rc == VZ_OK && vz_dirtree_sync(fresh->dir) == -1) {
        rc = vz_job_end(job, VZ_INTERNAL, "%.120s: %s", fresh->dir,
                        strerror(errno));
    }

    return rc;
}


void
vz_lxc_switch_clear(const vz_job_t *job)
{
    char  path[PATH_MAX];

    if (vz_ct_store_dir(job->conf, job->ctid, "tmp", path) == -1
        || vz_dirtree_remove(path) == -1)
    {
        vz_log(LOG_WARNING, "what was made beside container %u: %s", job->ctid,
               strerror(errno));
    }
}


vz_code_e
vz_lxc_switch_run(vz_job_t *job, vz_ct_t *ct, const vz_ct_t *fresh,
    vz_lxc_switch_pt act)
{
    unsigned       ran;
    vz_code_e      rc;
    vz_ct_state_t  run;

    ran = (unsigned) vz_ct_state_alive(ct, &run);
    rc = vz_lxc_switch_stop(job, ct);

    if (rc == VZ_OK) {
        rc = act(job, ct, fresh);
    }

    return rc != VZ_OK && ran ? vz_lxc_switch_back(job, rc) : rc;
}


vz_code_e
vz_lxc_switch_stop(vz_job_t *job, vz_ct_t *ct)
{
    vz_code_e      rc;
    vz_done_t      done;
    vz_ct_state_t  run;

    rc = VZ_OK;
    memset(&done, 0, sizeof(done));

    if (vz_ct_state_alive(ct, &run)) {
        vz_job_progress(job, 92, "stopping it");
        rc = vz_lxc_power_stop(job, VZ_STOP_AGAIN, &done);
    }

    /* it would be a backup of what is not its system any more */

    if (rc == VZ_OK) {
        (void) vz_backup_lock_end(job->conf, ct->tag, VZ_BACKUP_LOCK_WAIT);
    }

    if (rc == VZ_OK && !vz_mount_image_idle(ct, VZ_LXC_SWITCH_IDLE)) {
        rc = vz_job_end(job, VZ_BUSY, "its image is still in use");
    }

    return rc == VZ_OK ? vz_lxc_record_load(job, ct) : rc;
}


vz_code_e
vz_lxc_switch_move(vz_job_t *job, const vz_ct_t *fresh, const vz_ct_t *ct,
    const char *name)
{
    char  image[PATH_MAX], path[PATH_MAX];

    if (vz_ct_store_image(fresh, image) == -1
        || vz_ct_store_path(ct, name, path) == -1
        || rename(image, path) == -1
        || vz_dirtree_sync(ct->dir) == -1)
    {
        return vz_job_end(job, errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                          "the new disk of container %u: %s", ct->ctid,
                          strerror(errno));
    }

    return VZ_OK;
}


vz_code_e
vz_lxc_switch_back(vz_job_t *job, vz_code_e code)
{
    char       words[VZ_WORDS_MAX];
    vz_done_t  done;

    snprintf(words, sizeof(words), "%s", job->words);
    memset(&done, 0, sizeof(done));

    if (vz_lxc_power_start(job, &done) != VZ_OK) {
        vz_log(LOG_WARNING, "container %u: starting its system again: %s",
               job->ctid, job->words);
    }

    return vz_job_end(job, code, "%s", words);
}
