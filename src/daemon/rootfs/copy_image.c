#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include "daemon/rootfs/copy_image.h"
#include "daemon/rootfs/image.h"
#include "daemon/rootfs/layout.h"
#include "daemon/rootfs/mount.h"
#include "daemon/rootfs/snapshot_note.h"
#include "daemon/rootfs/subvolume.h"
#include "daemon/rootfs/super.h"
#include "wire/frame.h"


#define VZ_COPY_IMAGE_WAIT  10000   /* ms to wait for the new image */


static vz_code_e vz_copy_image_made(int from, int to, char *words);
static vz_code_e vz_copy_image_become(const vz_ct_t *ct, int raw, char *words);
static int vz_copy_image_tidy(const vz_ct_t *ct, int raw);
static vz_code_e vz_copy_image_failed(char *words, const char *what);


vz_code_e
vz_copy_image(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words)
{
    int         from, to;
    char        source[PATH_MAX], image[PATH_MAX];
    vz_code_e   rc;
    vz_mount_t  mount;

    (void) root;
    (void) raw;

    if (vz_ct_store_image(data, source) == -1
        || vz_ct_store_image(ct, image) == -1)
    {
        return vz_copy_image_failed(words, "image");
    }

    from = open(source, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);
    to = open(image, O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600);

    rc = from == -1 || to == -1 ? vz_copy_image_failed(words, "image")
                                : vz_copy_image_made(from, to, words);

    close(from);
    close(to);

    if (rc == VZ_UNSUPPORTED && unlink(image) == -1) {
        return vz_copy_image_failed(words, "image");
    }

    if (rc == VZ_OK) {
        rc = vz_mount_top(ct, VZ_COPY_IMAGE_WAIT, &mount, words);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_copy_image_become(ct, mount.raw, words);
    vz_mount_unmake(&mount);

    return rc;
}


/*
 * Whoever writes to the first image waits while its blocks become shared, and
 * until what is in memory of it is on the disk: most of that is written before.
 * The copy is as a disk whose power went off then, and what was kept for it is
 * whole.
 */

static vz_code_e
vz_copy_image_made(int from, int to, char *words)
{
    /* an empty file shares nothing with itself, wherever it could */

    if (ioctl(to, FICLONE, to) == -1) {
        return VZ_UNSUPPORTED;
    }

    if (fdatasync(from) == -1 || ioctl(to, FICLONE, from) == -1) {
        return vz_copy_image_failed(words, "sharing the image");
    }

    return vz_super_renew(to) == 0
           ? VZ_OK : vz_copy_image_failed(words, "the copied superblock");
}


static vz_code_e
vz_copy_image_become(const vz_ct_t *ct, int raw, char *words)
{
    int  fd, rc;

    vz_image_discard(raw, 1);

    fd = openat(raw, VZ_LAYOUT_COPY,
                O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    if (fd == -1 && errno == ENOENT) {
        snprintf(words, VZ_WORDS_MAX, "the disk that was copied became "
                 "another one meanwhile: try again");
        return VZ_BUSY;
    }

    if (fd == -1) {
        return vz_copy_image_failed(words, "copied image");
    }

    rc = vz_subvolume_drop(raw, VZ_LAYOUT_NEXT) == -1
         || vz_subvolume_copy(fd, raw, VZ_LAYOUT_NEXT, 0) == -1
         || vz_layout_switch(raw) == -1
         || vz_copy_image_tidy(ct, raw) == -1 ? -1 : 0;

    close(fd);

    return rc == 0 ? VZ_OK : vz_copy_image_failed(words, "copied image");
}


/* Remove what is not the new container's. */

static int
vz_copy_image_tidy(const vz_ct_t *ct, int raw)
{
    int                  folder, rc;
    unsigned             i;
    vz_snapshot_note_t   note;

    if (vz_subvolume_drop(raw, VZ_LAYOUT_COPY) == -1
        || vz_snapshot_note_see(ct, raw, &note) == -1)
    {
        return -1;
    }

    folder = openat(raw, VZ_LAYOUT_SNAP,
                    O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    if (folder == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    for (rc = 0, i = 0; i < note.n && rc == 0; i++) {
        rc = vz_subvolume_drop(folder, note.list[i].name);
    }

    close(folder);

    return rc == 0 ? unlinkat(raw, VZ_LAYOUT_SNAP, AT_REMOVEDIR) : -1;
}


static vz_code_e
vz_copy_image_failed(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return errno == ENOSPC ? VZ_NOSPACE : VZ_FAILED;
}
