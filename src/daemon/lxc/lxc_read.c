#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <lxc/version.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include "daemon/base/job.h"
#include "daemon/base/sysinfo.h"
#include "daemon/lxc/lxc_driver.h"
#include "daemon/lxc/lxc_lifecycle.h"
#include "daemon/lxc/lxc_read.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/lxc/lxc_stat.h"
#include "daemon/net/nft_guard.h"


static int vz_lxc_list_one(const vz_ct_t *ct, void *data);
static int vz_lxc_count(const vz_ct_t *ct, void *data);
static vz_code_e vz_lxc_look(vz_job_t *job, vz_ct_t *ct, vz_lxc_stat_t *stat);
static vz_code_e vz_lxc_getcpu_node(vz_job_t *job);


typedef struct {
    vz_job_t        *job;
    vz_nft_count_t   count;
} vz_lxc_list_t;

typedef struct {
    unsigned    containers;
    unsigned    running;
    uint64_t    units;
} vz_lxc_count_t;


static vz_code_e
vz_lxc_look(vz_job_t *job, vz_ct_t *ct, vz_lxc_stat_t *stat)
{
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, ct);

    if (rc == VZ_OK) {
        vz_lxc_stat(ct, stat);
    }

    return rc;
}


vz_code_e
vz_lxc_read_memory(vz_job_t *job)
{
    char           total[24], left[24];
    vz_ct_t        ct;
    uint64_t       limit, used;
    vz_code_e      rc;
    vz_lxc_stat_t  stat;

    rc = vz_lxc_look(job, &ct, &stat);
    if (rc != VZ_OK) {
        return rc;
    }

    used = stat.use.memory_used;
    limit = ct.privvm.set ? ct.privvm.limit : VZ_UNLIMITED;

    strcpy(total, "unlimited");
    strcpy(left, "unlimited");

    if (limit != VZ_UNLIMITED) {
        snprintf(total, sizeof(total), "%llu", (unsigned long long) limit);
        snprintf(left, sizeof(left), "%llu",
                 (unsigned long long) (limit > used ? limit - used : 0));
    }

    vz_job_data(job, "total=%s used=%llu free=%s", total,
                (unsigned long long) used, left);

    return VZ_OK;
}


vz_code_e
vz_lxc_read_disk(vz_job_t *job)
{
    vz_ct_t        ct;
    vz_code_e      rc;
    vz_lxc_stat_t  stat;

    rc = vz_lxc_look(job, &ct, &stat);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_job_data(job, "total=%llu used=%llu free=%llu",
                (unsigned long long) stat.disk.total,
                (unsigned long long) stat.disk.used,
                (unsigned long long) stat.disk.available);

    return VZ_OK;
}


vz_code_e
vz_lxc_read_cpu(vz_job_t *job)
{
    vz_ct_t        ct;
    vz_code_e      rc;
    vz_lxc_stat_t  stat;

    if (job->req->argc == 0) {
        return vz_lxc_getcpu_node(job);
    }

    rc = vz_lxc_look(job, &ct, &stat);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_job_data(job, "units=%u limit=%u usage_ns=%llu", ct.units, ct.percent,
                (unsigned long long) stat.use.cpu_ns);

    return VZ_OK;
}


static vz_code_e
vz_lxc_getcpu_node(vz_job_t *job)
{
    vz_lxc_count_t  count;

    memset(&count, 0, sizeof(count));

    if (vz_ct_store_each(job->conf, 0, vz_lxc_count, &count) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s", strerror(errno));
    }

    vz_job_data(job, "cpus=%ld units=%llu load1=%.2f",
                sysconf(_SC_NPROCESSORS_ONLN),
                (unsigned long long) count.units, vz_sysinfo_load1());

    return VZ_OK;
}


vz_code_e
vz_lxc_read_status(vz_job_t *job)
{
    char           line[VZ_REPLY_MAX];
    vz_ct_t        ct;
    vz_code_e      rc;
    vz_lxc_stat_t  stat;

    rc = vz_lxc_look(job, &ct, &stat);
    if (rc != VZ_OK) {
        return rc;
    }
    vz_lxc_stat_print(job->conf, &ct, &stat, 1, line);
    vz_job_data(job, "%s", line);

    return VZ_OK;
}


/* it is asked for every two seconds: what has to hold is looked after here */

vz_code_e
vz_lxc_read_list(vz_job_t *job)
{
    vz_lxc_list_t  list;

    memset(&list, 0, sizeof(list));
    list.job = job;

    if (vz_ct_store_each(job->conf, 0, vz_lxc_list_one, &list) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s", strerror(errno));
    }

    vz_nft_guard_keep(job->conf, &list.count);

    return VZ_OK;
}


static int
vz_lxc_list_one(const vz_ct_t *ct, void *data)
{
    char            line[VZ_REPLY_MAX];
    vz_lxc_stat_t   stat;
    vz_lxc_list_t  *list;

    list = data;

    vz_lxc_stat(ct, &stat);
    vz_lxc_stat_print(list->job->conf, ct, &stat, 0, line);
    vz_job_data(list->job, "%s", line);

    if (stat.running) {
        vz_nft_guard_count(&list->count, ct);
    }

    return 0;
}


vz_code_e
vz_lxc_read_node(vz_job_t *job)
{
    uint64_t         total, available;
    vz_lxc_count_t   count;
    struct statvfs   fs;
    struct utsname   uts;

    memset(&count, 0, sizeof(count));

    if (uname(&uts) == -1 || statvfs(job->conf->lxc_path, &fs) == -1
        || vz_ct_store_each(job->conf, 0, vz_lxc_count, &count) == -1)
    {
        return vz_job_end(job, VZ_INTERNAL, "%s", strerror(errno));
    }

    vz_sysinfo_memory(&total, &available);
    vz_job_data(job, "driver=lxc version=" LXC_VERSION " kernel=%s cgroup=%d "
                "hostname=%s", uts.release, vz_cgroup_version(),
                uts.nodename);

    vz_job_data(job, "cpus=%ld load1=%.2f memory_total=%llu memory_free=%llu "
                "disk_total=%llu disk_free=%llu containers=%u running=%u",
                sysconf(_SC_NPROCESSORS_ONLN), vz_sysinfo_load1(),
                (unsigned long long) total, (unsigned long long) available,
                (unsigned long long) fs.f_blocks * fs.f_frsize,
                (unsigned long long) fs.f_bavail * fs.f_frsize,
                count.containers, count.running);

    vz_job_data(job, "disk_min=%llu shrink_live=1 kept=%s",
                VZ_DISK_MIN,
                vz_cgroup_version() == 1
                ? "privvmpages.barrier,oomguarpages,diskspace.soft"
                : "diskspace.soft");

    return VZ_OK;
}


static int
vz_lxc_count(const vz_ct_t *ct, void *data)
{
    vz_ct_state_t    run;
    vz_lxc_count_t  *count;

    count = data;
    count->containers++;

    if (vz_ct_state_alive(ct, &run)) {
        count->running++;
        count->units += ct->units;
    }

    return 0;
}
