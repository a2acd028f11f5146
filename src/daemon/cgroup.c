#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include "../wire/field.h"
#include "../wire/frame.h"
#include "cgroup.h"


#define VZ_CGROUP_ROOT   "/sys/fs/cgroup"
#define VZ_CGROUP_DEPTH  32         /* of folders that a guest made */
#define VZ_UNITS         1000       /* cpu units of the default weight */
#define VZ_PERIOD        100000     /* us of a cpu limit */


static const char  *vz_cgroup_names[VZ_CG_COUNT] = {
    "memory", "cpu", "cpuacct", "pids", "freezer"
};


static int vz_cgroup_write(const char *dir, const char *file,
    const char *value);
static int vz_cgroup_set(const char *dir, const char *file, uint64_t value);
static ssize_t vz_cgroup_text(const char *dir, const char *file, char *buf,
    size_t size);
static uint64_t vz_cgroup_number(const char *dir, const char *file);
static uint64_t vz_cgroup_field(const char *text, const char *name);
static vz_code_e vz_cgroup_memory1(const char *dir, uint64_t limit,
    char *words);
static vz_code_e vz_cgroup_memory2(const char *dir, uint64_t limit,
    char *words);
static void vz_cgroup_guarantee(const vz_ct_t *ct, const char *dir);
static vz_code_e vz_cgroup_said(char *words, const char *what);
static void vz_cgroup_delegate(const char *dir);
static int vz_cgroup_rmdir(int dir, const char *name, unsigned depth);


int
vz_cgroup_version(void)
{
    struct statfs  fs;
    static int     version;

    if (version == 0 && statfs(VZ_CGROUP_ROOT, &fs) == 0) {
        version = fs.f_type == CGROUP2_SUPER_MAGIC ? 2
                  : access(VZ_CGROUP_ROOT "/memory", F_OK) == 0 ? 1 : 0;
    }

    return version;
}


int
vz_cgroup_of(pid_t pid, char paths[VZ_CG_COUNT][256])
{
    int     i, version;
    char    file[32], line[1024], *names, *path, *name, *save;
    FILE   *fp;

    version = vz_cgroup_version();
    memset(paths, 0, VZ_CG_COUNT * sizeof(paths[0]));

    snprintf(file, sizeof(file), "/proc/%d/cgroup", pid);

    fp = fopen(file, "re");
    if (fp == NULL) {
        return -1;
    }

    while (fgets(line, sizeof(line), fp) != NULL) {
        line[strcspn(line, "\n")] = '\0';

        names = strchr(line, ':');
        path = names ? strchr(names + 1, ':') : NULL;

        if (path == NULL) {
            continue;
        }

        *path++ = '\0';
        names++;

        if (version == 2 && *names == '\0') {
            for (i = 0; i < VZ_CG_COUNT; i++) {
                snprintf(paths[i], sizeof(paths[i]), VZ_CGROUP_ROOT "%s",
                         path);
            }
        }

        for (name = strtok_r(names, ",", &save); name != NULL;
             name = strtok_r(NULL, ",", &save))
        {
            for (i = 0; i < VZ_CG_COUNT; i++) {
                if (strcmp(name, vz_cgroup_names[i]) == 0) {
                    snprintf(paths[i], sizeof(paths[i]),
                             VZ_CGROUP_ROOT "/%s%s", name, path);
                }
            }
        }
    }

    fclose(fp);

    return paths[VZ_CG_MEMORY][0] ? 0 : -1;
}


vz_code_e
vz_cgroup_apply(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_run_t *run, char *words)
{
    vz_code_e  rc;

    if (vz_cgroup_version() == 2) {
        vz_cgroup_delegate(run->cgroup[VZ_CG_MEMORY]);
    }

    rc = vz_cgroup_memory(ct, run, words);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_cgroup_cpu(ct, run, words);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_cgroup_set(run->cgroup[VZ_CG_PIDS], "pids.max", conf->pids_max)
        == -1)
    {
        return vz_cgroup_said(words, "pids.max");
    }

    return VZ_OK;
}


/* the parent must hand its controllers down; it may have done so already */

static void
vz_cgroup_delegate(const char *dir)
{
    char   parent[256], *slash;

    snprintf(parent, sizeof(parent), "%s", dir);

    slash = strrchr(parent, '/');
    if (slash == NULL) {
        return;
    }

    *slash = '\0';

    (void) vz_cgroup_write(parent, "cgroup.subtree_control", "+memory");
    (void) vz_cgroup_write(parent, "cgroup.subtree_control", "+cpu");
    (void) vz_cgroup_write(parent, "cgroup.subtree_control", "+pids");
}


