/*
 * A view of a snapshot, for hours: so it keeps nothing of other mounts, and
 * shares the image's device with whoever runs the container (attach.h).
 */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mount.h>
#include "daemon/rootfs/attach.h"
#include "daemon/rootfs/layout.h"
#include "daemon/rootfs/mount.h"
#include "daemon/rootfs/snapshot_view.h"
#include "wire/frame.h"


#define VZ_SNAPSHOT_VIEW_WAIT    10000  /* ms to wait for the image */
#define VZ_SNAPSHOT_VIEW_PASSES  4


static int vz_snapshot_view_apart(const vz_config_t *conf);
static int vz_snapshot_view_let_go(const char *folder);
static vz_code_e vz_snapshot_view_layers(const vz_config_t *conf,
    const vz_ct_t *ct, const char *name, const char *path, int raw,
    char *words);
static int vz_snapshot_view_overlay(int upper, int lower);
static vz_code_e vz_snapshot_view_failed(char *words, const char *what);


vz_code_e
vz_snapshot_view(const vz_config_t *conf, const vz_ct_t *ct, const char *name,
    const char *path, char *words)
{
    int          raw;
    vz_code_e    rc;
    vz_attach_t  attach;

    /* the mark stays open until this process ends */

    rc = vz_attach_view(ct, VZ_SNAPSHOT_VIEW_WAIT, &attach, words);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_snapshot_view_apart(conf) == -1) {
        vz_attach_close(&attach);
        return vz_snapshot_view_failed(words, "mount namespace");
    }

    raw = vz_mount_device(attach.device);
    vz_attach_close(&attach);

    if (raw == -1) {
        return vz_snapshot_view_failed(words, "mounting the image");
    }

    /* a layer has to be of a mount that is attached */

    if (move_mount(raw, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) == -1) {
        close(raw);
        return vz_snapshot_view_failed(words, "attaching the image");
    }

    rc = vz_snapshot_view_layers(conf, ct, name, path, raw, words);
    close(raw);

    return rc;
}


/*
 * A mount namespace of its own begins with a copy of every mount of the host's,
 * and a copy keeps a container's image in use, after it was stopped. So those
 * go, and none that is made later comes.
 */

static int
vz_snapshot_view_apart(const vz_config_t *conf)
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

    for (pass = 0; pass < VZ_SNAPSHOT_VIEW_PASSES; pass++) {
        n = vz_snapshot_view_let_go(folder);

        if (n <= 0) {
            return n;
        }
    }

    errno = EBUSY;

    return -1;
}


/* Unmount what is mounted below; returns how many there were. */

static int
vz_snapshot_view_let_go(const char *folder)
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

        if (at == NULL || end == NULL || at == line || at[-1] != ' ') {
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


static vz_code_e
vz_snapshot_view_layers(const vz_config_t *conf, const vz_ct_t *ct,
    const char *name, const char *path, int raw, char *words)
{
    int   upper, lower, view, rc;
    char  layer[64], template[PATH_MAX];

    snprintf(layer, sizeof(layer), VZ_LAYOUT_SNAP "/%.32s/" VZ_LAYOUT_UPPER,
             name);

    upper = openat(raw, layer, O_PATH|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    if (upper == -1 && errno == ENOENT) {
        snprintf(words, VZ_WORDS_MAX, "it has no snapshot %.32s", name);
        return VZ_STATE;
    }

    lower = vz_ct_store_lower(conf, ct, template) == -1
            ? -1 : open(template, O_PATH|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    view = upper == -1 || lower == -1
           ? -1 : vz_snapshot_view_overlay(upper, lower);

    /* the layers of the overlay are mounts of its own */

    rc = view == -1
         || umount2(path, MNT_DETACH|UMOUNT_NOFOLLOW) == -1
         || move_mount(view, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH)
            == -1
         ? -1 : 0;

    if (rc == -1) {
        (void) vz_snapshot_view_failed(words, "view of a snapshot");
    }

    close(view);
    close(lower);
    close(upper);

    return rc == -1 ? VZ_FAILED : VZ_OK;
}


static int
vz_snapshot_view_overlay(int upper, int lower)
{
    int   fs, fd, saved;
    char  layers[96];

    fs = fsopen("overlay", FSOPEN_CLOEXEC);
    if (fs == -1) {
        return -1;
    }

    snprintf(layers, sizeof(layers), "/proc/self/fd/%d:/proc/self/fd/%d",
             upper, lower);

    fd = -1;

    if (fsconfig(fs, FSCONFIG_SET_STRING, "source", "overlay", 0) == 0
        && fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir", layers, 0) == 0
        && fsconfig(fs, FSCONFIG_SET_STRING, "redirect_dir", "follow", 0) == 0
        && fsconfig(fs, FSCONFIG_SET_STRING, "metacopy", "on", 0) == 0
        && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
    {
        fd = fsmount(fs, FSMOUNT_CLOEXEC,
                     MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV
                     |MOUNT_ATTR_NOEXEC|MOUNT_ATTR_NOATIME);
    }

    saved = errno;
    close(fs);
    errno = saved;

    return fd;
}


static vz_code_e
vz_snapshot_view_failed(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return VZ_FAILED;
}
