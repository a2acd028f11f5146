/* Reads numbers and status words of vzlist, CTID.conf and /proc/vz/vestat. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/base/spawn.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_driver.h"
#include "daemon/vzctl/vzctl_read.h"
#include "daemon/vzctl/vzctl_run.h"
#include "daemon/vzctl/vzctl_stat.h"
#include "daemon/vzctl/vzctl_switch.h"


#define VZ_VZCTL_TIME     5000                  /* ms */
#define VZ_VZCTL_RAM      (1ULL << 42)


typedef struct {
    const vz_config_t  *conf;
    vz_each_pt          each;
    void               *data;
    vz_vzctl_stat_t    *stats;
    size_t              nstats;
} vz_vzctl_list_t;

typedef struct {
    unsigned        containers;
    unsigned        running;
    uint64_t        units;
} vz_vzctl_count_t;


static void vz_vzctl_list_one(const vz_vzctl_row_t *row, void *data);
static void vz_vzctl_fill(const vz_vzctl_conf_t *ct,
    const vz_vzctl_row_t *row, const vz_vzctl_stat_t *used,
    vz_ct_stat_t *stat);
static void vz_vzctl_detail(vz_job_t *job, const vz_vzctl_conf_t *ct,
    const vz_vzctl_row_t *row, vz_ct_detail_t *detail);
static void vz_vzctl_pair(vz_pair_t *pair, uint64_t barrier, uint64_t limit);
static uint64_t vz_vzctl_held(const vz_vzctl_row_t *row, uint64_t held);
static uint64_t vz_vzctl_limit(const vz_vzctl_row_t *row);
static uint64_t vz_vzctl_pages(uint64_t pages);
static uint64_t vz_vzctl_kib(uint64_t kib);
static uint64_t vz_vzctl_times(uint64_t n, uint64_t unit);
static void vz_vzctl_count(const vz_vzctl_row_t *row, void *data);
static int vz_vzctl_cpucheck(vz_job_t *job, uint64_t *units);
static void vz_vzctl_version(vz_job_t *job, char version[32]);


vz_code_e
vz_vzctl_read_stat(vz_job_t *job, vz_ct_stat_t *stat, vz_ct_detail_t *detail)
{
    size_t             n;
    vz_code_e          code;
    vz_vzctl_stat_t   *stats;
    vz_vzctl_row_t     row;
    vz_vzctl_conf_t    ct;

    if ((code = vz_vzctl_conf_load(job, &ct)) != VZ_OK
        || (code = vz_vzctl_run_list_one(job, &row)) != VZ_OK)
    {
        return code;
    }

    n = vz_vzctl_stat_read(job->conf, &stats);
    vz_vzctl_fill(&ct, &row, vz_vzctl_stat_find(stats, n, ct.ctid), stat);
    free(stats);

    if (detail) {
        vz_vzctl_detail(job, &ct, &row, detail);
    }

    return VZ_OK;
}


vz_code_e
vz_vzctl_read_each(vz_job_t *job, vz_each_pt each, void *data)
{
    vz_code_e         code;
    vz_vzctl_list_t   list;

    vz_vzctl_switch_repair(job->conf);

    list.conf = job->conf;
    list.each = each;
    list.data = data;
    list.nstats = vz_vzctl_stat_read(job->conf, &list.stats);

    code = vz_vzctl_run_list(job, 0, vz_vzctl_list_one, &list);
    free(list.stats);

    return code;
}


static void
vz_vzctl_list_one(const vz_vzctl_row_t *row, void *data)
{
    vz_ct_stat_t      stat;
    vz_vzctl_list_t  *list;
    vz_vzctl_conf_t   ct;

    list = data;

    if (vz_vzctl_conf(list->conf, row->ctid, &ct) == VZ_OK) {
        vz_vzctl_fill(&ct, row,
                      vz_vzctl_stat_find(list->stats, list->nstats,
                                         row->ctid),
                      &stat);
        list->each(&stat, list->data);
    }
}


