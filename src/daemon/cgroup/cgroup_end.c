/*
 * The groups of a container as a whole: which processes live in them, and how
 * both are removed.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/base/file.h"
#include "daemon/cgroup/cgroup.h"
#include "daemon/cgroup/cgroup_end.h"


#define VZ_CGROUP_DEPTH  32         /* levels of folders that a guest made */
#define VZ_CGROUP_TRIES  500        /* 20 ms each, until killed processes
                                       are gone */


typedef struct vz_cgroup_walk_s  vz_cgroup_walk_t;

typedef int (*vz_cgroup_pt)(int parent, const char *name, unsigned depth,
    vz_cgroup_walk_t *walk);

struct vz_cgroup_walk_s {
    char            parent[VZ_CGROUP_PARENT];
    char            own[VZ_CGROUP_PARENT];
    uint32_t        ctid;           /* 0: the folder named prefix */
    const char     *prefix;         /* NULL: monitor and payload */
    vz_cgroup_pt    function;
    unsigned        found;
    unsigned        processes;
};


static void vz_cgroup_each(vz_cgroup_walk_t *walk);
static void vz_cgroup_hierarchy(int root, const char *name,
    vz_cgroup_walk_t *walk);
static int vz_cgroup_meant(const char *name, const vz_cgroup_walk_t *walk);
static int vz_cgroup_kill(int parent, const char *name, unsigned depth,
    vz_cgroup_walk_t *walk);
static int vz_cgroup_count(int parent, const char *name, unsigned depth,
    vz_cgroup_walk_t *walk);
static int vz_cgroup_processes(int parent, const char *name, unsigned depth,
    int sig, vz_cgroup_walk_t *walk);
static int vz_cgroup_rmdir(int parent, const char *name, unsigned depth,
    vz_cgroup_walk_t *walk);
static int vz_cgroup_leaf(int parent, const char *name,
    char leaf[NAME_MAX + 1]);
static int vz_cgroup_rmdir_empty(int parent, const char *name, unsigned depth,
    vz_cgroup_walk_t *walk);


unsigned
vz_cgroup_end_remove(const vz_config_t *conf, uint32_t ctid)
{
    unsigned            killed, tries;
    vz_cgroup_walk_t    walk;

    memset(&walk, 0, sizeof(walk));
    walk.ctid = ctid;
    vz_cgroup_parent(conf, walk.parent);

    killed = 0;

    for (tries = 0; tries < VZ_CGROUP_TRIES; tries++) {
        walk.found = 0;
        walk.processes = 0;

        walk.function = vz_cgroup_kill;
        vz_cgroup_each(&walk);
        killed += walk.processes;

        walk.function = vz_cgroup_rmdir;
        vz_cgroup_each(&walk);

        if (walk.found == 0 || walk.processes == 0) {
            break;
        }

        usleep(20000);
    }

    return killed;
}


int
vz_cgroup_end_busy(const vz_config_t *conf, uint32_t ctid)
{
    vz_cgroup_walk_t  walk;

    memset(&walk, 0, sizeof(walk));
    walk.ctid = ctid;
    walk.prefix = "lxc.payload.";
    walk.function = vz_cgroup_count;
    vz_cgroup_parent(conf, walk.parent);
    vz_cgroup_each(&walk);

    return walk.processes != 0;
}


void
vz_cgroup_end_down(const vz_config_t *conf)
{
    unsigned            i;
    vz_cgroup_walk_t    walk;

    memset(&walk, 0, sizeof(walk));
    walk.function = vz_cgroup_rmdir_empty;

    vz_cgroup_parent(conf, walk.parent);
    walk.prefix = "lxc.pivot";
    vz_cgroup_each(&walk);

    for (i = 0; i < 2; i++) {
        strcpy(walk.parent, ".");
        walk.prefix = walk.own;
        vz_cgroup_parent(conf, walk.own);

        if (i) {
            walk.prefix = "lxc.pivot";
        }

        vz_cgroup_each(&walk);
    }
}


/* Walk every hierarchy, over those of the parent's folders that are meant. */

static void
vz_cgroup_each(vz_cgroup_walk_t *walk)
{
    DIR            *dir;
    struct dirent  *entry;

    dir = opendir(VZ_CGROUP_ROOT);
    if (dir == NULL) {
        return;
    }

    if (vz_cgroup_version() == 2) {
        vz_cgroup_hierarchy(dirfd(dir), ".", walk);
        closedir(dir);
        return;
    }

    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.') {
            vz_cgroup_hierarchy(dirfd(dir), entry->d_name, walk);
        }
    }

    closedir(dir);
}


static void
vz_cgroup_hierarchy(int root, const char *name, vz_cgroup_walk_t *walk)
{
    int             fd;
    DIR            *dir;
    char            path[NAME_MAX + VZ_CGROUP_PARENT + 2];
    struct dirent  *entry;

    snprintf(path, sizeof(path), "%s/%s", name, walk->parent);

    fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    dir = vz_file_dir(fd);
    if (dir == NULL) {
        return;
    }

    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_type == DT_DIR && vz_cgroup_meant(entry->d_name, walk)) {
            walk->found++;
            (void) walk->function(fd, entry->d_name, 0, walk);
        }
    }

    closedir(dir);
}


/* Liblxc adds "-1" and so on to a name that is taken. */

