/*
 * What restic keeps of a container's repository, so that it need not be read
 * each time: a folder for each container in conf->backup_cache.  All of it can
 * be removed at any time.
 */

#ifndef VZ_BACKUP_CACHE_H
#define VZ_BACKUP_CACHE_H

#include "daemon/base/config.h"


/*
 * vz_backup_cache_make: print the folder of a container into path (PATH_MAX
 * bytes), and create it where it is missing.  0, or -1 with errno.
 */
int vz_backup_cache_make(const vz_config_t *conf, const char *tag, char *path);

/*
 * vz_backup_cache_bound: remove what is in it where that is more than 256 MB,
 * and folders that nobody has used for a week.  Failures are logged.
 */
void vz_backup_cache_bound(const vz_config_t *conf, const char *tag);

/* vz_backup_cache_forget: remove it: the container is.  Failures are logged. */
void vz_backup_cache_forget(const vz_config_t *conf, const char *tag);


#endif /* VZ_BACKUP_CACHE_H */
