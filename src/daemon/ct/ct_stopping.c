#include <stdio.h>
#include <unistd.h>
#include "daemon/base/file.h"
#include "daemon/base/run_folder.h"
#include "daemon/ct/ct_stopping.h"


#define VZ_CT_STOPPING_FOLDER  "stopping"


int
vz_ct_stopping_set(const vz_config_t *conf, uint32_t ctid)
{
    char  path[PATH_MAX], name[16];

    (void) snprintf(name, sizeof(name), "%u", ctid);

    return vz_run_folder_make(conf, VZ_CT_STOPPING_FOLDER, name, path) == -1
           ? -1 : vz_file_replace(path, "", 0);
}


int
vz_ct_stopping_forget(const vz_config_t *conf, uint32_t ctid)
{
    char  path[PATH_MAX], name[16];

    (void) snprintf(name, sizeof(name), "%u", ctid);

    return vz_run_folder_path(conf, VZ_CT_STOPPING_FOLDER, name, path) == -1
           ? -1 : vz_file_forget(path);
}


int
vz_ct_stopping(const vz_config_t *conf, uint32_t ctid)
{
    char  path[PATH_MAX], name[16];

    (void) snprintf(name, sizeof(name), "%u", ctid);

    return vz_run_folder_path(conf, VZ_CT_STOPPING_FOLDER, name, path) == 0
           && access(path, F_OK) == 0;
}
