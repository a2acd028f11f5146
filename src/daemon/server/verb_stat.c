#include <string.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/base/sysinfo.h"
#include "daemon/server/stat_text.h"
#include "daemon/server/verb_stat.h"


static vz_code_e vz_verb_stat_cpu_node(vz_job_t *job);
static void vz_verb_stat_line(const vz_ct_stat_t *stat, void *data);


/* "used" is always a number: 0 where the usage is unknown. */
vz_code_e
vz_verb_stat_memory(vz_job_t *job)
{
    char          total[VZ_STAT_TEXT], left[VZ_STAT_TEXT];
    uint64_t      used, limit, room;
    vz_code_e     code;
    vz_ct_stat_t  stat;

    code = job->driver->stat(job, &stat, NULL);
    if (code != VZ_OK) {
        return code;
    }

    limit = stat.memory_limit;
    used = stat.memory_used < VZ_CT_STAT_UNKNOWN ? stat.memory_used : 0;
    room = limit >= VZ_CT_STAT_UNKNOWN ? limit
           : limit > used ? limit - used : 0;

    vz_job_data(job, "total=%s used=%llu free=%s",
                vz_stat_text(limit, total), (unsigned long long) used,
                vz_stat_text(room, left));

    return VZ_OK;
}


vz_code_e
vz_verb_stat_disk(vz_job_t *job)
{
    char          total[VZ_STAT_TEXT], left[VZ_STAT_TEXT];
    uint64_t      used;
    vz_code_e     code;
    vz_ct_stat_t  stat;

    code = job->driver->stat(job, &stat, NULL);
    if (code != VZ_OK) {
        return code;
    }

    used = stat.disk_used < VZ_CT_STAT_UNKNOWN ? stat.disk_used : 0;

    vz_job_data(job, "total=%s used=%llu free=%s",
                vz_stat_text(stat.disk_total, total),
                (unsigned long long) used,
                vz_stat_text(stat.disk_free, left));

    return VZ_OK;
}


vz_code_e
vz_verb_stat_cpu(vz_job_t *job)
{
    char          units[VZ_STAT_TEXT], percent[VZ_STAT_TEXT];
    char          ns[VZ_STAT_TEXT];
    vz_code_e     code;
    vz_ct_stat_t  stat;

    if (job->req->argc == 0) {
        return vz_verb_stat_cpu_node(job);
    }

    code = job->driver->stat(job, &stat, NULL);
    if (code != VZ_OK) {
        return code;
    }

    vz_job_data(job, "units=%s limit=%s usage_ns=%s",
                vz_stat_text(stat.cpu_units, units),
                vz_stat_text(stat.cpu_percent, percent),
                vz_stat_text(stat.cpu_ns, ns));

    return VZ_OK;
}


static vz_code_e
vz_verb_stat_cpu_node(vz_job_t *job)
{
    uint64_t   units;
    vz_code_e  code;

    code = job->driver->node_units(job, &units);
    if (code != VZ_OK) {
        return code;
    }

    vz_job_data(job, "cpus=%ld units=%llu load1=%.2f",
                sysconf(_SC_NPROCESSORS_ONLN), (unsigned long long) units,
                vz_sysinfo_load1());

    return VZ_OK;
}


vz_code_e
vz_verb_stat_one(vz_job_t *job)
{
    char            line[VZ_STAT_TEXT_LINE];
    vz_code_e       code;
    vz_ct_stat_t    stat;
    vz_ct_detail_t  detail;

    code = job->driver->stat(job, &stat, &detail);
    if (code != VZ_OK) {
        return code;
    }

    vz_stat_text_line(&stat, &detail, line);
    vz_job_data(job, "%s", line);

    return VZ_OK;
}


vz_code_e
vz_verb_stat_all(vz_job_t *job)
{
    return job->driver->each(job, vz_verb_stat_line, job);
}


static void
vz_verb_stat_line(const vz_ct_stat_t *stat, void *data)
{
    char  line[VZ_STAT_TEXT_LINE];

    vz_stat_text_line(stat, NULL, line);
    vz_job_data(data, "%s", line);
}
