#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "daemon/cgroup/cgroup.h"
#include "daemon/cgroup/ct_limits.h"
#include "wire/field.h"
#include "wire/frame.h"


#define VZ_UNITS   1000             /* cpu units of the default weight */
#define VZ_PERIOD  100000U          /* microseconds of a period of a CPU
                                       limit */


/*
 * All containers are in one group beside the host's own processes. Its weight
 * and its guarantees are the sums of those of its containers: a guarantee
 * inside counts only as far as the group has it.
 */

static const struct {
    const char   *file;
    int           version;          /* of cgroups */
    uint64_t      most;
    uint64_t      none;             /* the value where no container runs */
} vz_ct_limits_sums[] = {
    { "cpu.shares", 1, 262144, 1024 },
    { "cpu.weight", 2, 10000, 100 },
    { "memory.low", 2, VZ_UNLIMITED, 0 },
    { "memory.min", 2, VZ_UNLIMITED, 0 }
};

/*
 * levels of folders that a guest may make; the kernel has no limit of its own
 */

#define VZ_CT_LIMITS_DEPTH        "16"
#define VZ_CT_LIMITS_DESCENDANTS  "2048"


static void vz_ct_limits_delegate(const char *dir);
static vz_code_e vz_ct_limits_memory1(const char *dir, uint64_t limit,
    char *words);
static vz_code_e vz_ct_limits_memory2(const char *dir, uint64_t limit,
    char *words);
static uint64_t vz_ct_limits_cpus(const vz_config_t *conf);
static void vz_ct_limits_reserve(const vz_config_t *conf, const char *group);
static int vz_ct_limits_quota(const char *dir, uint64_t quota);
static int vz_ct_limits_above(const char *group, char parent[256]);
static uint64_t vz_ct_limits_sum(const char *parent, const char *file,
    const char *leaves);
static void vz_ct_limits_guarantee(const vz_ct_t *ct, const char *dir);
static vz_code_e vz_ct_limits_said(char *words, const char *what);


vz_code_e
vz_ct_limits_apply(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ct_state_t *run, char *words)
{
    vz_code_e  rc;

    if (vz_cgroup_version() == 2) {
        vz_ct_limits_delegate(run->cgroup[VZ_CG_MEMORY]);
        (void) vz_cgroup_write(run->cgroup[VZ_CG_MEMORY], "cgroup.max.depth",
                               VZ_CT_LIMITS_DEPTH);
        (void) vz_cgroup_write(run->cgroup[VZ_CG_MEMORY],
                               "cgroup.max.descendants",
                               VZ_CT_LIMITS_DESCENDANTS);
    }

    rc = vz_ct_limits_memory(conf, ct, run, words);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_ct_limits_reserve(conf, run->cgroup[VZ_CG_CPU]);

    rc = vz_ct_limits_cpu(conf, ct, run, words);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_cgroup_set(run->cgroup[VZ_CG_PIDS], "pids.max", conf->pids_max)
        == -1)
    {
        return vz_ct_limits_said(words, "pids.max");
    }

    return VZ_OK;
}


/* The parent must delegate its controllers; it may have done so already. */

static void
vz_ct_limits_delegate(const char *dir)
{
    char                 path[256], *slash;
    unsigned             i, up;
    static const char   *names[] = { "+memory", "+cpu", "+pids" };

    /* from the root down: our group's parent, then our group */

    for (up = 2; up > 0; up--) {
        snprintf(path, sizeof(path), "%s", dir);

        for (i = 0; i < up && (slash = strrchr(path, '/')) != NULL; i++) {
            *slash = '\0';
        }

        for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            (void) vz_cgroup_write(path, "cgroup.subtree_control", names[i]);
        }
    }
}


vz_code_e
vz_ct_limits_memory(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ct_state_t *run, char *words)
{
    uint64_t     limit;
    vz_code_e    rc;
    const char  *dir;

    (void) conf;

    dir = run->cgroup[VZ_CG_MEMORY];
    limit = ct->privvm.set ? ct->privvm.limit : VZ_UNLIMITED;

    if (vz_cgroup_version() == 2) {
        rc = vz_ct_limits_memory2(dir, limit, words);

        if (rc == VZ_OK) {
            (void) vz_cgroup_set(dir, "memory.high",
                                 ct->privvm.set
                                 && ct->privvm.barrier < limit
                                 ? ct->privvm.barrier : VZ_UNLIMITED);
        }

    } else {
        rc = vz_ct_limits_memory1(dir, limit, words);
    }

    if (rc == VZ_OK) {
        vz_ct_limits_guarantee(ct, dir);
        vz_ct_limits_together(run, 0);
    }

    return rc;
}


