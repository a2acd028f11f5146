/*
 * A view of a snapshot, for hours: so it keeps nothing of other mounts, and
 * shares the image's device with whoever runs the container (attach.h).
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mount.h>
#include "daemon/rootfs/apart.h"
#include "daemon/rootfs/attach.h"
#include "daemon/rootfs/layout.h"
#include "daemon/rootfs/mount.h"
#include "daemon/rootfs/snapshot_view.h"
#include "wire/frame.h"


#define VZ_SNAPSHOT_VIEW_WAIT  10000  /* ms to wait for the image */


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

    if (vz_apart() == -1) {
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