static void
vz_vzctl_fill(const vz_vzctl_conf_t *ct, const vz_vzctl_row_t *row,
    const vz_vzctl_stat_t *used, vz_ct_stat_t *stat)
{
    const uint64_t  *value;

    value = row->value;

    (void) memset(stat, 0, sizeof(*stat));

    stat->ctid = ct->ctid;
    stat->state = row->running ? VZ_CT_RUNNING
                  : row->suspended ? VZ_CT_FROZEN : VZ_CT_STOPPED;
    (void) strcpy(stat->hostname, ct->hostname);
    (void) strcpy(stat->template, ct->template);
    (void) strcpy(stat->tag, ct->tag);

    stat->naddresses = ct->naddresses;
    (void) memcpy(stat->addresses, ct->addresses, sizeof(stat->addresses));

    stat->memory_used = vz_vzctl_held(row, vz_vzctl_pages(value[VZ_COL_PHYS]));
    stat->memory_limit = vz_vzctl_limit(row);
    stat->swap_used = vz_vzctl_held(row, vz_vzctl_pages(value[VZ_COL_SWAP]));
    stat->disk_used = vz_vzctl_kib(value[VZ_COL_DISK]);
    stat->disk_total = vz_vzctl_kib(value[VZ_COL_DISK_HARD]);
    stat->disk_free = stat->disk_total;

    if (stat->disk_total < VZ_CT_STAT_UNKNOWN
        && stat->disk_used < VZ_CT_STAT_UNKNOWN)
    {
        stat->disk_free = stat->disk_total > stat->disk_used
                          ? stat->disk_total - stat->disk_used : 0;
    }

    stat->inodes_used = value[VZ_COL_INODES];
    stat->inodes_total = value[VZ_COL_INODES_HARD];
    stat->cpu_ns = vz_vzctl_held(row, vz_vzctl_stat_ns(used, row->uptime));
    stat->cpu_units = value[VZ_COL_CPU_UNITS];
    stat->cpu_percent = value[VZ_COL_CPU_LIMIT] >= VZ_CT_STAT_UNKNOWN
                        ? 0 : value[VZ_COL_CPU_LIMIT];
    stat->processes = vz_vzctl_held(row, value[VZ_COL_PROCESSES]);
    stat->uptime = vz_vzctl_held(row, row->uptime);
    stat->rx_bytes = VZ_CT_STAT_UNKNOWN;
    stat->tx_bytes = VZ_CT_STAT_UNKNOWN;
}


static void
vz_vzctl_detail(vz_job_t *job, const vz_vzctl_conf_t *ct,
    const vz_vzctl_row_t *row, vz_ct_detail_t *detail)
{
    char              text[VZ_IP_TEXT];
    unsigned          i;
    const uint64_t   *value;
    vz_vzctl_made_t   made;
    vz_vzctl_kept_t   kept;

    value = row->value;

    (void) memset(detail, 0, sizeof(*detail));

    detail->ndns = ct->ndns;

    for (i = 0; i < ct->ndns; i++) {
        vz_ip_print(&ct->dns[i], 0, text);
        (void) snprintf(detail->dns[i], VZ_IP_LEN, "%.45s", text);
    }

    vz_vzctl_pair(&detail->vmguar,
                  vz_vzctl_pages(value[VZ_COL_VMGUAR_BARRIER]),
                  vz_vzctl_pages(value[VZ_COL_VMGUAR_LIMIT]));
    vz_vzctl_pair(&detail->oomguar,
                  vz_vzctl_pages(value[VZ_COL_OOMGUAR_BARRIER]),
                  vz_vzctl_pages(value[VZ_COL_OOMGUAR_LIMIT]));
    vz_vzctl_pair(&detail->privvm,
                  vz_vzctl_pages(value[VZ_COL_PRIVVM_BARRIER]),
                  vz_vzctl_pages(value[VZ_COL_PRIVVM_LIMIT]));
    vz_vzctl_pair(&detail->disk,
                  vz_vzctl_kib(value[VZ_COL_DISK_SOFT]),
                  vz_vzctl_kib(value[VZ_COL_DISK_HARD]));

    if (vz_vzctl_switch_kept(job->conf, ct->ctid, &kept) == 0) {
        (void) strcpy(detail->old, kept.template);
        detail->old_until = kept.until;
    }

    detail->created = vz_vzctl_conf_made(job->conf, ct->ctid, &made) == 0
                      ? made.created : VZ_CT_STAT_UNKNOWN;
}


