#include <string.h>
#include "daemon/base/job.h"
#include "daemon/server/verb_end.h"
#include "daemon/server/verb_life.h"
#include "wire/field.h"
#include "wire/field_value.h"


static vz_code_e vz_verb_life_end(vz_job_t *job, vz_stop_e how);


vz_code_e
vz_verb_life_create(vz_job_t *job)
{
    vz_code_e  code;
    vz_done_t  done = { 0 };

    code = job->driver->create(job, job->req->argv[1], job->req->mark.tag,
                               &done);

    return vz_verb_end(job, code, &done);
}


vz_code_e
vz_verb_life_clone(vz_job_t *job)
{
    uint32_t             from;
    vz_code_e            code;
    vz_done_t            done = { 0 };
    const vz_request_t  *req;

    req = job->req;
    code = vz_field_value_ctid(req->argv[1], strlen(req->argv[1]), &from);

    if (code != VZ_OK || from == job->ctid) {
        return vz_job_end(job, VZ_RANGE, "%s: another container's number",
                          vz_field_name(VZ_FIELD_CTID));
    }

    code = job->driver->clone(job, from, req->argc > 2 ? req->argv[2] : "",
                              req->mark.tag, &done);

    return vz_verb_end(job, code, &done);
}


vz_code_e
vz_verb_life_destroy(vz_job_t *job)
{
    vz_done_t  done = { 0 };

    return vz_verb_end(job, job->driver->destroy(job, &done), &done);
}


vz_code_e
vz_verb_life_adopt(vz_job_t *job)
{
    return job->driver->set_tag(job, job->req->argv[1]);
}


vz_code_e
vz_verb_life_reinstall(vz_job_t *job)
{
    vz_done_t  done = { 0 };

    return vz_verb_end(job, job->driver->reinstall(job, job->req->argv[1],
                                                   &done),
                       &done);
}


vz_code_e
vz_verb_life_revert(vz_job_t *job)
{
    vz_done_t  done = { 0 };

    return vz_verb_end(job, job->driver->revert(job, &done),
                       &done);
}


vz_code_e
vz_verb_life_rescue(vz_job_t *job)
{
    vz_done_t  done = { 0 };

    return vz_verb_end(job, job->driver->rescue(job, &done), &done);
}


vz_code_e
vz_verb_life_unrescue(vz_job_t *job)
{
    vz_done_t  done = { 0 };

    return vz_verb_end(job, job->driver->unrescue(job, &done), &done);
}


vz_code_e
vz_verb_life_start(vz_job_t *job)
{
    vz_done_t  done = { 0 };

    return vz_verb_end(job, job->driver->start(job, &done), &done);
}


vz_code_e
vz_verb_life_stop(vz_job_t *job)
{
    return vz_verb_life_end(job, VZ_STOP_ASK);
}


vz_code_e
vz_verb_life_poweroff(vz_job_t *job)
{
    return vz_verb_life_end(job, VZ_STOP_KILL);
}


static vz_code_e
vz_verb_life_end(vz_job_t *job, vz_stop_e how)
{
    vz_done_t  done = { 0 };

    return vz_verb_end(job, job->driver->stop(job, how, &done), &done);
}


/* a container that was stopped before is just started: not "already" */
vz_code_e
vz_verb_life_restart(vz_job_t *job)
{
    vz_code_e  code;
    vz_done_t  stopped = { 0 }, done = { 0 };

    code = job->driver->stop(job, VZ_STOP_AGAIN, &stopped);
    if (code != VZ_OK) {
        return code;
    }

    vz_job_progress(job, 60, "starting it");

    code = job->driver->start(job, &done);
    done.already = 0;
    done.killed = stopped.killed;

    return vz_verb_end(job, code, &done);
}


vz_code_e
vz_verb_life_boot(vz_job_t *job)
{
    vz_done_t  done = { 0 };

    return vz_verb_end(job, job->driver->boot(job, &done), &done);
}
