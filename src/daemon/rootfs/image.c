#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/btrfs.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "daemon/base/log.h"
#include "daemon/rootfs/image.h"
#include "daemon/rootfs/loop.h"
#include "wire/frame.h"


#define VZ_IMAGE_TRIES  10
#define VZ_IMAGE_PAUSE  100000      /* microseconds between two tries */


typedef struct {
    int     image;
    int     fs;
    int     loop;
} vz_image_t;


static int vz_image_open(const vz_ct_t *ct, int raw, vz_image_t *i);
static void vz_image_close(const vz_image_t *i);
static int vz_image_sizes(const vz_image_t *i, vz_image_size_t *size);
static int vz_image_file(const vz_image_t *i, uint64_t bytes);
static int vz_image_fs(const vz_image_t *i, uint64_t bytes);
static vz_code_e vz_image_failed(const vz_image_t *i, char *words,
    const char *what);


int
vz_image_size(const vz_ct_t *ct, int raw, vz_image_size_t *size)
{
    int         rc;
    vz_image_t  i;

    if (vz_image_open(ct, raw, &i) == -1) {
        return -1;
    }

    rc = vz_image_sizes(&i, size);
    vz_image_close(&i);

    return rc;
}


vz_code_e
vz_image_resize(const vz_ct_t *ct, int raw, uint64_t bytes, char *words)
{
    int               shrink;
    vz_image_t        i;
    vz_image_size_t   size;

    if (vz_image_open(ct, raw, &i) == -1 || vz_image_sizes(&i, &size) == -1) {
        return vz_image_failed(&i, words, "image");
    }

    /*
     * also where the file has that size already: the device may not have it
     * yet
     */

    if (size.file <= bytes && vz_image_file(&i, bytes) == -1) {
        return vz_image_failed(&i, words, "growing the image");
    }

    shrink = size.fs > bytes;

    if (size.fs != bytes && vz_image_fs(&i, bytes) == -1) {

        if (!shrink || (errno != ENOSPC && errno != EINVAL)) {
            return vz_image_failed(&i, words, "resizing the file system");
        }

        vz_image_close(&i);
        snprintf(words, VZ_WORDS_MAX, "what is on the disk does not fit into "
                 "%llu bytes, its size was not changed",
                 (unsigned long long) bytes);
        return VZ_STATE;
    }

    if (size.file > bytes && vz_image_file(&i, bytes) == -1) {
        return vz_image_failed(&i, words, "shrinking the image");
    }

    vz_image_close(&i);

    return VZ_OK;
}


static int
vz_image_open(const vz_ct_t *ct, int raw, vz_image_t *i)
{
    int   saved;
    char  path[PATH_MAX];

    i->image = vz_ct_store_image(ct, path) == -1
               ? -1 : open(path, O_RDWR|O_NOFOLLOW|O_CLOEXEC);
    i->fs = openat(raw, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    i->loop = i->fs == -1 ? -1 : vz_loop_under(i->fs);

    if (i->image != -1 && i->loop != -1) {
        return 0;
    }

    saved = errno;
    vz_image_close(i);
    i->image = i->fs = i->loop = -1;
    errno = saved;

    return -1;
}


static void
vz_image_close(const vz_image_t *i)
{
    (void) close(i->image);
    (void) close(i->fs);
    (void) close(i->loop);
}


static int
vz_image_sizes(const vz_image_t *i, vz_image_size_t *size)
{
    struct stat                        st;
    struct btrfs_ioctl_dev_info_args   info;

    memset(&info, 0, sizeof(info));
    info.devid = 1;

    if (fstat(i->image, &st) == -1
        || ioctl(i->fs, BTRFS_IOC_DEV_INFO, &info) == -1)
    {
        return -1;
    }

    size->file = (uint64_t) st.st_size;
    size->fs = info.total_bytes;

    return 0;
}


static int
vz_image_file(const vz_image_t *i, uint64_t bytes)
{
    return ftruncate(i->image, (off_t) bytes) == -1
           || ioctl(i->loop, LOOP_SET_CAPACITY, 0) == -1
           ? -1 : 0;
}


static int
vz_image_fs(const vz_image_t *i, uint64_t bytes)
{
    int                          tries, saved;
    struct btrfs_ioctl_vol_args  args;

    memset(&args, 0, sizeof(args));
    snprintf(args.name, sizeof(args.name), "%llu",
             (unsigned long long) bytes);

    if (ioctl(i->fs, BTRFS_IOC_RESIZE, &args) == 0) {
        return 0;
    }

    if (errno != ENOSPC) {
        return -1;
    }

    /*
     * What was removed just now keeps its chunks for ten seconds after the
     * commit where discarding is on, and for no time where it is off.
     */

    vz_image_discard(i->fs, 0);

    saved = ENOSPC;

    for (tries = 0; tries < VZ_IMAGE_TRIES; tries++) {

        /* this gives it something to commit */
        (void) futimens(i->fs, NULL);
        (void) ioctl(i->fs, BTRFS_IOC_SYNC, NULL);

        if (ioctl(i->fs, BTRFS_IOC_RESIZE, &args) == 0) {
            vz_image_discard(i->fs, 1);
            return 0;
        }

        saved = errno;
        usleep(VZ_IMAGE_PAUSE);
    }

    vz_image_discard(i->fs, 1);
    errno = saved;

    return -1;
}


int
vz_image_sync(int raw)
{
    int  fd, rc;

    fd = openat(raw, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    rc = syncfs(fd);
    close(fd);

    return rc;
}


void
vz_image_discard(int raw, unsigned on)
{
    int  fs;

    fs = fspick(raw, "", FSPICK_EMPTY_PATH|FSPICK_CLOEXEC);

    if (fs == -1
        || (on ? fsconfig(fs, FSCONFIG_SET_STRING, "discard", "async", 0)
               : fsconfig(fs, FSCONFIG_SET_FLAG, "nodiscard", NULL, 0)) == -1
        || fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) == -1)
    {
        vz_log(LOG_WARNING, "discards of an image: %s", strerror(errno));
    }

    (void) close(fs);
}


static vz_code_e
vz_image_failed(const vz_image_t *i, char *words, const char *what)
{
    int  saved;

    saved = errno;
    vz_image_close(i);

    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(saved));

    return saved == ENOSPC ? VZ_NOSPACE : VZ_FAILED;
}
