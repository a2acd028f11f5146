#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/cgroup/cgroup.h"
#include "daemon/lxc/lxc_meter.h"
#include "daemon/net/ct_link.h"
#include "daemon/rootfs/loop.h"
#include "daemon/rootfs/mount.h"


#define VZ_LXC_METER_TEXT    8192
#define VZ_LXC_METER_EACH    6      /* readings, of which one reads all files
                                       in any case */
#define VZ_LXC_METER_IDLE    5000000    /* ns: a container that used less has
                                       done nothing */
#define VZ_LXC_METER_SLICE   100000000ULL   /* ns of a period of the CPU */
#define VZ_LXC_METER_SECTOR  512
#define VZ_LXC_METER_USEC    1000   /* ns */


/* files of groups; NULL: this version has none */

static const struct {
    vz_cg_e       group;
    const char   *one;
    const char   *two;
} vz_lxc_meter_files[] = {
    [VZ_LXC_METER_CPU] = { VZ_CG_CPUACCT, "cpuacct.usage", NULL },
    [VZ_LXC_METER_CPU_STAT] = { VZ_CG_CPU, "cpu.stat", "cpu.stat" },
    [VZ_LXC_METER_MEMORY] =
        { VZ_CG_MEMORY, "memory.usage_in_bytes", "memory.current" },
    [VZ_LXC_METER_MEMORY_STAT] =
        { VZ_CG_MEMORY, "memory.stat", "memory.stat" },
    [VZ_LXC_METER_SWAP] = { VZ_CG_MEMORY, NULL, "memory.swap.current" },
    [VZ_LXC_METER_EVENTS] =
        { VZ_CG_MEMORY, "memory.oom_control", "memory.events" },
    [VZ_LXC_METER_PIDS] = { VZ_CG_PIDS, "pids.current", "pids.current" },
    [VZ_LXC_METER_PIDS_EVENTS] = { VZ_CG_PIDS, "pids.events", "pids.events" }
};

#define VZ_LXC_METER_FILES                                                    \
    (sizeof(vz_lxc_meter_files) / sizeof(vz_lxc_meter_files[0]))

static const char *const  vz_lxc_meter_psi[] = {
    "cpu.pressure", "memory.pressure", "io.pressure"
};


static int vz_lxc_meter_at(const char *dir, const char *file);
static int vz_lxc_meter_loop(const vz_ct_t *ct);
static ssize_t vz_lxc_meter_text(int fd, char *text);
static uint64_t vz_lxc_meter_number(int fd);
static uint64_t vz_lxc_meter_field(int fd, const char *name);
static uint64_t vz_lxc_meter_cpu(const vz_lxc_meter_t *meter, char *text);
static void vz_lxc_meter_events(vz_lxc_meter_t *meter);
static void vz_lxc_meter_rest(vz_lxc_meter_t *meter, char *text);
static void vz_lxc_meter_memory(vz_lxc_meter_t *meter, unsigned all);
static void vz_lxc_meter_tell(const vz_lxc_meter_t *meter, vz_ct_raw_t *raw);
static void vz_lxc_meter_disk(vz_lxc_meter_t *meter, vz_ct_raw_t *raw);


void
vz_lxc_meter_none(vz_lxc_meter_t *meter)
{
    unsigned  i;

    memset(meter, 0, sizeof(*meter));

    for (i = 0; i < VZ_LXC_METER_COUNT; i++) {
        meter->fd[i] = -1;
    }
}


void
vz_lxc_meter_close(vz_lxc_meter_t *meter)
{
    unsigned  i;

    for (i = 0; i < VZ_LXC_METER_COUNT; i++) {
        if (meter->fd[i] != -1) {
            (void) close(meter->fd[i]);
        }
    }

    vz_lxc_meter_none(meter);
}


void
vz_lxc_meter_open(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ct_state_t *run, vz_lxc_meter_t *meter)
{
    int          two;
    char         dir[256], name[VZ_CT_LINK_MAX];
    size_t       i;
    const char  *file;

    vz_lxc_meter_none(meter);

    two = vz_cgroup_version() == 2;

    for (i = 0; i < VZ_LXC_METER_FILES; i++) {
        file = two ? vz_lxc_meter_files[i].two : vz_lxc_meter_files[i].one;

        if (file != NULL) {
            meter->fd[i] =
                vz_lxc_meter_at(run->cgroup[vz_lxc_meter_files[i].group],
                                file);
        }
    }

    if (vz_cgroup_unified(run, dir) == 0) {
        for (i = 0; i < 3; i++) {
            meter->fd[VZ_LXC_METER_CPU_PSI + i] =
                vz_lxc_meter_at(dir, vz_lxc_meter_psi[i]);
        }
    }

    meter->ctid = ct->ctid;
    meter->fd[VZ_LXC_METER_LOOP] = vz_lxc_meter_loop(ct);

    /* what the host's end sends, the container receives */

    vz_ct_link_name(conf, ct->ctid, name);
    snprintf(dir, sizeof(dir), "/sys/class/net/%s/statistics", name);

    meter->fd[VZ_LXC_METER_RX] = vz_lxc_meter_at(dir, "tx_bytes");
    meter->fd[VZ_LXC_METER_TX] = vz_lxc_meter_at(dir, "rx_bytes");
}


