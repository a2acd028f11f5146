#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>
#include "daemon/base/by_ctid.h"
#include "daemon/base/oom_log.h"
#include "daemon/cgroup/cgroup.h"
#include "daemon/lxc/lxc_meter.h"
#include "daemon/lxc/lxc_sample.h"
#include "daemon/net/nft_guard.h"
#include "daemon/net/nft_traffic.h"
#include "daemon/rootfs/disk.h"


#define VZ_LXC_SAMPLE_IDLE   6          /* rounds, after which the disk of one
                                           that is stopped is read again */
#define VZ_LXC_SAMPLE_GROUP  "/lxc.payload."    /* before a number */
#define VZ_LXC_SAMPLE_PIDS   22         /* bits of a process number */


/* which file it is, and of when */
typedef struct {
    ino_t               inode;
    struct timespec     changed;
} vz_lxc_sample_file_t;

typedef struct {
    vz_by_ctid_entry_t      head;
    vz_lxc_sample_file_t    folder;     /* what is known of it is of these */
    vz_lxc_sample_file_t    run;
    vz_lxc_sample_file_t    record;
    uint64_t                epoch;      /* 0: it does not run */
    uint64_t                begun;      /* ms since the node's start */
    uint64_t                size;       /* of its disk */
    char                    rescue[sizeof(((vz_ct_t *) 0)->rescue)];
    uint64_t                used;       /* of it, when that was read last */
    uint64_t                written;    /* to it until then */
    unsigned                idle;       /* rounds since then */
    uint64_t                kills;      /* that the log told of, in this
                                           epoch */
    char                    killed[VZ_CT_RAW_NAME];
    char                    group[256]; /* of its memory, as the log has it */
    uint64_t                net[2];     /* bytes got and sent, in this round */
    vz_lxc_meter_t          meter;
} vz_lxc_sample_one_t;

typedef struct {
    const vz_config_t      *conf;
    int                     log;
    int                     dir;        /* of all containers, in a round */
    uint64_t                table;      /* whose counters were read in this
                                           round; 0: none */
    vz_by_ctid_t            all;
} vz_lxc_sampler_t;


/* for whom the walk over all records is */
typedef struct {
    vz_counted_pt           each;
    void                   *data;
} vz_lxc_sample_counted_t;


static void vz_lxc_sample_drop(void *entry);
static int vz_lxc_sample_counted_one(const vz_ct_t *ct, void *data);
static void vz_lxc_sample_one(vz_lxc_sampler_t *sampler, uint32_t ctid,
    vz_ct_raw_t *raw);
static vz_lxc_sample_one_t *vz_lxc_sample_entry(vz_lxc_sampler_t *sampler,
    uint32_t ctid);
static vz_lxc_sample_one_t *vz_lxc_sample_find(vz_lxc_sampler_t *sampler,
    uint32_t ctid);
static int vz_lxc_sample_new(int dir, const char *name,
    vz_lxc_sample_file_t *seen);
static void vz_lxc_sample_unknown(vz_ct_raw_t *raw);
static void vz_lxc_sample_load(vz_lxc_sampler_t *sampler,
    vz_lxc_sample_one_t *one);
static void vz_lxc_sample_idle(vz_lxc_sampler_t *sampler,
    vz_lxc_sample_one_t *one, vz_ct_raw_t *raw);
static void vz_lxc_sample_disk(vz_lxc_sampler_t *sampler,
    vz_lxc_sample_one_t *one, vz_ct_raw_t *raw);
static void vz_lxc_sample_net(uint32_t ctid, unsigned sent, uint64_t bytes,
    void *data);
static void vz_lxc_sample_kill(const vz_oom_log_kill_t *kill, void *data);


void *
vz_lxc_sample_open(const vz_config_t *conf)
{
    vz_lxc_sampler_t  *sampler;

    sampler = calloc(1, sizeof(*sampler));

    if (sampler != NULL) {
        sampler->conf = conf;
        sampler->log = vz_oom_log_open();
        sampler->all.size = sizeof(vz_lxc_sample_one_t);
        sampler->all.drop = vz_lxc_sample_drop;
    }

    return sampler;
}


static void
vz_lxc_sample_drop(void *entry)
{
    vz_lxc_sample_one_t  *one;

    one = entry;
    vz_lxc_meter_close(&one->meter);
}


int
vz_lxc_sample_path(const vz_config_t *conf, uint32_t ctid, char *path)
{
    size_t  len;

    if (vz_ct_store_dir(conf, ctid, NULL, path) == -1) {
        return -1;
    }

    len = strlen(path);

    return snprintf(path + len, PATH_MAX - len, "/history")
           < (int) (PATH_MAX - len) ? 0 : -1;
}


int
vz_lxc_sample_counted(const vz_config_t *conf, vz_counted_pt each, void *data)
{
    vz_lxc_sample_counted_t  counted;

    counted.each = each;
    counted.data = data;

    /* nothing is counted, nor held to a rate, while the table is gone */

    vz_nft_guard_keep(conf, NULL);

    return vz_ct_store_each(conf, 0, vz_lxc_sample_counted_one, &counted);
}


