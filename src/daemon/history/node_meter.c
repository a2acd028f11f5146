#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include "daemon/base/ct_stat.h"
#include "daemon/base/file.h"
#include "daemon/base/sysinfo.h"
#include "daemon/history/node_meter.h"


#define VZ_NODE_METER_TEXT    4096
#define VZ_NODE_METER_SECTOR  512
#define VZ_NODE_METER_USEC    1000      /* ns */


static void vz_node_meter_cpu(vz_ct_raw_t *raw);
static void vz_node_meter_memory(vz_ct_raw_t *raw);
static void vz_node_meter_disk(const vz_config_t *conf, vz_ct_raw_t *raw);
static void vz_node_meter_network(const vz_config_t *conf, vz_ct_raw_t *raw);
static int vz_node_meter_link(const vz_config_t *conf, const char *name);
static void vz_node_meter_pressure(vz_ct_raw_t *raw);
static uint64_t vz_node_meter_field(const char *path, const char *name,
    uint64_t unit);


void
vz_node_meter(const vz_config_t *conf, vz_ct_raw_t *raw)
{
    unsigned  i;

    memset(raw, 0, sizeof(*raw));

    for (i = 0; i < VZ_SERIES_COUNT; i++) {
        raw->value[i] = VZ_CT_STAT_UNKNOWN;
    }

    raw->up = 1;
    raw->epoch = 1;

    vz_node_meter_cpu(raw);
    vz_node_meter_memory(raw);
    vz_node_meter_disk(conf, raw);
    vz_node_meter_network(conf, raw);
    vz_node_meter_pressure(raw);
}


/* proc(5): user nice system idle iowait irq softirq steal, in ticks */

static void
vz_node_meter_cpu(vz_ct_raw_t *raw)
{
    char                 text[VZ_NODE_METER_TEXT], *slash;
    uint64_t             tick;
    unsigned             processes;
    unsigned long long   t[8];

    tick = 1000000000ULL / (uint64_t) sysconf(_SC_CLK_TCK);

    if (vz_file_read("/proc/stat", text, sizeof(text)) > 0
        && sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0],
                  &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) == 8)
    {
        raw->value[VZ_SERIES_CPU] = (t[0] + t[1] + t[2] + t[5] + t[6]) * tick;
        raw->value[VZ_SERIES_CPU_WAIT] = t[7] * tick;
    }

    if (vz_file_read("/proc/loadavg", text, sizeof(text)) > 0
        && (slash = strchr(text, '/')) != NULL
        && sscanf(slash + 1, "%u", &processes) == 1)
    {
        raw->value[VZ_SERIES_PROCESSES] = processes;
    }
}


static void
vz_node_meter_memory(vz_ct_raw_t *raw)
{
    uint64_t  total, available, swap, left;

    vz_sysinfo_memory(&total, &available);

    if (total) {
        raw->value[VZ_SERIES_MEMORY] = total - available;
    }

    swap = vz_node_meter_field("/proc/meminfo", "\nSwapTotal:", 1024);
    left = vz_node_meter_field("/proc/meminfo", "\nSwapFree:", 1024);

    if (swap < VZ_CT_STAT_UNKNOWN && left <= swap) {
        raw->value[VZ_SERIES_SWAP] = swap - left;
    }

    raw->value[VZ_SERIES_KILLS] =
        vz_node_meter_field("/proc/vmstat", "\noom_kill ", 1);
}


/* Documentation/block/stat.rst: the third and the seventh are sectors. */

static void
vz_node_meter_disk(const vz_config_t *conf, vz_ct_raw_t *raw)
{
    char                 path[64], text[VZ_NODE_METER_TEXT];
    struct stat          st;
    struct statvfs       fs;
    unsigned long long   rd, wr;

    if (statvfs(conf->lxc_path, &fs) == 0) {
        raw->value[VZ_SERIES_DISK] = (uint64_t) (fs.f_blocks - fs.f_bfree)
                                     * fs.f_frsize;
    }

    if (stat(conf->lxc_path, &st) == -1) {
        return;
    }

    (void) snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/stat",
                    major(st.st_dev), minor(st.st_dev));

    if (vz_file_read(path, text, sizeof(text)) > 0
        && sscanf(text, "%*u %*u %llu %*u %*u %*u %llu", &rd, &wr) == 2)
    {
        raw->value[VZ_SERIES_DISK_READ] = rd * VZ_NODE_METER_SECTOR;
        raw->value[VZ_SERIES_DISK_WRITE] = wr * VZ_NODE_METER_SECTOR;
    }
}


/* Interfaces that are no device are inside the node, and would count twice. */

static void
vz_node_meter_network(const vz_config_t *conf, vz_ct_raw_t *raw)
{
    char                 line[512], *colon, *name;
    FILE                *fp;
    uint64_t             all[2];
    unsigned             n;
    unsigned long long   rx, tx;

    fp = fopen("/proc/net/dev", "re");
    if (fp == NULL) {
        return;
    }

    n = 0;
    all[0] = 0;
    all[1] = 0;

    while (fgets(line, sizeof(line), fp) != NULL) {
        colon = strchr(line, ':');

        if (colon == NULL
            || sscanf(colon + 1, "%llu %*u %*u %*u %*u %*u %*u %*u %llu",
                      &rx, &tx) != 2)
        {
            continue;
        }

        *colon = '\0';
        name = line + strspn(line, " ");

        if (vz_node_meter_link(conf, name)) {
            all[0] += rx;
            all[1] += tx;
            n++;
        }
    }

    (void) fclose(fp);

    if (n) {
        raw->value[VZ_SERIES_RX] = all[0];
        raw->value[VZ_SERIES_TX] = all[1];
    }
}


static int
vz_node_meter_link(const vz_config_t *conf, const char *name)
{
    char  path[128];

    if (conf->uplink[0]) {
        return strcmp(name, conf->uplink) == 0;
    }

    return snprintf(path, sizeof(path), "/sys/class/net/%s/device", name)
           < (int) sizeof(path) && access(path, F_OK) == 0;
}


static void
vz_node_meter_pressure(vz_ct_raw_t *raw)
{
    raw->value[VZ_SERIES_CPU_PRESSURE] =
        vz_node_meter_field("/proc/pressure/cpu", "total=",
                            VZ_NODE_METER_USEC);
    raw->value[VZ_SERIES_MEMORY_PRESSURE] =
        vz_node_meter_field("/proc/pressure/memory", "total=",
                            VZ_NODE_METER_USEC);
    raw->value[VZ_SERIES_IO_PRESSURE] =
        vz_node_meter_field("/proc/pressure/io", "total=",
                            VZ_NODE_METER_USEC);
}


/* The first number behind name in a file, times unit. */

static uint64_t
vz_node_meter_field(const char *path, const char *name, uint64_t unit)
{
    char                 text[16384], *p;
    unsigned long long   n;

    if (vz_file_read(path, text, sizeof(text)) <= 0
        || (p = strstr(text, name)) == NULL
        || sscanf(p + strlen(name), "%llu", &n) != 1)
    {
        return VZ_CT_STAT_UNKNOWN;
    }

    return n * unit;
}
