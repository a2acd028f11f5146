#include <stdio.h>
#include <unistd.h>
#include "file.h"
#include "runtime.h"
#include "stopping.h"


#define VZ_STOPPING_FOLDER  "stopping"


int
vz_stopping_set(const vz_config_t *conf, uint32_t ctid)
{
    char  path[PATH_MAX], name[16];

    (void) snprintf(name, sizeof(name), "%u", ctid);

    return vz_runtime_make(conf, VZ_STOPPING_FOLDER, name, path) == -1
           ? -1 : vz_file_replace(path, "", 0);
}


int
vz_stopping_forget(const vz_config_t *conf, uint32_t ctid)
{
    char  path[PATH_MAX], name[16];

    (void) snprintf(name, sizeof(name), "%u", ctid);

    return vz_runtime_path(conf, VZ_STOPPING_FOLDER, name, path) == -1
           ? -1 : vz_file_forget(path);
}


int
vz_stopping(const vz_config_t *conf, uint32_t ctid)
{
    char  path[PATH_MAX], name[16];

    (void) snprintf(name, sizeof(name), "%u", ctid);

    return vz_runtime_path(conf, VZ_STOPPING_FOLDER, name, path) == 0
           && access(path, F_OK) == 0;
}
