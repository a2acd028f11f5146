#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "daemon/base/by_ctid.h"
#include "daemon/base/dirtree.h"
#include "daemon/base/file.h"
#include "daemon/base/job.h"
#include "daemon/base/monotonic.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_run.h"
#include "daemon/vzctl/vzctl_sample.h"
#include "daemon/vzctl/vzctl_stat.h"


#define VZ_VZCTL_SAMPLE_DISK   6        /* rounds between two of vzlist */
#define VZ_VZCTL_SAMPLE_TIME   10       /* seconds that it has */
#define VZ_VZCTL_SAMPLE_EPOCH  1        /* of all that run: a counter that fell
                                           tells that one was started again */


typedef struct {
    vz_by_ctid_entry_t  head;
    const vz_config_t  *conf;
    uint64_t            value[VZ_SERIES_COUNT];
    unsigned            up;
    uint64_t            used;           /* of vestat, in units of clock */
    uint64_t            clock;
    int64_t             at;             /* of that reading; 0: none */
    uint64_t            cpu_ns;         /* counted since there were two */
    uint64_t            disk;           /* bytes */
    uint64_t            failed[64];     /* failcnt of each line */
    char                refused[VZ_CT_RAW_NAME];
} vz_vzctl_sample_one_t;

typedef struct {
    const vz_config_t  *conf;
    unsigned            round;
    vz_by_ctid_t        all;
} vz_vzctl_sampler_t;


static void vz_vzctl_sample_drop(void *entry);
static int vz_vzctl_sample_walk(vz_vzctl_sampler_t *sampler);
static void vz_vzctl_sample_begin(vz_vzctl_sample_one_t *one, unsigned fresh);
static int vz_vzctl_sample_counters(vz_vzctl_sampler_t *sampler);
static void vz_vzctl_sample_counter(vz_vzctl_sample_one_t *one,
    unsigned line, const char *name, uint64_t held, uint64_t failed);
static void vz_vzctl_sample_cpu(vz_vzctl_sampler_t *sampler);
static void vz_vzctl_sample_io(const vz_config_t *conf,
    vz_vzctl_sample_one_t *one);
static uint64_t vz_vzctl_sample_field(const char *text, const char *name);
static void vz_vzctl_sample_disks(vz_vzctl_sampler_t *sampler);
static void vz_vzctl_sample_disk(const vz_vzctl_row_t *row, void *data);
static int vz_vzctl_sample_proc(const vz_config_t *conf, const char *file,
    char *path);


void *
vz_vzctl_sample_open(const vz_config_t *conf)
{
    char                 path[PATH_MAX];
    vz_vzctl_sampler_t  *sampler;

    sampler = calloc(1, sizeof(*sampler));

    if (sampler == NULL
        || snprintf(path, sizeof(path), "%s/vzctl", conf->lxc_path)
           >= (int) sizeof(path)
        || vz_dirtree_make(path, 0700) == -1)
    {
        free(sampler);
        return NULL;
    }

    sampler->conf = conf;
    sampler->all.size = sizeof(vz_vzctl_sample_one_t);
    sampler->all.drop = vz_vzctl_sample_drop;

    return sampler;
}


/* Its CTID.conf is gone: another one may get the number. */
static void
vz_vzctl_sample_drop(void *entry)
{
    vz_vzctl_sample_one_t  *one;

    one = entry;
    vz_vzctl_sample_forget(one->conf, one->head.ctid);
}


int
vz_vzctl_sample_path(const vz_config_t *conf, uint32_t ctid, char *path)
{
    return vz_vzctl_conf_note(conf, ctid, "history", path);
}


void
vz_vzctl_sample_forget(const vz_config_t *conf, uint32_t ctid)
{
    char  path[PATH_MAX];

    if (vz_vzctl_sample_path(conf, ctid, path) == 0) {
        (void) vz_file_forget(path);
    }
}