static int
vz_lxc_sample_counted_one(const vz_ct_t *ct, void *data)
{
    const vz_lxc_sample_counted_t  *counted;

    counted = data;

    return ct->trial ? 0 : counted->each(ct->ctid, ct->tag, counted->data);
}


int
vz_lxc_sample_each(void *data, vz_ct_raw_pt each, void *to)
{
    DIR               *dir;
    char              *end;
    vz_ct_raw_t        raw;
    unsigned long      ctid;
    struct dirent     *entry;
    vz_lxc_sampler_t  *sampler;

    sampler = data;

    dir = vz_ct_store_open(sampler->conf);
    if (dir == NULL) {
        return errno == ENOENT ? 0 : -1;
    }

    sampler->dir = dirfd(dir);

    vz_oom_log_each(sampler->log, vz_lxc_sample_kill, sampler);

    if (vz_nft_traffic_each(sampler->conf, &sampler->table, vz_lxc_sample_net,
                            sampler)
        == -1)
    {
        sampler->table = 0;
    }

    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9') {
            continue;
        }

        ctid = strtoul(entry->d_name, &end, 10);

        if (*end == '\0' && ctid <= UINT32_MAX) {
            vz_lxc_sample_one(sampler, (uint32_t) ctid, &raw);
            each(&raw, to);
        }
    }

    (void) closedir(dir);

    vz_by_ctid_sweep(&sampler->all);

    return 0;
}


static void
vz_lxc_sample_one(vz_lxc_sampler_t *sampler, uint32_t ctid, vz_ct_raw_t *raw)
{
    vz_lxc_sample_one_t  *one;

    memset(raw, 0, sizeof(*raw));
    vz_lxc_sample_unknown(raw);
    raw->ctid = ctid;

    one = vz_lxc_sample_find(sampler, ctid);
    if (one == NULL) {
        return;
    }

    raw->net_epoch = sampler->table;
    memcpy(raw->net, one->net, sizeof(raw->net));
    memset(one->net, 0, sizeof(one->net));

    /* also where a file of it was removed */

    raw->home = one->folder.inode ^ (uint64_t) one->folder.changed.tv_sec << 32
                ^ (uint64_t) one->folder.changed.tv_nsec;

    if (one->epoch && vz_lxc_meter_read(&one->meter, raw) == -1) {

        /* its groups are gone: it has ended, or is about to begin anew */

        vz_lxc_meter_close(&one->meter);
        memset(&one->folder, 0, sizeof(one->folder));
        memset(&one->run, 0, sizeof(one->run));
        one->epoch = 0;
        one->idle = 0;

        vz_lxc_sample_unknown(raw);
    }

    if (one->epoch == 0) {
        vz_lxc_sample_idle(sampler, one, raw);
        return;
    }

    raw->up = 1;
    raw->epoch = one->epoch;
    raw->begun = one->begun;
    vz_lxc_sample_disk(sampler, one, raw);

    /* version 1 counts those of the group itself; the log those below, too */

    if (raw->value[VZ_SERIES_KILLS] >= VZ_CT_STAT_UNKNOWN
        || raw->value[VZ_SERIES_KILLS] < one->kills)
    {
        raw->value[VZ_SERIES_KILLS] = one->kills;
    }

    strcpy(raw->killed, one->killed);
    strcpy(raw->refused, "processes");
}


static void
vz_lxc_sample_unknown(vz_ct_raw_t *raw)
{
    unsigned  i;

    for (i = 0; i < VZ_SERIES_COUNT; i++) {
        raw->value[i] = VZ_CT_STAT_UNKNOWN;
    }
}


/* Its entry, a new one where there is none; NULL: no memory. */

static vz_lxc_sample_one_t *
vz_lxc_sample_entry(vz_lxc_sampler_t *sampler, uint32_t ctid)
{
    unsigned              fresh;
    vz_lxc_sample_one_t  *one;

    one = vz_by_ctid_get(&sampler->all, ctid, &fresh);

    if (one != NULL && fresh) {
        vz_lxc_meter_none(&one->meter);
    }

    return one;
}


/* Find an entry, and read anew what has changed of it. NULL: no memory. */

static vz_lxc_sample_one_t *
vz_lxc_sample_find(vz_lxc_sampler_t *sampler, uint32_t ctid)
{
    int                   other;
    char                  name[32];
    vz_lxc_sample_one_t  *one;

    one = vz_lxc_sample_entry(sampler, ctid);
    if (one == NULL) {
        return NULL;
    }

    /* its files are renamed to their names, and that changes the folder */

    snprintf(name, sizeof(name), "%u", ctid);

    if (vz_lxc_sample_new(sampler->dir, name, &one->folder)) {
        snprintf(name, sizeof(name), "%u/run", ctid);
        other = vz_lxc_sample_new(sampler->dir, name, &one->run);
        snprintf(name, sizeof(name), "%u/ct.conf", ctid);
        other += vz_lxc_sample_new(sampler->dir, name, &one->record);

        if (other) {
            vz_lxc_sample_load(sampler, one);
        }
    }

    return one;
}


/* Who is not told of has never sent anything, as far as this table knows. */

