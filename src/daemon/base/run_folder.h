/*
 * What need not outlive the node's running: locks, that a stop was asked for,
 * marks for which the disk had no room.  It lies in RUN_DIR/LXC_PATH/, in
 * memory, so that a disk which is full is in nobody's way; each lxc_path has a
 * folder of its own there.
 */

#ifndef VZ_RUN_FOLDER_H
#define VZ_RUN_FOLDER_H

#include "daemon/base/config.h"


/*
 * vz_run_folder_path: RUN_DIR/LXC_PATH/FOLDER/NAME, or with name NULL the
 * folder, into path (PATH_MAX).  0, or -1 with ENAMETOOLONG.
 */
int vz_run_folder_path(const vz_config_t *conf, const char *folder,
    const char *name, char *path);

/*
 * vz_run_folder_make: the same, and the folder is there afterwards, of mode
 * 0700 as all that it makes.  0, or -1 with errno.
 */
int vz_run_folder_make(const vz_config_t *conf, const char *folder,
    const char *name, char *path);


#endif /* VZ_RUN_FOLDER_H */
