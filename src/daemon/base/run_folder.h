/*
 * The runtime folder, RUN_DIR/LXC_PATH/: what ends with the node's running:
 * locks, requests to stop, marks for which the disk had no room. It lies in
 * memory, so it works while the disk is full. Each lxc_path has a folder of
 * its own.
 */

#ifndef VZ_RUN_FOLDER_H
#define VZ_RUN_FOLDER_H

#include "daemon/base/config.h"


/*
 * vz_run_folder_path: print RUN_DIR/LXC_PATH/FOLDER/NAME into path (PATH_MAX
 * bytes), or the folder alone with name NULL. 0, or -1 with ENAMETOOLONG.
 */
int vz_run_folder_path(const vz_config_t *conf, const char *folder,
    const char *name, char *path);

/*
 * vz_run_folder_make: the same, and create the folders with mode 0700 where
 * they are missing. 0, or -1 with errno.
 */
int vz_run_folder_make(const vz_config_t *conf, const char *folder,
    const char *name, char *path);


#endif /* VZ_RUN_FOLDER_H */
