#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include "daemon/base/file.h"
#include "daemon/rootfs/mount_pin.h"
#include "wire/frame.h"


#define VZ_MOUNT_PIN_LOOK    250    /* ms between two checks */
#define VZ_MOUNT_PIN_SPACES  64     /* namespaces to allocate room for at a
                                       time */


typedef struct {
    ino_t    *inos;                 /* the namespaces that were checked */
    size_t    n;
    size_t    room;
} vz_mount_pin_seen_t;


static pid_t vz_mount_pin_look(const vz_ct_t *ct);
static int vz_mount_pin_new(vz_mount_pin_seen_t *seen, const char *pid);
static int vz_mount_pin_holds(const vz_ct_t *ct, const char *pid);


int
vz_mount_pin_find(const vz_ct_t *ct, int ms, char *words)
{
    char   path[32], name[32];
    pid_t  pid;

    while ((pid = vz_mount_pin_look(ct)) != 0) {

        if (ms <= 0) {
            snprintf(path, sizeof(path), "/proc/%d/comm", pid);

            if (vz_file_read(path, name, sizeof(name)) <= 0) {
                strcpy(name, "?");
            }

            name[strcspn(name, "\n")] = '\0';
            snprintf(words, VZ_WORDS_MAX, "process %d (%s) keeps its disk in a "
                     "mount namespace of its own, end it first", pid, name);
            return 1;
        }

        usleep(VZ_MOUNT_PIN_LOOK * 1000);
        ms -= VZ_MOUNT_PIN_LOOK;
    }

    return 0;
}


static pid_t
vz_mount_pin_look(const vz_ct_t *ct)
{
    DIR                 *dir;
    pid_t                pid;
    vz_mount_pin_seen_t  seen;
    struct dirent       *entry;

    dir = opendir("/proc");
    if (dir == NULL) {
        return 0;
    }

    memset(&seen, 0, sizeof(seen));
    (void) vz_mount_pin_new(&seen, "self");
    pid = 0;

    while (pid == 0 && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9'
            && vz_mount_pin_new(&seen, entry->d_name)
            && vz_mount_pin_holds(ct, entry->d_name))
        {
            pid = atoi(entry->d_name);
        }
    }

    free(seen.inos);
    closedir(dir);

    return pid;
}


/* Returns 1 where the namespace of the process is new to us. */

static int
vz_mount_pin_new(vz_mount_pin_seen_t *seen, const char *pid)
{
    char         path[64];
    ino_t       *inos;
    size_t       i;
    struct stat  st;

    snprintf(path, sizeof(path), "/proc/%.16s/ns/mnt", pid);

    if (stat(path, &st) == -1) {
        return 0;
    }

    for (i = 0; i < seen->n; i++) {
        if (seen->inos[i] == st.st_ino) {
            return 0;
        }
    }

    if (seen->n == seen->room) {
        inos = reallocarray(seen->inos, seen->room + VZ_MOUNT_PIN_SPACES,
                            sizeof(ino_t));
        if (inos == NULL) {
            return 1;
        }

        seen->inos = inos;
        seen->room += VZ_MOUNT_PIN_SPACES;
    }

    seen->inos[seen->n++] = st.st_ino;

    return 1;
}


/*
 * A line of mountinfo, proc(5): "36 35 98:0 / /mnt rw,noatime master:1 - ext3
 * ...". A mount that is in no peer group and no slave of one belongs to that
 * namespace alone.
 */

static int
vz_mount_pin_holds(const vz_ct_t *ct, const char *pid)
{
    int     held;
    char    path[64], *line, *at, *end;
    FILE   *fp;
    size_t  room, len, i;

    static const char  *const names[] = {
        "/raw ", "/root ", "/disk.raw ", "/disk "
    };

    snprintf(path, sizeof(path), "/proc/%.16s/mountinfo", pid);

    fp = fopen(path, "re");
    if (fp == NULL) {
        return 0;
    }

    held = 0;
    line = NULL;
    room = 0;
    len = strlen(ct->dir);

    while (!held && getline(&line, &room, fp) > 0) {
        at = strstr(line, ct->dir);
        end = strstr(line, " - ");

        if (at == NULL || end == NULL || at >= end
            || memmem(at, (size_t) (end - at), " shared:", 8) != NULL
            || memmem(at, (size_t) (end - at), " master:", 8) != NULL)
        {
            continue;
        }

        for (i = 0; !held && i < sizeof(names) / sizeof(names[0]); i++) {
            held = strncmp(at + len, names[i], strlen(names[i])) == 0;
        }
    }

    free(line);
    fclose(fp);

    return held;
}
