#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>
#include "daemon/rootfs/attach.h"
#include "daemon/rootfs/mount_pin.h"
#include "wire/frame.h"


#define VZ_ATTACH_POLL  20          /* ms between two checks of an image */


static vz_code_e vz_attach_as(const vz_ct_t *ct, unsigned view, int wait,
    vz_attach_t *attach, char *words);
static int vz_attach_now(const vz_ct_t *ct, unsigned view, int image,
    const char *path, vz_attach_t *attach);
static int vz_attach_mark(const char *path);
static int vz_attach_viewed(const vz_ct_t *ct, int image);
static vz_code_e vz_attach_failed(char *words, const char *what);


vz_code_e
vz_attach(const vz_ct_t *ct, int wait, vz_attach_t *attach, char *words)
{
    return vz_attach_as(ct, 0, wait, attach, words);
}


vz_code_e
vz_attach_view(const vz_ct_t *ct, int wait, vz_attach_t *attach, char *words)
{
    return vz_attach_as(ct, 1, wait, attach, words);
}


static vz_code_e
vz_attach_as(const vz_ct_t *ct, unsigned view, int wait, vz_attach_t *attach,
    char *words)
{
    int   image, error;
    char  path[PATH_MAX];

    attach->loop = -1;
    attach->mark = -1;

    if (vz_ct_store_image(ct, path) == -1) {
        return vz_attach_failed(words, "path");
    }

    image = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (image == -1) {
        return vz_attach_failed(words, "image");
    }

    /*
     * the mark has a file of its own, because a loop device keeps ours, with
     * all of its locks
     */

    if (view) {
        attach->mark = vz_attach_mark(path);

        if (attach->mark == -1) {
            close(image);
            return vz_attach_failed(words, "image mark");
        }
    }

    while (vz_attach_now(ct, view, image, path, attach) == -1) {

        error = errno;

        if (error == EBUSY && wait > 0) {
            usleep(VZ_ATTACH_POLL * 1000);
            wait -= VZ_ATTACH_POLL;
            continue;
        }

        close(image);
        close(attach->mark);
        attach->mark = -1;

        if (error == EBUSY) {
            snprintf(words, VZ_WORDS_MAX, "the image is still in use");
            return VZ_BUSY;
        }

        errno = error;
        return vz_attach_failed(words, "loop device");
    }

    close(image);

    return VZ_OK;
}


/*
 * The lock prevents that somebody attaches the image between our check and our
 * own attaching. 0, or -1 with errno: EBUSY where it is in use.
 */

static int
vz_attach_now(const vz_ct_t *ct, unsigned view, int image, const char *path,
    vz_attach_t *attach)
{
    int  saved;

    if (flock(image, LOCK_EX | LOCK_NB) == -1) {
        errno = errno == EWOULDBLOCK || errno == EINTR ? EBUSY : errno;
        return -1;
    }

    if (!vz_loop_holds(path)) {
        attach->loop = vz_loop_attach(image, path, attach->device);

    } else {

        if (view || vz_attach_viewed(ct, image)) {
            attach->loop = vz_loop_open(image, path, attach->device);
        }

        if (attach->loop == -1) {
            errno = EBUSY;          /* in use, or gone just now */
        }
    }

    saved = errno;
    (void) flock(image, LOCK_UN);
    errno = saved;

    return attach->loop == -1 ? -1 : 0;
}


static int
vz_attach_mark(const char *path)
{
    int           fd;
    struct flock  lock;

    fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    memset(&lock, 0, sizeof(lock));
    lock.l_type = F_RDLCK;
    lock.l_whence = SEEK_SET;
    lock.l_len = 1;

    if (fcntl(fd, F_OFD_SETLK, &lock) == -1) {
        close(fd);
        return -1;
    }

    return fd;
}


/*
 * Whether a view has the image, and nobody besides. A run whose mounts are kept
 * in some namespace is not seen by the device then, but by those.
 */

static int
vz_attach_viewed(const vz_ct_t *ct, int image)
{
    char          words[VZ_WORDS_MAX];
    struct flock  lock;

    memset(&lock, 0, sizeof(lock));
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_len = 1;

    return fcntl(image, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK
           && !vz_mount_pin_find(ct, 0, words);
}


void
vz_attach_close(vz_attach_t *attach)
{
    close(attach->loop);
    attach->loop = -1;
}


int
vz_attach_idle(const vz_ct_t *ct)
{
    int   fd, idle;
    char  path[PATH_MAX];

    if (vz_ct_store_image(ct, path) == -1) {
        return 0;
    }

    if (!vz_loop_holds(path)) {
        return 1;
    }

    fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    idle = fd != -1 && vz_attach_viewed(ct, fd);
    close(fd);

    return idle;
}


static vz_code_e
vz_attach_failed(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return VZ_FAILED;
}
