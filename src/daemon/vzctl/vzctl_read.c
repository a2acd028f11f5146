/*
 * Reading: numbers and status words of vzlist, CTID.conf, /proc/vz/vestat.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/base/spawn.h"
#include "daemon/base/strbuf.h"
#include "daemon/base/sysinfo.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_driver.h"
#include "daemon/vzctl/vzctl_read.h"
#include "daemon/vzctl/vzctl_run.h"
#include "daemon/vzctl/vzctl_stat.h"


#define VZ_VZCTL_LINE     (VZ_REPLY_MAX - 16)   /* "= " and LF around it */
#define VZ_VZCTL_TIME     5000                  /* ms */
#define VZ_VZCTL_RAM      (1ULL << 42)


typedef struct {
    vz_job_t         *job;
    vz_vzctl_stat_t  *stats;
    size_t            nstats;
} vz_vzctl_list_t;

typedef struct {
    unsigned        containers;
    unsigned        running;
    uint64_t        units;
} vz_vzctl_count_t;


static vz_code_e vz_vzctl_look(vz_job_t *job, vz_vzctl_conf_t *ct,
    vz_vzctl_row_t *row);
static vz_code_e vz_vzctl_room(vz_job_t *job, uint64_t limit, uint64_t used);
static void vz_vzctl_list_one(const vz_vzctl_row_t *row, void *data);
static void vz_vzctl_print(vz_job_t *job, const vz_vzctl_conf_t *ct,
    const vz_vzctl_row_t *row, const vz_vzctl_stat_t *stat, unsigned whole);
static void vz_vzctl_print_whole(vz_job_t *job, vz_strbuf_t *text,
    const vz_vzctl_conf_t *ct, const vz_vzctl_row_t *row);
static uint64_t vz_vzctl_held(const vz_vzctl_row_t *row, uint64_t held);
static uint64_t vz_vzctl_limit(const vz_vzctl_row_t *row);
static uint64_t vz_vzctl_pages(uint64_t pages);
static uint64_t vz_vzctl_kib(uint64_t kib);
static uint64_t vz_vzctl_times(uint64_t n, uint64_t unit);
static const char *vz_vzctl_value(uint64_t n, char text[24]);
static void vz_vzctl_put_pair(vz_strbuf_t *text, const char *key,
    uint64_t barrier, uint64_t limit);
static vz_code_e vz_vzctl_getcpu_node(vz_job_t *job);
static void vz_vzctl_count(const vz_vzctl_row_t *row, void *data);
static int vz_vzctl_cpucheck(vz_job_t *job, uint64_t *units);
static void vz_vzctl_version(vz_job_t *job, char version[32]);


static vz_code_e
vz_vzctl_look(vz_job_t *job, vz_vzctl_conf_t *ct, vz_vzctl_row_t *row)
{
    vz_code_e  code;

    code = vz_vzctl_conf_load(job, ct);

    return code == VZ_OK ? vz_vzctl_run_list_one(job, row) : code;
}


vz_code_e
vz_vzctl_read_memory(vz_job_t *job)
{
    vz_code_e         code;
    vz_vzctl_row_t    row;
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_look(job, &ct, &row);
    if (code != VZ_OK) {
        return code;
    }

    return vz_vzctl_room(job, vz_vzctl_limit(&row),
                         vz_vzctl_pages(row.value[VZ_COL_PHYS]));
}


static vz_code_e
vz_vzctl_room(vz_job_t *job, uint64_t limit, uint64_t used)
{
    char  total[24], left[24];

    used = used < VZ_VZCTL_NONE ? used : 0;

    vz_job_data(job, "total=%s used=%llu free=%s",
                vz_vzctl_value(limit, total), (unsigned long long) used,
                vz_vzctl_value(limit >= VZ_VZCTL_NONE ? limit
                               : limit > used ? limit - used : 0, left));

    return VZ_OK;
}


vz_code_e
vz_vzctl_read_disk(vz_job_t *job)
{
    vz_code_e         code;
    vz_vzctl_row_t    row;
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_look(job, &ct, &row);
    if (code != VZ_OK) {
        return code;
    }

    return vz_vzctl_room(job, vz_vzctl_kib(row.value[VZ_COL_DISK_HARD]),
                         vz_vzctl_kib(row.value[VZ_COL_DISK]));
}