vz_code_e
vz_cgroup_memory(const vz_ct_t *ct, const vz_run_t *run, char *words)
{
    uint64_t     limit;
    vz_code_e    rc;
    const char  *dir;

    dir = run->cgroup[VZ_CG_MEMORY];
    limit = ct->privvm.set ? ct->privvm.limit : VZ_UNLIMITED;

    if (vz_cgroup_version() == 2) {
        rc = vz_cgroup_memory2(dir, limit, words);

        if (rc == VZ_OK) {
            (void) vz_cgroup_set(dir, "memory.high",
                                 ct->privvm.set
                                 && ct->privvm.barrier < limit
                                 ? ct->privvm.barrier : VZ_UNLIMITED);
        }

    } else {
        rc = vz_cgroup_memory1(dir, limit, words);
    }

    if (rc == VZ_OK) {
        vz_cgroup_guarantee(ct, dir);
    }

    return rc;
}


/*
 * memory.limit may never pass memory+swap's: raise the outer one first and
 * lower the inner one first.
 */

static vz_code_e
vz_cgroup_memory1(const char *dir, uint64_t limit, char *words)
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

        return vz_cgroup_said(words, "memory limit");
    }

    return VZ_OK;
}


/* version 2 would take a limit under what is used and kill for it */

static vz_code_e
vz_cgroup_memory2(const char *dir, uint64_t limit, char *words)
{
    char      text[8192];
    uint64_t  used, file;

    used = vz_cgroup_number(dir, "memory.current");
    file = 0;

    if (vz_cgroup_text(dir, "memory.stat", text, sizeof(text)) > 0) {
        file = vz_cgroup_field(text, "inactive_file ")
               + vz_cgroup_field(text, "active_file ");
    }

    if (used > file && used - file > limit) {
        snprintf(words, VZ_WORDS_MAX, "more memory is in use than %llu bytes,"
                 " the limit was not changed", (unsigned long long) limit);
        return VZ_STATE;
    }

    if (vz_cgroup_set(dir, "memory.max", limit) == -1) {
        return vz_cgroup_said(words, "memory.max");
    }

    if (vz_cgroup_set(dir, "memory.swap.max",
                      limit == VZ_UNLIMITED ? VZ_UNLIMITED : 0) == -1
        && errno != ENOENT)
    {
        return vz_cgroup_said(words, "memory.swap.max");
    }

    return VZ_OK;
}


static void
vz_cgroup_guarantee(const vz_ct_t *ct, const char *dir)
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
vz_cgroup_cpu(const vz_ct_t *ct, const vz_run_t *run, char *words)
{
    char         text[48];
    uint64_t     weight, quota;
    const char  *dir;

    dir = run->cgroup[VZ_CG_CPU];
    quota = (uint64_t) ct->percent * (VZ_PERIOD / 100);

    if (vz_cgroup_version() == 2) {
        weight = (uint64_t) ct->units * 100 / VZ_UNITS;
        weight = weight < 1 ? 1 : weight > 10000 ? 10000 : weight;

        if (quota) {
            snprintf(text, sizeof(text), "%llu %u",
                     (unsigned long long) quota, VZ_PERIOD);

        } else {
            snprintf(text, sizeof(text), "max %u", VZ_PERIOD);
        }

        if (vz_cgroup_set(dir, "cpu.weight", weight) == -1
            || vz_cgroup_write(dir, "cpu.max", text) == -1)
        {
            return vz_cgroup_said(words, "cpu limit");
        }

        return VZ_OK;
    }

    weight = (uint64_t) ct->units * 1024 / VZ_UNITS;

    if (vz_cgroup_set(dir, "cpu.shares", weight < 2 ? 2 : weight) == -1
        || vz_cgroup_set(dir, "cpu.cfs_quota_us",
                         quota ? quota : VZ_UNLIMITED) == -1)
    {
        return vz_cgroup_said(words, "cpu limit");
    }

    return VZ_OK;
}


void
vz_cgroup_kept(const vz_ct_t *ct, const char *which, char *words)
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

    if (len == 0) {
        strcpy(words, "-");
    }
}


void
vz_cgroup_use(const vz_run_t *run, vz_cgroup_use_t *use)
{
    int          two;
    char         text[8192];
    uint64_t     inactive;
    const char  *dir;

    memset(use, 0, sizeof(*use));

    two = vz_cgroup_version() == 2;
    dir = run->cgroup[VZ_CG_MEMORY];

    if (run->init.pid == 0) {
        return;
    }

    use->memory_used = vz_cgroup_number(dir, two ? "memory.current"
                                                 : "memory.usage_in_bytes");

    if (vz_cgroup_text(dir, "memory.stat", text, sizeof(text)) > 0) {
        inactive = vz_cgroup_field(text, two ? "\ninactive_file "
                                             : "\ntotal_inactive_file ");
        use->memory_used = use->memory_used > inactive
                           ? use->memory_used - inactive : 0;

        if (!two) {
            use->swap_used = vz_cgroup_field(text, "\ntotal_swap ");
        }
    }

    if (two) {
        use->swap_used = vz_cgroup_number(dir, "memory.swap.current");

        if (vz_cgroup_text(dir, "cpu.stat", text, sizeof(text)) > 0) {
            use->cpu_ns = vz_cgroup_field(text, "usage_usec ") * 1000;
        }

    } else {
        use->cpu_ns = vz_cgroup_number(run->cgroup[VZ_CG_CPUACCT],
                                       "cpuacct.usage");
    }

    use->processes = vz_cgroup_number(run->cgroup[VZ_CG_PIDS],
                                      "pids.current");
}