int
vz_vzctl_sample_each(void *data, vz_ct_raw_pt each, void *to)
{
    size_t                  i;
    vz_ct_raw_t             raw;
    vz_vzctl_sampler_t     *sampler;
    vz_vzctl_sample_one_t  *one;

    sampler = data;

    if (vz_vzctl_sample_walk(sampler) == -1
        || vz_vzctl_sample_counters(sampler) == -1)
    {
        return -1;
    }

    vz_vzctl_sample_cpu(sampler);

    if (sampler->round++ % VZ_VZCTL_SAMPLE_DISK == 0) {
        vz_vzctl_sample_disks(sampler);
    }

    for (i = 0; i < sampler->all.n; i++) {
        one = (vz_vzctl_sample_one_t *) sampler->all.entries[i];

        if (one->head.turn != sampler->all.turn) {
            continue;
        }

        one->value[VZ_SERIES_DISK] = one->disk;

        if (one->up) {
            vz_vzctl_sample_io(sampler->conf, one);
        }

        (void) memset(&raw, 0, sizeof(raw));
        raw.ctid = one->head.ctid;
        raw.up = one->up;
        raw.epoch = one->up ? VZ_VZCTL_SAMPLE_EPOCH : 0;
        (void) memcpy(raw.value, one->value, sizeof(raw.value));
        (void) strcpy(raw.refused, one->refused);
        each(&raw, to);
    }

    vz_by_ctid_sweep(&sampler->all);

    return 0;
}


/* Every container has a CTID.conf, whether it runs or not. */
static int
vz_vzctl_sample_walk(vz_vzctl_sampler_t *sampler)
{
    DIR                    *dir;
    char                   *end;
    unsigned                fresh;
    unsigned long           ctid;
    struct dirent          *entry;
    vz_vzctl_sample_one_t  *one;

    dir = opendir(sampler->conf->vz_conf_dir);
    if (dir == NULL) {
        return -1;
    }

    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9') {
            continue;
        }

        ctid = strtoul(entry->d_name, &end, 10);

        if (strcmp(end, ".conf") == 0 && ctid >= sampler->conf->ctid_min
            && ctid <= sampler->conf->ctid_max)
        {
            one = vz_by_ctid_get(&sampler->all, (uint32_t) ctid, &fresh);

            if (one) {
                one->conf = sampler->conf;
                vz_vzctl_sample_begin(one, fresh);
            }
        }
    }

    (void) closedir(dir);

    return 0;
}


static void
vz_vzctl_sample_begin(vz_vzctl_sample_one_t *one, unsigned fresh)
{
    unsigned  i;

    for (i = 0; i < VZ_SERIES_COUNT; i++) {
        one->value[i] = VZ_CT_STAT_UNKNOWN;
    }

    one->up = 0;

    if (fresh) {
        one->disk = VZ_CT_STAT_UNKNOWN;
    }
}


/*
 * "101:  kmemsize HELD MAXHELD BARRIER LIMIT FAILCNT", and the other resources
 * of it on lines without a number. Where the kernel has no such file its
 * figures are unknown.
 */
static int
vz_vzctl_sample_counters(vz_vzctl_sampler_t *sampler)
{
    char                    path[PATH_MAX], text[256], name[64], *p;
    FILE                   *fp;
    unsigned                ctid, line;
    vz_vzctl_sample_one_t  *one;
    unsigned long long      held, failed;

    if (vz_vzctl_sample_proc(sampler->conf, "user_beancounters", path) == -1) {
        return -1;
    }

    fp = fopen(path, "re");
    if (fp == NULL) {
        return errno == ENOENT ? 0 : -1;
    }

    one = NULL;
    line = 0;

    while (fgets(text, sizeof(text), fp)) {
        p = strchr(text, ':');

        if (p && sscanf(text, "%u:", &ctid) == 1) {
            one = vz_by_ctid_find(&sampler->all, ctid);
            line = 0;

            if (one && one->head.turn == sampler->all.turn) {
                one->up = 1;
                one->value[VZ_SERIES_REFUSED] = 0;
                one->value[VZ_SERIES_KILLS] = 0;
            }
        }

        p = p ? p + 1 : text;

        if (one && sscanf(p, "%63s %llu %*u %*u %*u %llu", name, &held,
                          &failed) == 3)
        {
            vz_vzctl_sample_counter(one, line++, name, held, failed);
        }
    }

    (void) fclose(fp);

    return 0;
}


