/*
 * What a guest's root tries at a folder: to make a subvolume in it, and a
 * snapshot of it.  Each is told as "done" or by its error.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <linux/btrfs.h>
#include <sys/ioctl.h>


int
main(int argc, char **argv)
{
    int                             fd;
    struct btrfs_ioctl_vol_args     make;
    struct btrfs_ioctl_vol_args_v2  copy;

    fd = open(argc > 1 ? argv[1] : "/", O_RDONLY|O_DIRECTORY);

    memset(&make, 0, sizeof(make));
    strcpy(make.name, "made");
    memset(&copy, 0, sizeof(copy));
    strcpy(copy.name, "copied");
    copy.fd = fd;

    printf("%s %s\n",
           ioctl(fd, BTRFS_IOC_SUBVOL_CREATE, &make) == 0 ? "done"
           : strerror(errno),
           ioctl(fd, BTRFS_IOC_SNAP_CREATE_V2, &copy) == 0 ? "done"
           : strerror(errno));

    return 0;
}
