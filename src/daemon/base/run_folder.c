#include <errno.h>
#include <stdio.h>
#include "daemon/base/dirtree.h"
#include "daemon/base/run_folder.h"


int
vz_run_folder_path(const vz_config_t *conf, const char *folder,
    const char *name, char *path)
{
    int  n;

    n = snprintf(path, PATH_MAX, "%s%s/%s%s%s", conf->run_dir, conf->lxc_path,
                 folder, name ? "/" : "", name ? name : "");

    if (n < 0 || n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }

    return 0;
}


int
vz_run_folder_make(const vz_config_t *conf, const char *folder,
    const char *name, char *path)
{
    return vz_run_folder_path(conf, folder, NULL, path) == -1
           || vz_dirtree_make(path, 0700) == -1
           ? -1 : vz_run_folder_path(conf, folder, name, path);
}