static int
vz_lxc_meter_at(const char *dir, const char *file)
{
    char  path[512];

    if (*dir == '\0'
        || snprintf(path, sizeof(path), "%s/%s", dir, file)
           >= (int) sizeof(path))
    {
        return -1;
    }

    return open(path, O_RDONLY | O_CLOEXEC);
}


static int
vz_lxc_meter_loop(const vz_ct_t *ct)
{
    int   raw, rc;
    char  path[PATH_MAX], dir[64], name[VZ_LOOP_NAME];

    if (vz_ct_store_path(ct, vz_mount_name(ct, 1), path) == -1) {
        return -1;
    }

    raw = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (raw == -1) {
        return -1;
    }

    rc = vz_loop_name(raw, name);
    (void) close(raw);

    if (rc == -1) {
        return -1;
    }

    snprintf(dir, sizeof(dir), "/sys/block/%s", name);

    return vz_lxc_meter_at(dir, "stat");
}


int
vz_lxc_meter_read(vz_lxc_meter_t *meter, vz_ct_raw_t *raw)
{
    char      text[VZ_LXC_METER_TEXT];
    uint64_t  cpu, processes;
    unsigned  all, idle;

    /*
     * The device is read first: if the groups are still there afterwards, the
     * device was still the container's.
     */

    vz_lxc_meter_disk(meter, raw);

    raw->value[VZ_SERIES_RX] = vz_lxc_meter_number(meter->fd[VZ_LXC_METER_RX]);
    raw->value[VZ_SERIES_TX] = vz_lxc_meter_number(meter->fd[VZ_LXC_METER_TX]);

    cpu = vz_lxc_meter_cpu(meter, text);
    if (cpu >= VZ_CT_STAT_UNKNOWN) {
        return -1;
    }

    /* all containers in the same round would take three times as long */

    all = meter->reads == 0
          || (meter->reads + meter->ctid) % VZ_LXC_METER_EACH == 0;
    idle = !all && cpu - meter->last[VZ_SERIES_CPU] < VZ_LXC_METER_IDLE;
    meter->last[VZ_SERIES_CPU] = cpu;
    meter->reads++;

    processes = vz_lxc_meter_number(meter->fd[VZ_LXC_METER_PIDS]);

    if (!idle || processes != meter->last[VZ_SERIES_PROCESSES]) {
        vz_lxc_meter_events(meter);
    }

    meter->last[VZ_SERIES_PROCESSES] = processes;

    if (!idle) {
        vz_lxc_meter_rest(meter, text);
    }

    vz_lxc_meter_memory(meter, all);
    vz_lxc_meter_tell(meter, raw);

    return 0;
}


/*
 * The time that it used, and in text a cpu.stat of version 2;
 * VZ_CT_STAT_UNKNOWN where its groups are gone.
 */

static uint64_t
vz_lxc_meter_cpu(const vz_lxc_meter_t *meter, char *text)
{
    text[0] = '\0';

    if (vz_cgroup_version() == 1) {
        return vz_lxc_meter_number(meter->fd[VZ_LXC_METER_CPU]);
    }

    return vz_lxc_meter_text(meter->fd[VZ_LXC_METER_CPU_STAT], text) > 0
           ? vz_cgroup_field(text, "usage_usec ") * VZ_LXC_METER_USEC
           : VZ_CT_STAT_UNKNOWN;
}


/*
 * What limits did: whoever is killed or not begun took time of the CPU, or
 * changes how many processes there are.
 */

static void
vz_lxc_meter_events(vz_lxc_meter_t *meter)
{
    meter->last[VZ_SERIES_REFUSED] =
        vz_lxc_meter_field(meter->fd[VZ_LXC_METER_PIDS_EVENTS], "max ");
    meter->last[VZ_SERIES_KILLS] =
        vz_lxc_meter_field(meter->fd[VZ_LXC_METER_EVENTS], "\noom_kill ");
}


/* What does not change while nothing runs. */