static void
vz_vzctl_sample_counter(vz_vzctl_sample_one_t *one, unsigned line,
    const char *name, uint64_t held, uint64_t failed)
{
    uint64_t   page;
    uint64_t  *value;

    value = one->value;
    page = (uint64_t) sysconf(_SC_PAGESIZE);

    if (strcmp(name, "physpages") == 0) {
        value[VZ_SERIES_MEMORY] = held * page;

    } else if (strcmp(name, "swappages") == 0) {
        value[VZ_SERIES_SWAP] = held * page;

    } else if (strcmp(name, "numproc") == 0) {
        value[VZ_SERIES_PROCESSES] = held;

    } else if (strcmp(name, "oomguarpages") == 0) {

        /* what is over its guarantee is killed where memory is used up */

        value[VZ_SERIES_KILLS] = failed;
        return;
    }

    value[VZ_SERIES_REFUSED] += failed;

    if (line < sizeof(one->failed) / sizeof(one->failed[0])) {
        if (failed > one->failed[line]
            && strlen(name) < sizeof(one->refused))
        {
            (void) strcpy(one->refused, name);
        }

        one->failed[line] = failed;
    }
}


/*
 * The share of the clock that it used, of the time between two readings: so
 * the units of the kernel, which depend on its version, do not matter.
 */
static void
vz_vzctl_sample_cpu(vz_vzctl_sampler_t *sampler)
{
    size_t                  i, n;
    int64_t                 now;
    uint64_t                clock, used;
    vz_vzctl_stat_t        *stats;
    vz_vzctl_sample_one_t  *one;

    n = vz_vzctl_stat_read(sampler->conf, &stats);
    now = vz_monotonic_msec();

    for (i = 0; i < n; i++) {
        one = vz_by_ctid_find(&sampler->all, stats[i].ctid);

        if (one == NULL || one->head.turn != sampler->all.turn) {
            continue;
        }

        one->up = 1;
        clock = stats[i].clock;
        used = stats[i].used;

        if (one->at && clock > one->clock && used >= one->used) {
            one->cpu_ns += (uint64_t) ((double) (used - one->used)
                                       / (double) (clock - one->clock)
                                       * (double) (now - one->at) * 1e6);
            one->value[VZ_SERIES_CPU] = one->cpu_ns;
        }

        one->at = now;
        one->clock = clock;
        one->used = used;
    }

    free(stats);
}


/* Kernels without accounting of I/O have no such file. */
static void
vz_vzctl_sample_io(const vz_config_t *conf, vz_vzctl_sample_one_t *one)
{
    char  file[64], path[PATH_MAX], text[1024];

    (void) snprintf(file, sizeof(file), "bc/%u/ioacct", one->head.ctid);

    if (vz_vzctl_sample_proc(conf, file, path) == 0
        && vz_file_read(path, text, sizeof(text)) > 0)
    {
        one->value[VZ_SERIES_DISK_READ] = vz_vzctl_sample_field(text, "read");
        one->value[VZ_SERIES_DISK_WRITE] = vz_vzctl_sample_field(text,
                                                                 "write");
    }
}


static uint64_t
vz_vzctl_sample_field(const char *text, const char *name)
{
    char                 word[32];
    const char          *line;
    unsigned long long   n;

    for (line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';

        if (sscanf(line, "%31s %llu", word, &n) == 2
            && strcmp(word, name) == 0)
        {
            return n;
        }
    }

    return VZ_CT_STAT_UNKNOWN;
}


static void
vz_vzctl_sample_disks(vz_vzctl_sampler_t *sampler)
{
    static vz_job_t  job;

    vz_job_init(&job, sampler->conf, -1);
    (void) clock_gettime(CLOCK_MONOTONIC, &job.deadline);
    job.deadline.tv_sec += VZ_VZCTL_SAMPLE_TIME;

    (void) vz_vzctl_run_list(&job, 0, vz_vzctl_sample_disk, sampler);
}


static void
vz_vzctl_sample_disk(const vz_vzctl_row_t *row, void *data)
{
    vz_vzctl_sampler_t     *sampler;
    vz_vzctl_sample_one_t  *one;

    sampler = data;
    one = vz_by_ctid_find(&sampler->all, row->ctid);

    if (one) {
        one->disk = row->value[VZ_COL_DISK] < VZ_CT_STAT_UNKNOWN
                    ? row->value[VZ_COL_DISK] * 1024 : VZ_CT_STAT_UNKNOWN;
    }
}


/* A file beside that of the kernel of OpenVZ. */
static int
vz_vzctl_sample_proc(const vz_config_t *conf, const char *file, char *path)
{
    const char  *name;

    name = strrchr(conf->vz_proc, '/');

    if (snprintf(path, PATH_MAX, "%.*s/%s", (int) (name - conf->vz_proc),
                 conf->vz_proc, file) >= PATH_MAX)
    {
        errno = ENAMETOOLONG;
        return -1;
    }

    return 0;
}
