/*
 * A new mount namespace begins with all mounts of the host: those of containers
 * go, of this configuration and of any other (another daemon's containers can't
 * stop either while their disks are in use here).
 */

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include "daemon/rootfs/apart.h"


#define VZ_APART_PASSES  4
#define VZ_APART_FOLDER  "/ct/"     /* of lxc_path; the container's number
                                       follows, or a dot while it is new */


static int vz_apart_let_go(void);
static char *vz_apart_mount(char *line);


int
vz_apart(void)
{
    int  n, pass;

    if (unshare(CLONE_NEWNS) == -1
        || mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL) == -1)
    {
        return -1;
    }

    for (pass = 0; pass < VZ_APART_PASSES; pass++) {
        n = vz_apart_let_go();

        if (n <= 0) {
            return n;
        }
    }

    errno = EBUSY;

    return -1;
}


/* Unmount what is mounted of containers; returns how many mounts there were. */

static int
vz_apart_let_go(void)
{
    int      n;
    char    *line, *at;
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
        at = vz_apart_mount(line);

        if (at && umount2(at, MNT_DETACH|UMOUNT_NOFOLLOW) == 0) {
            n++;
        }
    }

    free(line);
    fclose(fp);

    return n;
}


/* The mount point of a line of mountinfo, its fifth word, if it is a
   container's; or NULL. */

static char *
vz_apart_mount(char *line)
{
    char    *at, *folder;
    size_t   i;

    for (at = line, i = 0; i < 4; i++) {
        at = strchr(at, ' ');

        if (at == NULL) {
            return NULL;
        }

        at++;
    }

    at[strcspn(at, " ")] = '\0';
    folder = strstr(at, VZ_APART_FOLDER);

    return folder && folder[strlen(VZ_APART_FOLDER)] >= '1'
           && folder[strlen(VZ_APART_FOLDER)] <= '9'
           ? at : NULL;
}
