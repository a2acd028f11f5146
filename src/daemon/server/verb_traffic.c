#include <errno.h>
#include <limits.h>
#include <string.h>
#include "daemon/base/job.h"
#include "daemon/history/recorder.h"
#include "daemon/history/tally.h"
#include "daemon/server/verb_traffic.h"
#include "wire/field_value.h"


static int vz_verb_traffic_one(uint32_t ctid, const char *tag, void *data);


vz_code_e
vz_verb_traffic_rate(vz_job_t *job)
{
    uint64_t             rate[2];
    unsigned             i;
    const char *const   *argv;

    argv = job->req->argv + 1;

    for (i = 0; i < 2; i++) {
        rate[i] = 0;

        if (strcmp(argv[i], VZ_UNLIMITED_WORD) != 0
            && vz_field_value_number(argv[i], strlen(argv[i]), UINT32_MAX,
                                     &rate[i])
               != VZ_OK)
        {
            return vz_job_end(job, VZ_RANGE, "rate: %s",
                              vz_field_rule(VZ_FIELD_RATE));
        }
    }

    return job->driver->set_rate(job, (uint32_t) rate[0],
                                 (uint32_t) rate[1]);
}


vz_code_e
vz_verb_traffic_all(vz_job_t *job)
{
    if (job->driver->counted(job->conf, vz_verb_traffic_one, job) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s", strerror(errno));
    }

    return VZ_OK;
}


/* One that the recorder has not seen yet is not told. */

static int
vz_verb_traffic_one(uint32_t ctid, const char *tag, void *data)
{
    char              path[PATH_MAX];
    vz_job_t         *job;
    vz_tally_state_t  tally;

    job = data;

    if (vz_recorder_tally(job->conf, job->driver, ctid, path) == -1) {
        return 0;
    }

    vz_tally_read(path, &tally);

    if (tally.counter != 0) {
        vz_job_data(job, "id=%u tag=%s counter=%016llx since=%llu read=%llu "
                    "in=%llu out=%llu", ctid, tag[0] ? tag : "-",
                    (unsigned long long) tally.counter,
                    (unsigned long long) tally.since,
                    (unsigned long long) tally.read,
                    (unsigned long long) tally.total[0],
                    (unsigned long long) tally.total[1]);
    }

    return 0;
}
