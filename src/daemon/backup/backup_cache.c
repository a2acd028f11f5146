#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <sys/stat.h>
#include "daemon/backup/backup_cache.h"
#include "daemon/base/dirtree.h"
#include "daemon/base/log.h"
#include "wire/field.h"


#define VZ_BACKUP_CACHE_MOST  (256ULL << 20)    /* bytes of one container */
#define VZ_BACKUP_CACHE_AGE   (7 * 86400)       /* seconds without use */


static int vz_backup_cache_path(const vz_config_t *conf, const char *tag,
    char *path);
static uint64_t vz_backup_cache_size(const char *path);
static int vz_backup_cache_add(const char *path, const struct stat *st,
    int what, struct FTW *where);
static void vz_backup_cache_old(const vz_config_t *conf);
static void vz_backup_cache_remove(const char *path);


static uint64_t  vz_backup_cache_bytes;     /* nftw(3) hands on no data */


static int
vz_backup_cache_path(const vz_config_t *conf, const char *tag, char *path)
{
    if (snprintf(path, PATH_MAX, "%s/%s", conf->backup_cache, tag)
        >= PATH_MAX)
    {
        errno = ENAMETOOLONG;
        return -1;
    }

    return 0;
}


int
vz_backup_cache_make(const vz_config_t *conf, const char *tag, char *path)
{
    return vz_backup_cache_path(conf, tag, path) == -1
           || vz_dirtree_make(path, 0700) == -1
           || utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW) == -1
           ? -1 : 0;
}


void
vz_backup_cache_bound(const vz_config_t *conf, const char *tag)
{
    char  path[PATH_MAX];

    if (vz_backup_cache_path(conf, tag, path) == 0
        && vz_backup_cache_size(path) > VZ_BACKUP_CACHE_MOST)
    {
        vz_backup_cache_remove(path);
    }

    vz_backup_cache_old(conf);
}


static uint64_t
vz_backup_cache_size(const char *path)
{
    vz_backup_cache_bytes = 0;

    (void) nftw(path, vz_backup_cache_add, 16, FTW_PHYS | FTW_MOUNT);

    return vz_backup_cache_bytes;
}


static int
vz_backup_cache_add(const char *path, const struct stat *st, int what,
    struct FTW *where)
{
    (void) path;
    (void) where;

    if (what == FTW_F) {
        vz_backup_cache_bytes += (uint64_t) st->st_blocks * 512;
    }

    return 0;
}


static void
vz_backup_cache_old(const vz_config_t *conf)
{
    DIR            *dir;
    char            path[PATH_MAX];
    time_t          now;
    struct stat     st;
    struct dirent  *entry;

    dir = opendir(conf->backup_cache);
    if (dir == NULL) {
        return;
    }

    now = time(NULL);

    while ((entry = readdir(dir)) != NULL) {

        if (vz_field_check(VZ_FIELD_TAG, entry->d_name,
                           strlen(entry->d_name)) == VZ_OK
            && fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW)
               == 0
            && st.st_mtime + VZ_BACKUP_CACHE_AGE < now
            && vz_backup_cache_path(conf, entry->d_name, path) == 0)
        {
            vz_backup_cache_remove(path);
        }
    }

    (void) closedir(dir);
}


void
vz_backup_cache_forget(const vz_config_t *conf, const char *tag)
{
    char  path[PATH_MAX];

    if (tag[0] && vz_backup_cache_path(conf, tag, path) == 0) {
        vz_backup_cache_remove(path);
    }
}


static void
vz_backup_cache_remove(const char *path)
{
    if (vz_dirtree_remove(path) == -1) {
        vz_log(LOG_WARNING, "%s: %s", path, strerror(errno));
    }
}