static void
vz_vzctl_pair(vz_pair_t *pair, uint64_t barrier, uint64_t limit)
{
    pair->set = 1;
    pair->barrier = barrier;
    pair->limit = limit;
}


/* A stopped container uses nothing; vzlist prints "-". */
static uint64_t
vz_vzctl_held(const vz_vzctl_row_t *row, uint64_t held)
{
    return row->running ? held : 0;
}


/* What the container may use at most; with vSwap that is RAM and swap. */
static uint64_t
vz_vzctl_limit(const vz_vzctl_row_t *row)
{
    uint64_t  ram, swap;

    ram = vz_vzctl_pages(row->value[VZ_COL_PHYS_LIMIT]);
    swap = vz_vzctl_pages(row->value[VZ_COL_SWAP_LIMIT]);

    return ram < VZ_CT_STAT_UNKNOWN && swap < VZ_CT_STAT_UNKNOWN ? ram + swap
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


/*
 * Old tools clip LONG_MAX to a multiple of the page: that is no limit, either.
 */
static uint64_t
vz_vzctl_times(uint64_t n, uint64_t unit)
{
    if (n >= VZ_CT_STAT_UNKNOWN) {
        return n;
    }

    return n > VZ_VZCTL_RAM ? VZ_UNLIMITED : n * unit;
}


vz_code_e
vz_vzctl_read_node(vz_job_t *job, vz_node_stat_t *node)
{
    char               path[PATH_MAX];
    vz_code_e          code;
    struct statvfs     fs;
    vz_vzctl_count_t   count;

    (void) memset(node, 0, sizeof(*node));
    (void) memset(&count, 0, sizeof(count));

    code = vz_vzctl_run_list(job, 0, vz_vzctl_count, &count);
    if (code != VZ_OK) {
        return code;
    }

    vz_vzctl_conf_global(job->conf, "VE_PRIVATE", "/vz/private", path);

    if (statvfs(path, &fs) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%.120s: %s", path,
                          strerror(errno));
    }

    vz_vzctl_version(job, node->version);

    node->disk_total = (uint64_t) fs.f_blocks * fs.f_frsize;
    node->disk_free = (uint64_t) fs.f_bavail * fs.f_frsize;
    node->containers = count.containers;
    node->running = count.running;
    node->disk_min = VZ_VZCTL_DISK_MIN;
    node->kept = "";

    return VZ_OK;
}


vz_code_e
vz_vzctl_read_node_units(vz_job_t *job, uint64_t *units)
{
    vz_code_e          code;
    vz_vzctl_count_t   count;

    if (vz_vzctl_cpucheck(job, units) == 0) {
        return VZ_OK;
    }

    /* kernels from 2.6.32 on may lack the file that it reads */
    (void) memset(&count, 0, sizeof(count));

    code = vz_vzctl_run_list(job, 0, vz_vzctl_count, &count);
    *units = count.units;

    return code;
}


/* Its rows are "ID UNITS"; other lines are for people. */
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


static void
vz_vzctl_count(const vz_vzctl_row_t *row, void *data)
{
    vz_vzctl_count_t  *count;

    count = data;
    count->containers++;

    if (row->running) {
        count->running++;

        if (row->value[VZ_COL_CPU_UNITS] < VZ_CT_STAT_UNKNOWN) {
            count->units += row->value[VZ_COL_CPU_UNITS];
        }
    }
}


/* The version is the first word that begins with a digit. */
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

    version[0] = '\0';

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
