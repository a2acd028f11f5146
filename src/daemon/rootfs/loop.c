#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/btrfs.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "daemon/rootfs/loop.h"


#define VZ_LOOP_TRIES  256


static int vz_loop_find(const char *path, char device[VZ_LOOP_NAME]);


int
vz_loop_attach(int image, const char *path, char device[VZ_LOOP_NAME])
{
    int                 control, number, loop, tries;
    struct loop_config  config;

    control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (control == -1) {
        return -1;
    }

    memset(&config, 0, sizeof(config));
    config.fd = (uint32_t) image;
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    snprintf((char *) config.info.lo_file_name, LO_NAME_SIZE, "%.60s", path);

    for (tries = 0; tries < VZ_LOOP_TRIES; tries++) {
        number = ioctl(control, LOOP_CTL_GET_FREE);
        if (number < 0) {
            break;
        }

        snprintf(device, VZ_LOOP_NAME, "/dev/loop%d", number);

        loop = open(device, O_RDWR | O_CLOEXEC);

        if (loop == -1 && errno == ENOENT) {

            /* devtmpfs is missing or slow; major 7 is the loop driver */

            if (mknod(device, S_IFBLK | 0660, makedev(7, (unsigned) number))
                == -1)
            {
                usleep(1000);
            }

            continue;
        }

        if (loop != -1) {
            if (ioctl(loop, LOOP_CONFIGURE, &config) == 0) {
                close(control);
                return loop;
            }

            number = errno;
            close(loop);
            errno = number;

            if (errno != EBUSY) {
                break;
            }

            usleep(1000);
        }
    }

    number = errno;
    close(control);
    errno = number;

    return -1;
}


int
vz_loop_holds(const char *path)
{
    char  device[VZ_LOOP_NAME];

    return vz_loop_find(path, device) == 0;
}


/* Find the device of an image by its path: 0 with its name, or -1. */

static int
vz_loop_find(const char *path, char device[VZ_LOOP_NAME])
{
    int             fd, found;
    DIR            *dir;
    char            name[64 + NAME_MAX], backing[PATH_MAX];
    ssize_t         n;
    struct dirent  *entry;

    dir = opendir("/sys/block");
    if (dir == NULL) {
        return -1;
    }

    found = 0;

    while (!found && (entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, "loop", 4) != 0) {
            continue;
        }

        snprintf(name, sizeof(name), "%s/loop/backing_file", entry->d_name);

        fd = openat(dirfd(dir), name, O_RDONLY | O_CLOEXEC);
        if (fd == -1) {
            continue;
        }

        n = read(fd, backing, sizeof(backing) - 1);
        close(fd);

        if (n > 0) {
            backing[n] = '\0';
            backing[strcspn(backing, "\n")] = '\0';
            found = strcmp(backing, path) == 0;
        }

        if (found) {
            snprintf(device, VZ_LOOP_NAME, "/dev/%.20s", entry->d_name);
        }
    }

    closedir(dir);

    return found ? 0 : -1;
}


int
vz_loop_open(int image, const char *path, char device[VZ_LOOP_NAME])
{
    int                 loop;
    struct stat         st;
    struct loop_info64  info;

    if (vz_loop_find(path, device) == -1) {
        errno = ENOENT;
        return -1;
    }

    loop = open(device, O_RDWR | O_CLOEXEC);
    if (loop == -1) {
        return -1;
    }

    /* it may have been given to another image since it was found */

    if (fstat(image, &st) == 0
        && ioctl(loop, LOOP_GET_STATUS64, &info) == 0
        && info.lo_inode == st.st_ino && info.lo_device == st.st_dev)
    {
        return loop;
    }

    close(loop);
    errno = ENOENT;

    return -1;
}


int
vz_loop_name(int raw, char name[VZ_LOOP_NAME])
{
    struct btrfs_ioctl_dev_info_args  info;

    /*
     * files of btrfs have a device number of btrfs's own: btrfs must be asked
     */

    memset(&info, 0, sizeof(info));
    info.devid = 1;

    if (ioctl(raw, BTRFS_IOC_DEV_INFO, &info) == -1) {
        return -1;
    }

    info.path[sizeof(info.path) - 1] = '\0';

    if (strncmp((char *) info.path, "/dev/loop", 9) != 0
        || snprintf(name, VZ_LOOP_NAME, "%.20s", info.path + 5) < 0)
    {
        errno = ENODEV;
        return -1;
    }

    return 0;
}


int
vz_loop_under(int raw)
{
    char  name[VZ_LOOP_NAME], path[sizeof("/dev/") + VZ_LOOP_NAME];

    if (vz_loop_name(raw, name) == -1) {
        return -1;
    }

    snprintf(path, sizeof(path), "/dev/%s", name);

    return open(path, O_RDWR | O_CLOEXEC);
}