static int
vz_cgroup_meant(const char *name, const vz_cgroup_walk_t *walk)
{
    int                  n;
    char                 whole[32];
    unsigned             i;
    static const char   *prefixes[] = { "lxc.monitor.", "lxc.payload." };

    if (walk->ctid == 0) {
        return strcmp(name, walk->prefix) == 0;
    }

    for (i = 0; i < 2; i++) {
        if (walk->prefix != NULL && strcmp(walk->prefix, prefixes[i]) != 0) {
            continue;
        }

        n = snprintf(whole, sizeof(whole), "%s%u", prefixes[i], walk->ctid);

        if (strncmp(name, whole, (size_t) n) == 0
            && (name[n] == '\0' || name[n] == '-'))
        {
            return 1;
        }
    }

    return 0;
}


/*
 * Kill the processes of a folder and of all folders in it. Version 2 does that
 * at any depth since Linux 5.14; in version 1 all of them are in the freezer's
 * own folder.
 */

static int
vz_cgroup_kill(int parent, const char *name, unsigned depth,
    vz_cgroup_walk_t *walk)
{
    int   fd;
    char  file[NAME_MAX + sizeof("/cgroup.kill")];

    snprintf(file, sizeof(file), "%s/cgroup.kill", name);

    fd = openat(parent, file, O_WRONLY | O_CLOEXEC);

    if (fd != -1) {
        (void) !write(fd, "1", 1);
        close(fd);
    }

    return vz_cgroup_processes(parent, name, depth, SIGKILL, walk);
}


static int
vz_cgroup_count(int parent, const char *name, unsigned depth,
    vz_cgroup_walk_t *walk)
{
    int      fd;
    char     file[NAME_MAX + sizeof("/cgroup.events")], text[256];
    ssize_t  n;

    /* version 2 tells it about everything below */

    snprintf(file, sizeof(file), "%s/cgroup.events", name);

    fd = openat(parent, file, O_RDONLY | O_CLOEXEC);

    if (fd != -1) {
        n = read(fd, text, sizeof(text) - 1);
        close(fd);
        text[n > 0 ? n : 0] = '\0';
        walk->processes += (unsigned) vz_cgroup_field(text, "populated ");

        return 0;
    }

    return vz_cgroup_processes(parent, name, depth, 0, walk);
}


static int
vz_cgroup_processes(int parent, const char *name, unsigned depth, int sig,
    vz_cgroup_walk_t *walk)
{
    int             fd, procs;
    DIR            *dir;
    FILE           *fp;
    char            line[32];
    pid_t           pid;
    struct dirent  *entry;

    fd = openat(parent, name, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    procs = openat(fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    fp = procs == -1 ? NULL : fdopen(procs, "r");

    while (fp != NULL && fgets(line, sizeof(line), fp) != NULL) {
        pid = atoi(line);

        if (pid > 1) {
            walk->processes++;

            if (sig) {
                (void) kill(pid, sig);
            }
        }
    }

    if (fp != NULL) {
        fclose(fp);
    }

    dir = depth < VZ_CGROUP_DEPTH ? fdopendir(fd) : NULL;

    if (dir == NULL) {
        close(fd);
        return 0;
    }

    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
            (void) vz_cgroup_processes(fd, entry->d_name, depth + 1, sig,
                                       walk);
        }
    }

    closedir(dir);

    return 0;
}


static int
vz_cgroup_rmdir_empty(int parent, const char *name, unsigned depth,
    vz_cgroup_walk_t *walk)
{
    (void) depth;
    (void) walk;

    return unlinkat(parent, name, AT_REMOVEDIR);
}


/*
 * Guests may nest folders without bound: the deepest is removed first, and no
 * more than two folders are open at a time.
 */

static int
vz_cgroup_rmdir(int parent, const char *name, unsigned depth,
    vz_cgroup_walk_t *walk)
{
    int   at, rc;
    char  leaf[NAME_MAX + 1];

    (void) depth;
    (void) walk;

    while (unlinkat(parent, name, AT_REMOVEDIR) == -1) {

        if (errno == ENOENT) {
            return 0;
        }

        at = vz_cgroup_leaf(parent, name, leaf);
        if (at == -1) {
            return -1;
        }

        rc = unlinkat(at, leaf, AT_REMOVEDIR);
        close(at);

        /* a process lives in it */

        if (rc == -1 && errno != ENOENT) {
            return -1;
        }
    }

    return 0;
}


/* Find a folder that contains no other; its name is put into leaf. */

static int
vz_cgroup_leaf(int parent, const char *name, char leaf[NAME_MAX + 1])
{
    int             at, fd;
    DIR            *dir;
    struct dirent  *entry;

    at = fcntl(parent, F_DUPFD_CLOEXEC, 0);
    snprintf(leaf, NAME_MAX + 1, "%s", name);

    while (at != -1) {
        fd = openat(at, leaf, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
        dir = fd == -1 ? NULL : fdopendir(fd);

        if (dir == NULL) {
            close(fd);
            close(at);
            return -1;
        }

        do {
            entry = readdir(dir);
        } while (entry != NULL
                 && (entry->d_type != DT_DIR || entry->d_name[0] == '.'));

        if (entry == NULL) {
            closedir(dir);
            return at;
        }

        close(at);
        at = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        snprintf(leaf, NAME_MAX + 1, "%s", entry->d_name);
        closedir(dir);
    }

    return -1;
}
