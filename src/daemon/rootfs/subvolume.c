#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include "daemon/rootfs/subvolume.h"


static int vz_subvolume_named(int dir, const char *name,
    unsigned long request);
static int vz_subvolume_folder(int dir, const char *name);


int
vz_subvolume_make(int dir, const char *name)
{
    return vz_subvolume_named(dir, name, BTRFS_IOC_SUBVOL_CREATE) == -1
           || fchmodat(dir, name, 0700, 0) == -1 ? -1 : 0;
}


int
vz_subvolume_copy(int from, int dir, const char *name, unsigned readonly)
{
    int                             fd, source, rc;
    struct btrfs_ioctl_vol_args_v2  args;

    fd = vz_subvolume_folder(dir, ".");
    source = vz_subvolume_folder(from, ".");

    memset(&args, 0, sizeof(args));
    args.fd = source;
    args.flags = readonly ? BTRFS_SUBVOL_RDONLY : 0;
    snprintf(args.name, sizeof(args.name), "%.63s", name);

    rc = fd == -1 || source == -1
         ? -1 : ioctl(fd, BTRFS_IOC_SNAP_CREATE_V2, &args);

    close(source);
    close(fd);

    return rc == -1 ? -1 : 0;
}


int
vz_subvolume_drop(int dir, const char *name)
{
    return vz_subvolume_named(dir, name, BTRFS_IOC_SNAP_DESTROY) == -1
           && errno != ENOENT ? -1 : 0;
}


static int
vz_subvolume_named(int dir, const char *name, unsigned long request)
{
    int                          fd, rc, saved;
    struct btrfs_ioctl_vol_args  args;

    memset(&args, 0, sizeof(args));
    snprintf(args.name, sizeof(args.name), "%.63s", name);

    fd = vz_subvolume_folder(dir, ".");
    if (fd == -1) {
        return -1;
    }

    rc = ioctl(fd, request, &args);
    saved = errno;
    close(fd);
    errno = saved;

    return rc;
}


int
vz_subvolume_info(int dir, const char *name, vz_subvolume_info_t *info)
{
    int                                     fd, rc;
    struct stat                             st;
    struct btrfs_ioctl_get_subvol_info_args args;

    fd = vz_subvolume_folder(dir, name);
    if (fd == -1) {
        return -1;
    }

    memset(&args, 0, sizeof(args));
    rc = -1;

    if (fstat(fd, &st) == -1) {
        goto done;
    }

    if (strcmp(name, ".") != 0 && st.st_ino != BTRFS_FIRST_FREE_OBJECTID) {
        errno = EINVAL;
        goto done;
    }

    /* of one that is not the top it returns 1 */

    if (ioctl(fd, BTRFS_IOC_GET_SUBVOL_INFO, &args) != -1) {
        info->id = args.treeid;
        info->generation = args.generation;
        info->made = (time_t) args.otime.sec;
        rc = 0;
    }

done:

    close(fd);

    return rc;
}


/* What was opened by its path alone takes no ioctl: it is opened again. */

static int
vz_subvolume_folder(int dir, const char *name)
{
    return openat(dir, name, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
}
