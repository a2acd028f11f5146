#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include "daemon/base/file.h"
#include "daemon/rootfs/copy_image.h"
#include "daemon/rootfs/image.h"
#include "daemon/rootfs/layout.h"
#include "daemon/rootfs/mount.h"
#include "daemon/rootfs/subvolume.h"
#include "daemon/rootfs/super.h"
#include "wire/frame.h"


#define VZ_COPY_IMAGE_WAIT   10000  /* ms to wait for the new image */
#define VZ_COPY_IMAGE_MOST   (4LL << 30)    /* bytes that are read: more take
                                               longer than a file system rests
                                               between two commits */
#define VZ_COPY_IMAGE_TRIES  3
#define VZ_COPY_IMAGE_PART   (64LL << 20)   /* between two looks */


static vz_code_e vz_copy_image_made(int from, int to, char *words);
static vz_code_e vz_copy_image_read(int from, int to, char *words);
static int vz_copy_image_parts(int from, int to, uint64_t generation);
static int vz_copy_image_same(int image, uint64_t generation);
static vz_code_e vz_copy_image_become(int raw, char *words);
static int vz_copy_image_tidy(int raw);
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

    rc = vz_copy_image_become(mount.raw, words);
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
        return vz_copy_image_read(from, to, words);
    }

    if (fdatasync(from) == -1 || ioctl(to, FICLONE, from) == -1) {
        return vz_copy_image_failed(words, "sharing the image");
    }

    return vz_super_renew(to) == 0
           ? VZ_OK : vz_copy_image_failed(words, "the copied superblock");
}


/*
 * Blocks that a commit of btrfs has are written to by nobody before the next
 * commit ended, which the superblock tells: what was read meanwhile is whole.
 */

static vz_code_e
vz_copy_image_read(int from, int to, char *words)
{
    int          rc;
    uint64_t     generation;
    unsigned     tries;
    struct stat  st;

    for (tries = 0; tries < VZ_COPY_IMAGE_TRIES; tries++) {

        if (fstat(from, &st) == -1) {
            return vz_copy_image_failed(words, "image");
        }

        if ((int64_t) st.st_blocks * 512 > VZ_COPY_IMAGE_MOST) {
            break;
        }

        if (ftruncate(to, 0) == -1 || ftruncate(to, st.st_size) == -1) {
            return vz_copy_image_failed(words, "image");
        }

        if (vz_super_generation(from, &generation) == -1) {
            continue;
        }

        rc = vz_copy_image_parts(from, to, generation);

        if (rc == -1) {
            return vz_copy_image_failed(words, "copying the image");
        }

        if (rc == 1 && vz_copy_image_same(to, generation)
            && vz_super_renew(to) == 0)
        {
            return VZ_OK;
        }
    }

    return VZ_UNSUPPORTED;
}


/* 1 where all was read of that generation; 0 where it is another one; -1. */

static int
vz_copy_image_parts(int from, int to, uint64_t generation)
{
    off_t    data, hole, in, out;
    ssize_t  n;

    for (hole = 0; (data = lseek(from, hole, SEEK_DATA)) != -1; /* void */ ) {

        hole = lseek(from, data, SEEK_HOLE);

        while (data < hole) {
            in = out = data;

            n = copy_file_range(from, &in, to, &out,
                                (size_t) (hole - data < VZ_COPY_IMAGE_PART
                                          ? hole - data : VZ_COPY_IMAGE_PART),
                                0);
            if (n == -1) {
                return -1;
            }

            /* it goes to the disk while the next part is read */

            (void) sync_file_range(to, data, n, SYNC_FILE_RANGE_WRITE);
            data += n;

            if (n == 0 || !vz_copy_image_same(from, generation)) {
                return 0;
            }
        }

        if (hole == -1) {
            return -1;
        }
    }

    return errno == ENXIO ? 1 : -1;
}


static int
vz_copy_image_same(int image, uint64_t generation)
{
    uint64_t  now;

    return vz_super_generation(image, &now) == 0 && now == generation;
}


static vz_code_e
vz_copy_image_become(int raw, char *words)
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
         || vz_copy_image_tidy(raw) == -1 ? -1 : 0;

    close(fd);

    return rc == 0 ? VZ_OK : vz_copy_image_failed(words, "copied image");
}


/* Remove what is not the new container's. */

static int
vz_copy_image_tidy(int raw)
{
    int             fd, rc;
    DIR            *dir;
    struct dirent  *entry;

    if (vz_subvolume_drop(raw, VZ_LAYOUT_COPY) == -1) {
        return -1;
    }

    fd = openat(raw, VZ_LAYOUT_SNAP,
                O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    if (fd == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    dir = vz_file_dir(fd);
    if (dir == NULL) {
        return -1;
    }

    rc = 0;

    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.') {
            rc = vz_subvolume_drop(dirfd(dir), entry->d_name);
        }
    }

    closedir(dir);

    return rc == 0 ? unlinkat(raw, VZ_LAYOUT_SNAP, AT_REMOVEDIR) : -1;
}


static vz_code_e
vz_copy_image_failed(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return errno == ENOSPC ? VZ_NOSPACE : VZ_FAILED;
}