int
vz_cgroup_frozen(const vz_run_t *run)
{
    char         text[256];
    const char  *dir;

    dir = run->cgroup[VZ_CG_FREEZER];

    if (vz_cgroup_text(dir, "freezer.state", text, sizeof(text)) > 0) {
        return strncmp(text, "FROZEN", 6) == 0;
    }

    return vz_cgroup_text(dir, "cgroup.events", text, sizeof(text)) > 0
           && vz_cgroup_field(text, "frozen ") == 1;
}


void
vz_cgroup_thaw(const vz_run_t *run)
{
    if (vz_cgroup_version() == 2) {
        (void) vz_cgroup_write(run->cgroup[VZ_CG_FREEZER], "cgroup.freeze",
                               "0");
        return;
    }

    (void) vz_cgroup_write(run->cgroup[VZ_CG_FREEZER], "freezer.state",
                           "THAWED");
}


void
vz_cgroup_remove(const vz_run_t *run, uint32_t ctid)
{
    int             root, group;
    DIR            *dir;
    char            name[256], monitor[256 + 16], payload[32];
    const char     *rel, *base;
    struct dirent  *entry;

    rel = run->cgroup[VZ_CG_MEMORY];

    base = strrchr(rel, '/');
    snprintf(payload, sizeof(payload), "/lxc.payload.%u", ctid);

    if (base == NULL || strncmp(base, payload, strlen(payload)) != 0) {
        return;
    }

    rel += strlen(VZ_CGROUP_ROOT) + 1;

    if (vz_cgroup_version() == 1) {
        rel += strlen("memory/");
    }

    snprintf(name, sizeof(name), "%s", rel);
    snprintf(monitor, sizeof(monitor), "%.*slxc.monitor.%s",
             (int) (base + 1 - rel), rel, base + strlen("/lxc.payload."));

    dir = opendir(VZ_CGROUP_ROOT);
    if (dir == NULL) {
        return;
    }

    root = dirfd(dir);

    if (vz_cgroup_version() == 2) {
        (void) vz_cgroup_rmdir(root, name, 0);
        (void) vz_cgroup_rmdir(root, monitor, 0);
        closedir(dir);
        return;
    }

    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.') {
            continue;
        }

        group = openat(root, entry->d_name, O_PATH|O_DIRECTORY|O_CLOEXEC);

        if (group != -1) {
            (void) vz_cgroup_rmdir(group, name, 0);
            (void) vz_cgroup_rmdir(group, monitor, 0);
            close(group);
        }
    }

    closedir(dir);
}


static int
vz_cgroup_rmdir(int parent, const char *name, unsigned depth)
{
    int             fd;
    DIR            *dir;
    struct dirent  *entry;

    if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) {
        return 0;
    }

    if (depth == VZ_CGROUP_DEPTH) {
        return -1;
    }

    fd = openat(parent, name, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    dir = fdopendir(fd);
    if (dir == NULL) {
        close(fd);
        return -1;
    }

    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
            (void) vz_cgroup_rmdir(fd, entry->d_name, depth + 1);
        }
    }

    closedir(dir);

    return unlinkat(parent, name, AT_REMOVEDIR);
}


static int
vz_cgroup_write(const char *dir, const char *file, const char *value)
{
    int      fd, saved;
    char     path[512];
    size_t   len;
    ssize_t  n;

    snprintf(path, sizeof(path), "%s/%s", dir, file);

    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    len = strlen(value);
    n = write(fd, value, len);
    saved = errno;
    close(fd);
    errno = saved;

    return n == (ssize_t) len ? 0 : -1;
}


static int
vz_cgroup_set(const char *dir, const char *file, uint64_t value)
{
    char  text[24];

    if (value == VZ_UNLIMITED) {
        return vz_cgroup_write(dir, file,
                               vz_cgroup_version() == 2 ? "max" : "-1");
    }

    snprintf(text, sizeof(text), "%llu", (unsigned long long) value);

    return vz_cgroup_write(dir, file, text);
}


static ssize_t
vz_cgroup_text(const char *dir, const char *file, char *buf, size_t size)
{
    int      fd;
    char     path[512];
    ssize_t  n;

    snprintf(path, sizeof(path), "%s/%s", dir, file);

    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    n = read(fd, buf, size - 1);
    close(fd);
    buf[n > 0 ? n : 0] = '\0';

    return n;
}


static uint64_t
vz_cgroup_number(const char *dir, const char *file)
{
    char  text[64];

    if (vz_cgroup_text(dir, file, text, sizeof(text)) <= 0) {
        return 0;
    }

    return strncmp(text, "max", 3) == 0 ? VZ_UNLIMITED
                                        : strtoull(text, NULL, 10);
}


static uint64_t
vz_cgroup_field(const char *text, const char *name)
{
    const char  *p;

    p = strstr(text, name);

    return p ? strtoull(p + strlen(name), NULL, 10) : 0;
}


static vz_code_e
vz_cgroup_said(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return VZ_FAILED;
}