vz_code_e
vz_vzctl_read_cpu(vz_job_t *job)
{
    char                units[24], limit[24], ns[24];
    size_t              n;
    uint64_t            usage;
    vz_code_e           code;
    vz_vzctl_stat_t    *stats;
    vz_vzctl_row_t      row;
    vz_vzctl_conf_t     ct;

    if (job->req->argc == 0) {
        return vz_vzctl_getcpu_node(job);
    }

    code = vz_vzctl_look(job, &ct, &row);
    if (code != VZ_OK) {
        return code;
    }

    n = vz_vzctl_stat_read(job->conf, &stats);
    usage = vz_vzctl_stat_ns(vz_vzctl_stat_find(stats, n, ct.ctid),
                             row.uptime);
    free(stats);

    vz_job_data(job, "units=%s limit=%s usage_ns=%s",
                vz_vzctl_value(row.value[VZ_COL_CPU_UNITS], units),
                vz_vzctl_value(row.value[VZ_COL_CPU_LIMIT] >= VZ_VZCTL_NONE
                               ? 0 : row.value[VZ_COL_CPU_LIMIT], limit),
                vz_vzctl_value(row.running ? usage : 0, ns));

    return VZ_OK;
}


/* the units of those that run, without the host's own */
static vz_code_e
vz_vzctl_getcpu_node(vz_job_t *job)
{
    uint64_t           units;
    vz_code_e          code;
    vz_vzctl_count_t   count;

    if (vz_vzctl_cpucheck(job, &units) == -1) {

        /* kernels from 2.6.32 on may lack what it reads */
        (void) memset(&count, 0, sizeof(count));

        code = vz_vzctl_run_list(job, 0, vz_vzctl_count, &count);
        if (code != VZ_OK) {
            return code;
        }

        units = count.units;
    }

    vz_job_data(job, "cpus=%ld units=%llu load1=%.2f",
                sysconf(_SC_NPROCESSORS_ONLN), (unsigned long long) units,
                vz_sysinfo_load1());

    return VZ_OK;
}


/* rows "ID UNITS"; its other lines are for people */
static int
vz_vzctl_cpucheck(vz_job_t *job, uint64_t *units)
{
    char                 output[65536], *line, *save;
    unsigned             id, n;
    vz_spawn_t           run;

    const char  *argv[] = { job->conf->vzcpucheck, "-v", NULL };

    (void) memset(&run, 0, sizeof(run));
    run.argv = argv;
    run.output = output;
    run.output_size = sizeof(output);
    run.timeout = VZ_VZCTL_TIME;

    if (vz_spawn(&run) != VZ_OK || run.cut) {
        return -1;
    }

    *units = 0;

    for (line = strtok_r(output, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save))
    {
        if (sscanf(line, "%u\t\t%u", &id, &n) == 2 && id != 0) {
            *units += n;
        }
    }

    return 0;
}


vz_code_e
vz_vzctl_read_status(vz_job_t *job)
{
    size_t             n;
    vz_code_e          code;
    vz_vzctl_stat_t   *stats;
    vz_vzctl_row_t     row;
    vz_vzctl_conf_t    ct;

    code = vz_vzctl_look(job, &ct, &row);
    if (code != VZ_OK) {
        return code;
    }

    n = vz_vzctl_stat_read(job->conf, &stats);
    vz_vzctl_print(job, &ct, &row, vz_vzctl_stat_find(stats, n, ct.ctid), 1);
    free(stats);

    return VZ_OK;
}


vz_code_e
vz_vzctl_read_list(vz_job_t *job)
{
    vz_code_e         code;
    vz_vzctl_list_t   list;

    list.job = job;
    list.nstats = vz_vzctl_stat_read(job->conf, &list.stats);

    code = vz_vzctl_run_list(job, 0, vz_vzctl_list_one, &list);
    free(list.stats);

    return code;
}


static void
vz_vzctl_list_one(const vz_vzctl_row_t *row, void *data)
{
    vz_vzctl_list_t   *list;
    vz_vzctl_conf_t    ct;

    list = data;

    if (vz_vzctl_conf(list->job->conf, row->ctid, &ct) == VZ_OK) {
        vz_vzctl_print(list->job, &ct, row,
                       vz_vzctl_stat_find(list->stats, list->nstats,
                                          row->ctid),
                       0);
    }
}