/*
 * The limit of memory may never exceed that of memory and swap: when raising,
 * the outer limit goes first, when lowering, the inner one.
 */

static vz_code_e
vz_ct_limits_memory1(const char *dir, uint64_t limit, char *words)
{
    int                 i, up, saved;
    uint64_t            now;
    static const char  *files[] = {
        "memory.memsw.limit_in_bytes", "memory.limit_in_bytes"
    };

    now = vz_cgroup_number(dir, files[1]);
    up = limit >= now;

    for (i = 0; i < 2; i++) {
        if (vz_cgroup_set(dir, files[up ? i : 1 - i], limit) == 0) {
            continue;
        }

        if (errno == ENOENT && (up ? i : 1 - i) == 0) {
            continue;
        }

        saved = errno;

        if (!up && i == 1) {
            (void) vz_cgroup_set(dir, files[1], now);
        }

        errno = saved;

        if (errno == EBUSY) {
            snprintf(words, VZ_WORDS_MAX, "more memory is in use than %llu "
                     "bytes, the limit was not changed",
                     (unsigned long long) limit);
            return VZ_STATE;
        }

        return vz_ct_limits_said(words, "memory limit");
    }

    return VZ_OK;
}


/* version 2 accepts a limit below the usage, and kills processes for it */

static vz_code_e
vz_ct_limits_memory2(const char *dir, uint64_t limit, char *words)
{
    char      text[8192];
    uint64_t  used, file;

    used = vz_cgroup_number(dir, "memory.current");
    file = 0;

    if (vz_cgroup_text(dir, "memory.stat", text, sizeof(text)) > 0) {
        file = vz_cgroup_cache(text, 1);
    }

    if (used > file && used - file > limit) {
        snprintf(words, VZ_WORDS_MAX, "more memory is in use than %llu bytes,"
                 " the limit was not changed", (unsigned long long) limit);
        return VZ_STATE;
    }

    if (vz_cgroup_set(dir, "memory.max", limit) == -1) {
        return vz_ct_limits_said(words, "memory.max");
    }

    if (vz_cgroup_set(dir, "memory.swap.max",
                      limit == VZ_UNLIMITED ? VZ_UNLIMITED : 0) == -1
        && errno != ENOENT)
    {
        return vz_ct_limits_said(words, "memory.swap.max");
    }

    return VZ_OK;
}


static void
vz_ct_limits_guarantee(const vz_ct_t *ct, const char *dir)
{
    if (vz_cgroup_version() == 2) {
        (void) vz_cgroup_set(dir, "memory.low",
                             ct->vmguar.set ? ct->vmguar.barrier : 0);
        (void) vz_cgroup_set(dir, "memory.min",
                             ct->oomguar.set ? ct->oomguar.barrier : 0);
        return;
    }

    (void) vz_cgroup_set(dir, "memory.soft_limit_in_bytes",
                         ct->vmguar.set ? ct->vmguar.barrier : VZ_UNLIMITED);
}


vz_code_e
vz_ct_limits_cpu(const vz_config_t *conf, const vz_ct_t *ct,
                 const vz_ct_state_t *run,
    char *words)
{
    int          two;
    uint64_t     weight, quota, all;
    const char  *dir;

    dir = run->cgroup[VZ_CG_CPU];
    quota = ct->percent ? (uint64_t) ct->percent * (VZ_PERIOD / 100)
                        : VZ_UNLIMITED;

    /*
     * version 1 refuses more than the parent has, which would be no limit
     * anyway
     */

    all = vz_ct_limits_cpus(conf);

    if (quota > all) {
        quota = VZ_UNLIMITED;
    }

    two = vz_cgroup_version() == 2;
    weight = (uint64_t) ct->units * (two ? 100 : 1024) / VZ_UNITS;

    if (two) {
        weight = weight < 1 ? 1 : weight > 10000 ? 10000 : weight;

    } else if (weight < 2) {
        weight = 2;
    }

    if (vz_cgroup_set(dir, two ? "cpu.weight" : "cpu.shares", weight) == -1
        || vz_ct_limits_quota(dir, quota) == -1)
    {
        return vz_ct_limits_said(words, "cpu limit");
    }

    vz_ct_limits_together(run, 0);

    return VZ_OK;
}


/*
 * Microseconds in a period that all containers together may run, on all CPUs.
 */

static uint64_t
vz_ct_limits_cpus(const vz_config_t *conf)
{
    long  cpus;

    cpus = sysconf(_SC_NPROCESSORS_ONLN);

    return conf->cpu_reserve == 0 || cpus < 1 ? VZ_UNLIMITED
           : (uint64_t) cpus * (VZ_PERIOD / 100) * (100 - conf->cpu_reserve);
}


