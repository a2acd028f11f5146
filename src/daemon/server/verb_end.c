#include "daemon/base/job.h"
#include "daemon/server/verb_end.h"


vz_code_e
vz_verb_end(vz_job_t *job, vz_code_e code, const vz_done_t *done)
{
    if (code != VZ_OK) {
        return code;
    }

    if (done->inside[0]) {
        return vz_job_end(job, code, "stored, but not applied inside: %s",
                          done->inside);
    }

    if (done->kept[0]) {
        return vz_job_end(job, code, "stored, but not enforced: %s",
                          done->kept);
    }

    return vz_job_end(job, code, "%s", done->unwanted ? "no longer wanted"
                                       : done->killed ? "killed"
                                       : done->already ? "already" : "");
}
