/*
 * Room on the file system of lxc_path: some of it stays free, for a disk that
 * is full means I/O errors in every container that has its image there.
 */

#ifndef VZ_DISK_SPACE_H
#define VZ_DISK_SPACE_H

#include "daemon/base/config.h"


/*
 * vz_disk_space_floor: the bytes that have to stay free: conf->disk_free, and
 * one in twenty of all, but no more than 8 GB of those; 0 where it can't be
 * told.
 */
uint64_t vz_disk_space_floor(const vz_config_t *conf);

/*
 * vz_disk_space: whether there is room for one more container; 1, or 0 with
 * words (VZ_WORDS_MAX).
 */
int vz_disk_space(const vz_config_t *conf, char *words);

/*
 * vz_disk_space_left: whether more than floor bytes, and one in a hundred of
 * its inodes where they are counted, are free on the file system of path.
 */
int vz_disk_space_left(const char *path, uint64_t floor);


#endif /* VZ_DISK_SPACE_H */
