#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include "daemon/rootfs/disk_space.h"
#include "wire/frame.h"


#define VZ_DISK_SPACE_PART    20    /* one in so many bytes */
#define VZ_DISK_SPACE_ENOUGH  (8ULL << 30)
#define VZ_DISK_SPACE_INODES  100   /* one in so many inodes */


static uint64_t vz_disk_space_keep(const vz_config_t *conf, const char *path);


uint64_t
vz_disk_space_floor(const vz_config_t *conf)
{
    return vz_disk_space_keep(conf, conf->lxc_path);
}


static uint64_t
vz_disk_space_keep(const vz_config_t *conf, const char *path)
{
    uint64_t        part;
    struct statvfs  fs;

    if (statvfs(path, &fs) == -1) {
        return 0;
    }

    part = (uint64_t) fs.f_blocks * fs.f_frsize / VZ_DISK_SPACE_PART;
    part = part < VZ_DISK_SPACE_ENOUGH ? part : VZ_DISK_SPACE_ENOUGH;

    return part > conf->disk_free ? part : conf->disk_free;
}


int
vz_disk_space(const vz_config_t *conf, char *words)
{
    return vz_disk_space_at(conf, conf->lxc_path, words);
}


int
vz_disk_space_at(const vz_config_t *conf, const char *path, char *words)
{
    struct statvfs  fs;

    if (statvfs(path, &fs) == -1) {
        (void) snprintf(words, VZ_WORDS_MAX, "%.120s: %s", path,
                        strerror(errno));
        return 0;
    }

    if (!vz_disk_space_left(path, vz_disk_space_keep(conf, path))) {
        (void) snprintf(words, VZ_WORDS_MAX, "the node's disk is nearly full: "
                        "%llu MB and %llu inodes free",
                        (unsigned long long) fs.f_bavail * fs.f_frsize >> 20,
                        (unsigned long long) fs.f_favail);
        return 0;
    }

    return 1;
}


int
vz_disk_space_left(const char *path, uint64_t floor)
{
    struct statvfs  fs;

    return statvfs(path, &fs) == 0
           && (uint64_t) fs.f_bavail * fs.f_frsize >= floor
           && (fs.f_files == 0
               || fs.f_favail >= fs.f_files / VZ_DISK_SPACE_INODES);
}
