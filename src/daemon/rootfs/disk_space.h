/*
 * Free space on the file system of lxc_path. Some of it is kept free, because
 * a full disk causes I/O errors in every container whose image is there.
 */

#ifndef VZ_DISK_SPACE_H
#define VZ_DISK_SPACE_H

#include "daemon/base/config.h"


/*
 * vz_disk_space_floor: the bytes that stay free: conf->disk_free, or a
 * twentieth of the disk but no more than 8 GB, whichever is more; 0 where this
 * can't be told.
 */
uint64_t vz_disk_space_floor(const vz_config_t *conf);

/*
 * vz_disk_space: 1 where there is space for another container; 0 with words
 * (VZ_WORDS_MAX bytes).
 */
int vz_disk_space(const vz_config_t *conf, char *words);

/* vz_disk_space_at: the same of the file system of a path. */
int vz_disk_space_at(const vz_config_t *conf, const char *path, char *words);

/*
 * vz_disk_space_left: 1 where more than floor bytes are free on the file
 * system of path, and a hundredth of its inodes where they are counted.
 */
int vz_disk_space_left(const char *path, uint64_t floor);


#endif /* VZ_DISK_SPACE_H */