/*
 * Weights alone are not enough: many containers together outweigh the host,
 * and some kernels give more than its weight to a guest that forks all the
 * time.
 */

static void
vz_ct_limits_reserve(const vz_config_t *conf, const char *group)
{
    char  parent[256];

    if (vz_ct_limits_above(group, parent)) {
        (void) vz_ct_limits_quota(parent, vz_ct_limits_cpus(conf));
    }
}


/*
 * Microseconds that a group may run in a period; 0 for no limit, or -1 with
 * errno.
 */

static int
vz_ct_limits_quota(const char *dir, uint64_t quota)
{
    char  text[48];

    if (vz_cgroup_version() != 2) {
        return vz_cgroup_set(dir, "cpu.cfs_quota_us", quota);
    }

    if (quota == VZ_UNLIMITED) {
        snprintf(text, sizeof(text), "max %u", VZ_PERIOD);

    } else {
        snprintf(text, sizeof(text), "%llu %u", (unsigned long long) quota,
                 VZ_PERIOD);
    }

    return vz_cgroup_write(dir, "cpu.max", text);
}


/* The length of the parent folder's path, or 0 where there is none. */

static int
vz_ct_limits_above(const char *group, char parent[256])
{
    char  *slash;

    snprintf(parent, 256, "%s", group);

    slash = strrchr(parent, '/');
    if (slash == NULL) {
        return 0;
    }

    *slash = '\0';

    return (int) (slash - parent);
}


void
vz_ct_limits_together(const vz_ct_state_t *run, unsigned leaves)
{
    /*
     * version 1 has a hierarchy for each controller, and each needs its own
     * sums
     */

    vz_ct_limits_parent(run->cgroup[VZ_CG_CPU], vz_cgroup_version(), leaves);
}


void
vz_ct_limits_parent(const char *group, int version, unsigned leaves)
{
    int          len;
    char         parent[256];
    size_t       i;
    uint64_t     sum;

    len = vz_ct_limits_above(group, parent);
    if (len == 0) {
        return;
    }

    for (i = 0; i < sizeof(vz_ct_limits_sums) / sizeof(vz_ct_limits_sums[0]);
         i++)
    {
        if (vz_ct_limits_sums[i].version != version) {
            continue;
        }

        sum = vz_ct_limits_sum(parent, vz_ct_limits_sums[i].file,
                               leaves ? group + len + 1 : "");

        (void) vz_cgroup_set(parent, vz_ct_limits_sums[i].file,
                             sum == 0 ? vz_ct_limits_sums[i].none
                             : sum < vz_ct_limits_sums[i].most ? sum
                             : vz_ct_limits_sums[i].most);
    }
}


/* The sum over all containers in the group, without the one that leaves. */

static uint64_t
vz_ct_limits_sum(const char *parent, const char *file, const char *leaves)
{
    DIR             *dir;
    char             path[512 + NAME_MAX];
    uint64_t         sum, one;
    struct dirent   *entry;

    dir = opendir(parent);
    if (dir == NULL) {
        return 0;
    }

    sum = 0;

    while ((entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, "lxc.payload.", 12) == 0
            && strcmp(entry->d_name, leaves) != 0)
        {
            snprintf(path, sizeof(path), "%s/%s", parent, entry->d_name);
            one = vz_cgroup_number(path, file);
            sum = one < VZ_UNLIMITED - sum ? sum + one : VZ_UNLIMITED;
        }
    }

    closedir(dir);

    return sum;
}


void
vz_ct_limits_kept(const vz_ct_t *ct, const char *which, char *words)
{
    size_t       i, len;
    unsigned     one;

    const struct {
        const char   *group;
        const char   *name;
        unsigned      kept;
    } rows[] = {
        { "privvmpages", "privvmpages.barrier",
          ct->privvm.set && ct->privvm.barrier != ct->privvm.limit },
        { "oomguarpages", "oomguarpages", ct->oomguar.set },
        { "diskspace", "diskspace.soft",
          ct->disk.set && ct->disk.barrier != ct->disk.limit }
    };

    one = vz_cgroup_version() == 1;
    len = 0;
    words[0] = '\0';

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!rows[i].kept || (which && strcmp(which, rows[i].group) != 0)) {
            continue;
        }

        if (!one && strcmp(rows[i].group, "diskspace") != 0) {
            continue;
        }

        len += (size_t) snprintf(words + len, VZ_WORDS_MAX - len, "%s%s",
                                 len ? "," : "", rows[i].name);
    }
}


static vz_code_e
vz_ct_limits_said(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return VZ_FAILED;
}
