#include "daemon/base/job.h"
#include "daemon/ct/ct_lock.h"
#include "daemon/lxc/lxc_change.h"
#include "daemon/lxc/lxc_record.h"


vz_code_e
vz_lxc_change_begin(vz_job_t *job, vz_lxc_change_t *change)
{
    char       words[VZ_WORDS_MAX];
    vz_code_e  rc;

    rc = vz_ct_lock_take(job->conf, job->ctid, job->name, VZ_CT_LOCK_WAIT,
                         &change->lock, words);
    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "%s", words);
    }

    rc = vz_lxc_record_load(job, &change->ct);

    if (rc != VZ_OK) {
        vz_lock_drop(&change->lock);
        return rc;
    }

    change->before = change->ct;
    vz_lxc_change_look(change);

    return VZ_OK;
}


void
vz_lxc_change_look(vz_lxc_change_t *change)
{
    change->live = vz_ct_state_alive(&change->ct, &change->run)
                   && change->run.init.pid != 0;
}


void
vz_lxc_change_end(vz_lxc_change_t *change)
{
    vz_lock_drop(&change->lock);
}
