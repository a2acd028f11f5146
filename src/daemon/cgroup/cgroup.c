#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include "daemon/cgroup/cgroup.h"
#include "wire/field.h"


#define VZ_CGROUP_FIRST  "500"      /* oom_score_adj of all processes but
                                       init */


static const char  *vz_cgroup_names[VZ_CG_COUNT] = {
    "memory", "cpu", "cpuacct", "pids", "freezer"
};


static int vz_cgroup_guest(pid_t pid, uint32_t base);


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


void
vz_cgroup_use(const vz_ct_state_t *run, vz_cgroup_use_t *use)
{
    int          two;
    char         text[8192];
    uint64_t     cache;
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
        cache = vz_cgroup_cache(text, two);
        use->memory_used = use->memory_used > cache
                           ? use->memory_used - cache : 0;

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


uint64_t
vz_cgroup_cache(const char *text, int two)
{
    return two ? vz_cgroup_field(text, "\ninactive_file ")
                 + vz_cgroup_field(text, "\nactive_file ")
               : vz_cgroup_field(text, "\ntotal_inactive_file ")
                 + vz_cgroup_field(text, "\ntotal_active_file ");
}


/*
 * The guest may have moved its init into a group below its own, whose name is
 * the same in all hierarchies.
 */
int
vz_cgroup_unified(const vz_ct_state_t *run, char dir[256])
{
    char         file[32], text[4096], *path, *found;
    size_t       len;
    const char  *name;

    if (vz_cgroup_version() == 2) {
        strcpy(dir, run->cgroup[VZ_CG_MEMORY]);
        return 0;
    }

    name = strrchr(run->cgroup[VZ_CG_MEMORY], '/');
    snprintf(file, sizeof(file), "/proc/%d", run->init.pid);

    if (name == NULL
        || vz_cgroup_text(file, "cgroup", text, sizeof(text)) <= 0)
    {
        return -1;
    }

    path = strncmp(text, "0::/", 4) == 0 ? text : strstr(text, "\n0::/");
    if (path == NULL) {
        return -1;
    }

    path = strchr(path, '/');
    path[strcspn(path, "\n")] = '\0';

    found = strstr(path, name);
    len = strlen(name);

    if (found == NULL || (found[len] != '\0' && found[len] != '/')) {
        return -1;
    }

    found[len] = '\0';

    return snprintf(dir, 256, VZ_CGROUP_ROOT "/unified%s", path) < 256
           ? 0 : -1;
}


int
vz_cgroup_frozen(const vz_ct_state_t *run)
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
vz_cgroup_thaw(const vz_ct_state_t *run)
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
vz_cgroup_spare(const vz_ct_state_t *run, uint32_t base)
{
    int     fd, file, pid;
    char    path[512], line[32];
    FILE   *fp;

    snprintf(path, sizeof(path), "%s/cgroup.procs", run->cgroup[VZ_CG_PIDS]);

    fp = fopen(path, "re");

    while (fp != NULL && fgets(line, sizeof(line), fp) != NULL) {
        pid = atoi(line);
        fd = pid > 1 && pid != run->init.pid ? vz_cgroup_guest(pid, base) : -1;

        if (fd != -1) {
            file = openat(fd, "oom_score_adj", O_WRONLY | O_CLOEXEC);

            if (file != -1) {
                (void) !write(file, VZ_CGROUP_FIRST, strlen(VZ_CGROUP_FIRST));
                close(file);
            }

            close(fd);
        }
    }

    if (fp != NULL) {
        fclose(fp);
    }
}


/*
 * Open the folder of a process in /proc, where its number still belongs to a
 * process of the guest.
 */

static int
vz_cgroup_guest(pid_t pid, uint32_t base)
{
    int          fd;
    char         path[32];
    struct stat  st;

    snprintf(path, sizeof(path), "/proc/%d", pid);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd != -1 && (fstat(fd, &st) == -1 || st.st_uid < base
                     || st.st_uid - base >= VZ_CT_IDS))
    {
        close(fd);
        fd = -1;
    }

    return fd;
}


int
vz_cgroup_keep(const vz_ct_state_t *run)
{
    size_t              i;
    char                path[512];
    static const char  *files[] = { ".", "cgroup.procs", "tasks" };

    if (vz_cgroup_version() != 1 || run->cgroup[VZ_CG_FREEZER][0] == '\0') {
        return 0;
    }

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", run->cgroup[VZ_CG_FREEZER],
                 files[i]);

        if (chown(path, 0, 0) == -1) {
            return -1;
        }
    }

    return 0;
}


void
vz_cgroup_parent(const vz_config_t *conf, char name[VZ_CGROUP_PARENT])
{
    uint32_t     hash;
    const char  *p;

    /* FNV-1a */

    hash = 2166136261;

    for (p = conf->lxc_path; *p != '\0'; p++) {
        hash = (hash ^ (unsigned char) *p) * 16777619;
    }

    snprintf(name, VZ_CGROUP_PARENT, "%.31s-%08x", conf->nft_table, hash);
}


int
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


int
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


ssize_t
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


uint64_t
vz_cgroup_number(const char *dir, const char *file)
{
    char  text[64];

    if (vz_cgroup_text(dir, file, text, sizeof(text)) <= 0) {
        return 0;
    }

    return strncmp(text, "max", 3) == 0 ? VZ_UNLIMITED
                                        : strtoull(text, NULL, 10);
}


uint64_t
vz_cgroup_field(const char *text, const char *name)
{
    const char  *p;

    p = strstr(text, name);

    return p ? strtoull(p + strlen(name), NULL, 10) : 0;
}