static void
vz_lxc_sample_net(uint32_t ctid, unsigned sent, uint64_t bytes, void *data)
{
    vz_lxc_sampler_t     *sampler;
    vz_lxc_sample_one_t  *one;

    sampler = data;
    one = vz_lxc_sample_entry(sampler, ctid);

    if (one != NULL) {
        one->net[sent] = bytes;
    }
}


/* A kill of a process in a container, or in a group that its guest made. */

static void
vz_lxc_sample_kill(const vz_oom_log_kill_t *kill, void *data)
{
    size_t                len;
    const char           *name;
    unsigned long         ctid;
    vz_lxc_sampler_t     *sampler;
    vz_lxc_sample_one_t  *one;

    sampler = data;

    name = strstr(kill->group, VZ_LXC_SAMPLE_GROUP);
    ctid = name ? strtoul(name + sizeof(VZ_LXC_SAMPLE_GROUP) - 1, NULL, 10)
                : 0;

    if (ctid == 0 || ctid > UINT32_MAX) {
        return;
    }

    one = vz_lxc_sample_find(sampler, (uint32_t) ctid);
    len = one ? strlen(one->group) : 0;

    if (len && one->epoch && kill->at >= one->begun
        && strncmp(kill->group, one->group, len) == 0
        && (kill->group[len] == '\0' || kill->group[len] == '/'))
    {
        one->kills++;
        strcpy(one->killed, kill->name);
    }
}


/* Returns 1 where the file is another than the one that was seen last. */

static int
vz_lxc_sample_new(int dir, const char *name, vz_lxc_sample_file_t *seen)
{
    struct stat           st;
    vz_lxc_sample_file_t  now;

    memset(&now, 0, sizeof(now));

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        now.inode = st.st_ino;
        now.changed = st.st_mtim;
    }

    if (memcmp(&now, seen, sizeof(now)) == 0) {
        return 0;
    }

    *seen = now;

    return 1;
}


static void
vz_lxc_sample_load(vz_lxc_sampler_t *sampler, vz_lxc_sample_one_t *one)
{
    size_t          len;
    uint64_t        epoch;
    vz_ct_t         ct;
    const char     *group;
    vz_ct_state_t   run;

    vz_lxc_meter_close(&one->meter);
    one->idle = 0;
    epoch = 0;

    (void) vz_ct_store_read(sampler->conf, one->head.ctid, &ct);
    one->size = ct.disk.limit;
    strcpy(one->rescue, ct.rescue);

    if (vz_ct_state_read(&ct, &run) == 0 && run.init.pid != 0) {
        epoch = run.init.start << VZ_LXC_SAMPLE_PIDS | (uint64_t) run.init.pid;

        vz_lxc_meter_open(sampler->conf, &ct, &run, &one->meter);

        /* a path of the hierarchy, as the kernel's log has it */

        group = run.cgroup[VZ_CG_MEMORY];
        len = strlen(VZ_CGROUP_ROOT) + (vz_cgroup_version() == 1
                                        ? strlen("/memory") : 0);
        snprintf(one->group, sizeof(one->group), "%s",
                 strlen(group) > len ? group + len : "");

        one->begun = run.init.start * 1000 / (uint64_t) sysconf(_SC_CLK_TCK);
    }

    if (epoch != one->epoch) {
        one->epoch = epoch;
        one->kills = 0;
        one->killed[0] = '\0';
    }
}


/* The figures of one that is stopped do not change: but its disk may be set. */

static void
vz_lxc_sample_idle(vz_lxc_sampler_t *sampler, vz_lxc_sample_one_t *one,
    vz_ct_raw_t *raw)
{
    vz_ct_t        ct;
    vz_disk_use_t  use;

    if (one->idle++ % VZ_LXC_SAMPLE_IDLE == 0) {
        (void) vz_ct_store_read(sampler->conf, one->head.ctid, &ct);
        vz_disk_use(&ct, 0, &use);
        one->used = use.used;
    }

    raw->value[VZ_SERIES_DISK] = one->used;
}


static void
vz_lxc_sample_disk(vz_lxc_sampler_t *sampler, vz_lxc_sample_one_t *one,
    vz_ct_raw_t *raw)
{
    uint64_t        written;
    vz_disk_use_t   use;
    static vz_ct_t  ct;

    written = raw->value[VZ_SERIES_DISK_WRITE];

    if (one->idle++ % VZ_LXC_SAMPLE_IDLE && written == one->written
        && written < VZ_CT_STAT_UNKNOWN)
    {
        raw->value[VZ_SERIES_DISK] = one->used;
        return;
    }

    /* as all that is not read in each round */

    if (one->idle == 1) {
        one->idle += one->head.ctid % VZ_LXC_SAMPLE_IDLE;
    }

    one->written = written;
    ct.ctid = one->head.ctid;
    ct.disk.limit = one->size;
    strcpy(ct.rescue, one->rescue);

    if (vz_ct_store_dir(sampler->conf, ct.ctid, NULL, ct.dir) == 0) {
        vz_disk_use(&ct, 1, &use);
        one->used = use.used;
        raw->value[VZ_SERIES_DISK] = use.used;
    }
}