static void
vz_vzctl_print(vz_job_t *job, const vz_vzctl_conf_t *ct,
    const vz_vzctl_row_t *row, const vz_vzctl_stat_t *stat, unsigned whole)
{
    size_t            i;
    char              line[VZ_VZCTL_LINE], number[24];
    vz_strbuf_t       text;

    const struct {
        const char  *key;
        uint64_t     value;
    } pairs[] = {
        { "memory_used",
          vz_vzctl_held(row, vz_vzctl_pages(row->value[VZ_COL_PHYS])) },
        { "memory_limit", vz_vzctl_limit(row) },
        { "swap_used",
          vz_vzctl_held(row, vz_vzctl_pages(row->value[VZ_COL_SWAP])) },
        { "disk_used", vz_vzctl_kib(row->value[VZ_COL_DISK]) },
        { "disk_total", vz_vzctl_kib(row->value[VZ_COL_DISK_HARD]) },
        { "inodes_used", row->value[VZ_COL_INODES] },
        { "inodes_total", row->value[VZ_COL_INODES_HARD] },
        { "cpu_ns", vz_vzctl_held(row, vz_vzctl_stat_ns(stat, row->uptime)) },
        { "cpu_units", row->value[VZ_COL_CPU_UNITS] },
        { "cpu_percent", row->value[VZ_COL_CPU_LIMIT] >= VZ_VZCTL_NONE
                         ? 0 : row->value[VZ_COL_CPU_LIMIT] },
        { "processes", vz_vzctl_held(row, row->value[VZ_COL_PROCESSES]) },
        { "uptime", vz_vzctl_held(row, row->uptime) }
    };

    vz_strbuf_init(&text, line, sizeof(line));

    vz_strbuf_put(&text, "id=%u state=%s hostname=%s address=", ct->ctid,
                  row->running ? "running"
                 : row->suspended ? "frozen" : "stopped", ct->hostname);
    vz_strbuf_addresses(&text, ct->addresses, ct->naddresses);

    for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        vz_strbuf_put(&text, " %s=%s", pairs[i].key,
                      vz_vzctl_value(pairs[i].value, number));
    }

    vz_strbuf_put(&text, " template=%s tag=%s", ct->template,
                  ct->tag[0] ? ct->tag : "-");

    if (whole) {
        vz_vzctl_print_whole(job, &text, ct, row);
    }

    vz_job_data(job, "%s", line);
}


static void
vz_vzctl_print_whole(vz_job_t *job, vz_strbuf_t *text,
    const vz_vzctl_conf_t *ct, const vz_vzctl_row_t *row)
{
    vz_vzctl_made_t  made;

    vz_strbuf_put(text, " gateway=- gateways=- dns=");
    vz_strbuf_addresses(text, ct->dns, ct->ndns);

    vz_vzctl_put_pair(text, "vmguarpages",
                      vz_vzctl_pages(row->value[VZ_COL_VMGUAR_BARRIER]),
                      vz_vzctl_pages(row->value[VZ_COL_VMGUAR_LIMIT]));
    vz_vzctl_put_pair(text, "oomguarpages",
                      vz_vzctl_pages(row->value[VZ_COL_OOMGUAR_BARRIER]),
                      vz_vzctl_pages(row->value[VZ_COL_OOMGUAR_LIMIT]));
    vz_vzctl_put_pair(text, "privvmpages",
                      vz_vzctl_pages(row->value[VZ_COL_PRIVVM_BARRIER]),
                      vz_vzctl_pages(row->value[VZ_COL_PRIVVM_LIMIT]));
    vz_vzctl_put_pair(text, "diskspace",
                      vz_vzctl_kib(row->value[VZ_COL_DISK_SOFT]),
                      vz_vzctl_kib(row->value[VZ_COL_DISK_HARD]));

    vz_strbuf_put(text, " kept=-");

    if (vz_vzctl_conf_made(job->conf, ct->ctid, &made) == 0) {
        vz_strbuf_put(text, " created=%llu",
                      (unsigned long long) made.created);

    } else {
        vz_strbuf_put(text, " created=-");
    }
}


/* what does not run holds nothing; vzlist says "-" */
static uint64_t
vz_vzctl_held(const vz_vzctl_row_t *row, uint64_t held)
{
    return row->running ? held : 0;
}


/* what the container may use at most: with vSwap, RAM and swap */
static uint64_t
vz_vzctl_limit(const vz_vzctl_row_t *row)
{
    uint64_t  ram, swap;

    ram = vz_vzctl_pages(row->value[VZ_COL_PHYS_LIMIT]);
    swap = vz_vzctl_pages(row->value[VZ_COL_SWAP_LIMIT]);

    return ram < VZ_VZCTL_NONE && swap < VZ_VZCTL_NONE ? ram + swap
           : vz_vzctl_pages(row->value[VZ_COL_PRIVVM_LIMIT]);
}