static void
vz_lxc_meter_rest(vz_lxc_meter_t *meter, char *text)
{
    uint64_t  *last;
    unsigned   i;

    last = meter->last;

    if (text[0] == '\0') {
        (void) vz_lxc_meter_text(meter->fd[VZ_LXC_METER_CPU_STAT], text);
    }

    last[VZ_SERIES_CPU_WAIT] = text[0] == '\0' ? VZ_CT_STAT_UNKNOWN
                               : vz_cgroup_field(text, "nr_throttled ")
                                 * VZ_LXC_METER_SLICE;

    for (i = 0; i < 3; i++) {
        last[VZ_SERIES_CPU_PRESSURE + i] =
            vz_lxc_meter_text(meter->fd[VZ_LXC_METER_CPU_PSI + i], text) > 0
            ? vz_cgroup_field(text, "total=") * VZ_LXC_METER_USEC
            : VZ_CT_STAT_UNKNOWN;
    }
}


static void
vz_lxc_meter_tell(const vz_lxc_meter_t *meter, vz_ct_raw_t *raw)
{
    size_t  i;

    static const vz_series_e  kept[] = {
        VZ_SERIES_CPU, VZ_SERIES_CPU_WAIT, VZ_SERIES_MEMORY, VZ_SERIES_SWAP,
        VZ_SERIES_PROCESSES, VZ_SERIES_CPU_PRESSURE,
        VZ_SERIES_MEMORY_PRESSURE, VZ_SERIES_IO_PRESSURE, VZ_SERIES_KILLS,
        VZ_SERIES_REFUSED
    };

    for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        raw->value[kept[i]] = meter->last[kept[i]];
    }
}


/*
 * memory.stat takes longer than all other files together: it is read where the
 * usage has changed by a hundredth, and once a minute.
 */

static void
vz_lxc_meter_memory(vz_lxc_meter_t *meter, unsigned all)
{
    int       two;
    char      text[VZ_LXC_METER_TEXT];
    uint64_t  usage, off;

    usage = vz_lxc_meter_number(meter->fd[VZ_LXC_METER_MEMORY]);

    if (usage >= VZ_CT_STAT_UNKNOWN) {
        meter->last[VZ_SERIES_MEMORY] = VZ_CT_STAT_UNKNOWN;
        meter->last[VZ_SERIES_SWAP] = VZ_CT_STAT_UNKNOWN;
        return;
    }

    two = vz_cgroup_version() == 2;
    off = usage > meter->usage ? usage - meter->usage : meter->usage - usage;

    if (off > meter->usage / 100 || all) {
        if (vz_lxc_meter_text(meter->fd[VZ_LXC_METER_MEMORY_STAT], text) > 0) {
            meter->usage = usage;
            meter->cache = vz_cgroup_cache(text, two);
            meter->last[VZ_SERIES_SWAP] =
                two ? vz_lxc_meter_number(meter->fd[VZ_LXC_METER_SWAP])
                    : vz_cgroup_field(text, "\ntotal_swap ");
        }
    }

    meter->last[VZ_SERIES_MEMORY] = usage > meter->cache
                                    ? usage - meter->cache : 0;
}


/* Documentation/block/stat.rst: the third and the seventh are sectors. */

static void
vz_lxc_meter_disk(vz_lxc_meter_t *meter, vz_ct_raw_t *raw)
{
    char                 text[VZ_LXC_METER_TEXT];
    unsigned long long   rd, wr;

    if (vz_lxc_meter_text(meter->fd[VZ_LXC_METER_LOOP], text) > 0
        && sscanf(text, "%*u %*u %llu %*u %*u %*u %llu", &rd, &wr) == 2)
    {
        raw->value[VZ_SERIES_DISK_READ] = rd * VZ_LXC_METER_SECTOR;
        raw->value[VZ_SERIES_DISK_WRITE] = wr * VZ_LXC_METER_SECTOR;

    } else {
        raw->value[VZ_SERIES_DISK_READ] = VZ_CT_STAT_UNKNOWN;
        raw->value[VZ_SERIES_DISK_WRITE] = VZ_CT_STAT_UNKNOWN;
    }
}


static ssize_t
vz_lxc_meter_text(int fd, char *text)
{
    ssize_t  n;

    n = fd == -1 ? -1 : pread(fd, text, VZ_LXC_METER_TEXT - 1, 0);

    text[n > 0 ? n : 0] = '\0';

    return n;
}


static uint64_t
vz_lxc_meter_number(int fd)
{
    char  text[VZ_LXC_METER_TEXT];

    return vz_lxc_meter_text(fd, text) > 0 ? strtoull(text, NULL, 10)
                                           : VZ_CT_STAT_UNKNOWN;
}


static uint64_t
vz_lxc_meter_field(int fd, const char *name)
{
    char  text[VZ_LXC_METER_TEXT];

    return vz_lxc_meter_text(fd, text) > 0 ? vz_cgroup_field(text, name)
                                           : VZ_CT_STAT_UNKNOWN;
}
