#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include "daemon/base/log.h"
#include "daemon/rootfs/image.h"
#include "daemon/rootfs/layout.h"
#include "daemon/rootfs/subvolume.h"


#define VZ_LAYOUT_TURN  64          /* files between two questions */


static int vz_layout_has(int raw, const char *name);
static int vz_layout_fill(int raw, const char *lower);
static void vz_layout_aside(int raw);


const char *
vz_layout_make(int raw, const char *lower)
{
    int  live, before;

    live = vz_layout_has(raw, VZ_LAYOUT_LIVE);
    before = vz_layout_has(raw, VZ_LAYOUT_UPPER);

    /* a full disk may not even let go of it, and is used all the same */

    if (vz_layout_has(raw, VZ_LAYOUT_NEXT)
        && vz_subvolume_drop(raw, VZ_LAYOUT_NEXT) == -1 && !live)
    {
        return before && errno == ENOSPC ? "." : NULL;
    }

    if (!live) {

        if (before && vz_subvolume_copy(raw, raw, VZ_LAYOUT_NEXT, 0) == -1) {
            return errno == ENOSPC ? "." : NULL;
        }

        if (!before && vz_layout_fill(raw, lower) == -1) {
            return NULL;
        }

        if (renameat(raw, VZ_LAYOUT_NEXT, raw, VZ_LAYOUT_LIVE) == -1) {
            return NULL;
        }
    }

    if (before) {
        vz_layout_aside(raw);
    }

    /* one that is read just now stays: the kernel sees to that */

    if (vz_layout_has(raw, VZ_LAYOUT_COPY)) {
        (void) vz_subvolume_drop(raw, VZ_LAYOUT_COPY);
    }

    return VZ_LAYOUT_LIVE;
}


static int
vz_layout_has(int raw, const char *name)
{
    struct stat  st;

    return fstatat(raw, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}


/* A subvolume with empty layers. */

static int
vz_layout_fill(int raw, const char *lower)
{
    int          fd, rc;
    struct stat  st;

    if (fchmodat(raw, ".", 0700, 0) == -1
        || stat(lower, &st) == -1
        || vz_subvolume_make(raw, VZ_LAYOUT_NEXT) == -1
        || mkdirat(raw, VZ_LAYOUT_NEXT "/" VZ_LAYOUT_WORK, 0700) == -1
        || mkdirat(raw, VZ_LAYOUT_NEXT "/" VZ_LAYOUT_UPPER, 0700) == -1)
    {
        return -1;
    }

    fd = openat(raw, VZ_LAYOUT_NEXT "/" VZ_LAYOUT_UPPER,
                O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    rc = fchown(fd, st.st_uid, st.st_gid) == -1
         || fchmod(fd, st.st_mode & 07777) == -1
         ? -1 : 0;
    close(fd);

    return rc;
}


/*
 * The files at the top are live's now: they are named what may be removed. A
 * disk without room for that is tried at its next mount.
 */

static void
vz_layout_aside(int raw)
{
    unsigned  i;

    static const char *const  names[][2] = {
        { VZ_LAYOUT_UPPER, VZ_LAYOUT_OLD "/" VZ_LAYOUT_UPPER },
        { VZ_LAYOUT_WORK, VZ_LAYOUT_OLD "/" VZ_LAYOUT_WORK }
    };

    if (mkdirat(raw, VZ_LAYOUT_OLD, 0700) == -1 && errno != EEXIST) {
        vz_log(LOG_WARNING, "an image's old files: %s", strerror(errno));
        return;
    }

    /* upper tells that there is something to do: it goes last */

    for (i = 2; i-- > 0; /* void */ ) {
        if (renameat(raw, names[i][0], raw, names[i][1]) == -1
            && errno != ENOENT)
        {
            vz_log(LOG_WARNING, "an image's old %s: %s", names[i][0],
                   strerror(errno));
            return;
        }
    }
}


int
vz_layout_live(int raw)
{
    int  fd;

    fd = openat(raw, VZ_LAYOUT_LIVE,
                O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    return fd == -1 && errno == ENOENT
           ? openat(raw, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC) : fd;
}


int
vz_layout_switch(int raw)
{

    if (renameat2(raw, VZ_LAYOUT_NEXT, raw, VZ_LAYOUT_LIVE, RENAME_EXCHANGE)
        == -1)
    {
        /* an image of before, whose disk was too full to be moved */

        if (errno != ENOENT
            || renameat(raw, VZ_LAYOUT_NEXT, raw, VZ_LAYOUT_LIVE) == -1)
        {
            return -1;
        }

        vz_layout_aside(raw);
    }

    /* what was live goes when the disk has what is live now */

    if (vz_image_sync(raw) == -1) {
        return -1;
    }

    if (vz_subvolume_drop(raw, VZ_LAYOUT_NEXT) == -1) {
        vz_log(LOG_WARNING, "what was live in an image: %s", strerror(errno));
    }

    return 0;
}


int
vz_layout_sweep(const char *path, int (*gone)(void *data), void *data)
{
    int        rc;
    FTS       *fts;
    char      *roots[2], root[PATH_MAX];
    FTSENT    *entry;
    unsigned   n;

    if (snprintf(root, sizeof(root), "%s/" VZ_LAYOUT_OLD, path)
        >= (int) sizeof(root))
    {
        return 0;
    }

    roots[0] = root;
    roots[1] = NULL;

    /* see vz_dirtree_remove() */

    fts = fts_open(roots, FTS_PHYSICAL|FTS_XDEV, NULL);
    if (fts == NULL) {
        return 0;
    }

    rc = 1;

    for (n = 1; (entry = fts_read(fts)) != NULL; n++) {

        if (n % VZ_LAYOUT_TURN == 0 && gone(data)) {
            rc = 0;
            break;
        }

        if (entry->fts_info == FTS_D) {
            continue;
        }

        if (unlinkat(AT_FDCWD, entry->fts_accpath,
                     entry->fts_info == FTS_DP ? AT_REMOVEDIR : 0) == -1
            && errno != ENOENT)
        {
            rc = 0;
        }
    }

    (void) fts_close(fts);

    return rc;
}