static uint64_t
vz_vzctl_pages(uint64_t pages)
{
    return vz_vzctl_times(pages, (uint64_t) sysconf(_SC_PAGESIZE));
}


static uint64_t
vz_vzctl_kib(uint64_t kib)
{
    return vz_vzctl_times(kib, 1024);
}


/* old tools clip LONG_MAX to a multiple of the page: no limit, either */
static uint64_t
vz_vzctl_times(uint64_t n, uint64_t unit)
{
    if (n >= VZ_VZCTL_NONE) {
        return n;
    }

    return n > VZ_VZCTL_RAM ? VZ_UNLIMITED : n * unit;
}


static const char *
vz_vzctl_value(uint64_t n, char text[24])
{
    if (n == VZ_UNLIMITED) {
        return "unlimited";
    }

    if (n == VZ_VZCTL_NONE) {
        return "-";
    }

    (void) snprintf(text, 24, "%llu", (unsigned long long) n);

    return text;
}


static void
vz_vzctl_put_pair(vz_strbuf_t *text, const char *key, uint64_t barrier,
    uint64_t limit)
{
    char  low[24], high[24];

    if (barrier == VZ_VZCTL_NONE) {
        vz_strbuf_put(text, " %s=-", key);
        return;
    }

    vz_strbuf_put(text, " %s=%s:%s", key, vz_vzctl_value(barrier, low),
                  vz_vzctl_value(limit, high));
}


vz_code_e
vz_vzctl_read_node(vz_job_t *job)
{
    char               version[32], path[PATH_MAX];
    uint64_t           total, available;
    vz_code_e          code;
    struct statvfs     fs;
    struct utsname     uts;
    vz_vzctl_count_t   count;

    (void) memset(&count, 0, sizeof(count));

    code = vz_vzctl_run_list(job, 0, vz_vzctl_count, &count);
    if (code != VZ_OK) {
        return code;
    }

    vz_vzctl_conf_global(job->conf, "VE_PRIVATE", "/vz/private", path);

    if (uname(&uts) == -1 || statvfs(path, &fs) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%.120s: %s", path,
                          strerror(errno));
    }

    vz_vzctl_version(job, version);
    vz_sysinfo_memory(&total, &available);

    vz_job_data(job, "driver=vzctl version=%s kernel=%s cgroup=- hostname=%s",
                version, uts.release, uts.nodename);

    vz_job_data(job, "cpus=%ld load1=%.2f memory_total=%llu memory_free=%llu "
                "disk_total=%llu disk_free=%llu containers=%u running=%u",
                sysconf(_SC_NPROCESSORS_ONLN), vz_sysinfo_load1(),
                (unsigned long long) total, (unsigned long long) available,
                (unsigned long long) fs.f_blocks * fs.f_frsize,
                (unsigned long long) fs.f_bavail * fs.f_frsize,
                count.containers, count.running);

    vz_job_data(job, "disk_min=%llu shrink_live=1 kept=-", VZ_VZCTL_DISK_MIN);

    return VZ_OK;
}


static void
vz_vzctl_count(const vz_vzctl_row_t *row, void *data)
{
    vz_vzctl_count_t  *count;

    count = data;
    count->containers++;

    if (row->running) {
        count->running++;

        if (row->value[VZ_COL_CPU_UNITS] < VZ_VZCTL_NONE) {
            count->units += row->value[VZ_COL_CPU_UNITS];
        }
    }
}


/* the first word that begins with a digit */
static void
vz_vzctl_version(vz_job_t *job, char version[32])
{
    char         output[256], *word, *save;
    vz_spawn_t   run;

    const char  *argv[] = { job->conf->vzctl, "--version", NULL };

    (void) memset(&run, 0, sizeof(run));
    run.argv = argv;
    run.output = output;
    run.output_size = sizeof(output);
    run.timeout = VZ_VZCTL_TIME;

    (void) strcpy(version, "-");

    if (vz_spawn(&run) != VZ_OK) {
        return;
    }

    for (word = strtok_r(output, " \t\n", &save); word;
         word = strtok_r(NULL, " \t\n", &save))
    {
        if (*word >= '0' && *word <= '9') {
            (void) snprintf(version, 32, "%s", word);
            return;
        }
    }
}
