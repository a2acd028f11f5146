#include <errno.h>
#include <string.h>
#include "daemon/base/job.h"
#include "daemon/lxc/lxc_record.h"


vz_code_e
vz_lxc_record_load(vz_job_t *job, vz_ct_t *ct)
{
    vz_code_e  rc;

    rc = vz_ct_store_read(job->conf, job->ctid, ct);

    if (rc == VZ_NOENT) {
        return vz_job_end(job, rc, "container %u does not exist",
                          job->ctid);
    }

    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "the record of container %u is broken",
                          job->ctid);
    }

    return VZ_OK;
}


vz_code_e
vz_lxc_record_save(vz_job_t *job, const vz_ct_t *ct)
{
    if (vz_ct_store_write(ct) == -1) {
        return vz_job_end(job, errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                          "the record of container %u: %s", ct->ctid,
                          strerror(errno));
    }

    return VZ_OK;
}
