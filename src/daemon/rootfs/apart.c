#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include "daemon/rootfs/apart.h"


#define VZ_APART_PASSES  4


static int vz_apart_let_go(const char *folder);


int
vz_apart(const vz_config_t *conf)
{
    int   n, pass;
    char  folder[PATH_MAX];

    if (snprintf(folder, sizeof(folder), "%s/ct/", conf->lxc_path)
        >= (int) sizeof(folder))
    {
        errno = ENAMETOOLONG;
        return -1;
    }

    if (unshare(CLONE_NEWNS) == -1
        || mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL) == -1)
    {
        return -1;
    }

    for (pass = 0; pass < VZ_APART_PASSES; pass++) {
        n = vz_apart_let_go(folder);

        if (n <= 0) {
            return n;
        }
    }

    errno = EBUSY;

    return -1;
}


/* Unmount what is mounted below; returns how many there were. */

static int
vz_apart_let_go(const char *folder)
{
    int      n;
    char    *line, *at, *end;
    FILE    *fp;
    size_t   room;

    fp = fopen("/proc/self/mountinfo", "re");
    if (fp == NULL) {
        return -1;
    }

    n = 0;
    room = 0;
    line = NULL;

    while (getline(&line, &room, fp) > 0) {
        at = strstr(line, folder);
        end = at ? strchr(at, ' ') : NULL;

        if (at == NULL || end == NULL || at == line || at[-1] != ' '
            || at[strlen(folder)] == '.')
        {
            continue;
        }

        *end = '\0';

        if (umount2(at, MNT_DETACH|UMOUNT_NOFOLLOW) == 0) {
            n++;
        }
    }

    free(line);
    fclose(fp);

    return n;
}
