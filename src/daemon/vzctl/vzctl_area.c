#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include "daemon/base/dirtree.h"
#include "daemon/base/job.h"
#include "daemon/vzctl/vzctl_area.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_run.h"


#define VZ_VZCTL_AREA_PLOOP  "root.hdd/DiskDescriptor.xml"
#define VZ_VZCTL_AREA_OPEN   32         /* folders open at once */


static int vz_vzctl_area_count(const char *path, const struct stat *st,
    int what, struct FTW *where);


/* nftw(3) hands on no data; of a file with n names each counts for one n-th */
static double  vz_vzctl_area_bytes;
static double  vz_vzctl_area_inodes;


int
vz_vzctl_area_path(const vz_config_t *conf, uint32_t ctid, const char *which,
    char *path)
{
    char    beside[32];
    char   *slash;
    size_t  left;

    if (vz_vzctl_conf_private(conf, ctid, path) == -1) {
        return -1;
    }

    if (which == NULL) {
        return 0;
    }

    (void) snprintf(beside, sizeof(beside), ".%u.%s", ctid, which);

    slash = strrchr(path, '/');
    left = (size_t) (path + PATH_MAX - (slash + 1));

    if (strlen(beside) >= left) {
        errno = ENAMETOOLONG;
        return -1;
    }

    (void) strcpy(slash + 1, beside);

    return 0;
}


int
vz_vzctl_area_has(const vz_config_t *conf, uint32_t ctid, const char *which)
{
    char         path[PATH_MAX];
    struct stat  st;

    return vz_vzctl_area_path(conf, ctid, which, path) == 0
           && lstat(path, &st) == 0;
}


int
vz_vzctl_area_drop(const vz_config_t *conf, uint32_t ctid, const char *which)
{
    char  path[PATH_MAX];

    return vz_vzctl_area_path(conf, ctid, which, path) == -1
           ? -1 : vz_dirtree_remove(path);
}


int
vz_vzctl_area_ploop(const char *path)
{
    int   n;
    char  image[PATH_MAX];

    n = snprintf(image, sizeof(image), "%s/" VZ_VZCTL_AREA_PLOOP, path);

    return n < (int) sizeof(image) && access(image, F_OK) == 0;
}


vz_code_e
vz_vzctl_area_plain(const vz_config_t *conf, uint32_t ctid, char *path,
    char *words)
{
    char         above[PATH_MAX + 4];
    struct stat  st, parent;

    if (vz_vzctl_area_path(conf, ctid, NULL, path) == -1) {
        (void) snprintf(words, VZ_WORDS_MAX, "VE_PRIVATE of container %u: %s",
                        ctid, strerror(errno));
        return VZ_FAILED;
    }

    (void) snprintf(above, sizeof(above), "%s/..", path);

    if (lstat(path, &st) == -1 || stat(above, &parent) == -1) {
        (void) snprintf(words, VZ_WORDS_MAX, "its private area %.120s: %s",
                        path, strerror(errno));
        return VZ_FAILED;
    }

    if (vz_vzctl_area_ploop(path)) {
        (void) snprintf(words, VZ_WORDS_MAX, "its disk is an image of ploop; "
                        "this is for containers of simfs");
        return VZ_UNSUPPORTED;
    }

    if (!S_ISDIR(st.st_mode) || st.st_dev != parent.st_dev) {
        (void) snprintf(words, VZ_WORDS_MAX, "its private area is a link or a "
                        "mount; nothing can take its place");
        return VZ_UNSUPPORTED;
    }

    return VZ_OK;
}


vz_code_e
vz_vzctl_area_fits(vz_job_t *job, const char *path)
{
    vz_code_e        code;
    vz_vzctl_row_t   row;

    code = vz_vzctl_run_list_one(job, &row);
    if (code != VZ_OK) {
        return code;
    }

    vz_vzctl_area_bytes = vz_vzctl_area_inodes = 0;

    if (nftw(path, vz_vzctl_area_count, VZ_VZCTL_AREA_OPEN,
             FTW_PHYS|FTW_MOUNT)
        == -1)
    {
        return vz_job_end(job, VZ_FAILED, "looking at its files: %s",
                          strerror(errno));
    }

    if ((row.value[VZ_COL_DISK_HARD] < VZ_CT_STAT_UNKNOWN
         && vz_vzctl_area_bytes / 1024 > (double) row.value[VZ_COL_DISK_HARD])
        || (row.value[VZ_COL_INODES_HARD] < VZ_CT_STAT_UNKNOWN
            && vz_vzctl_area_inodes
               > (double) row.value[VZ_COL_INODES_HARD]))
    {
        return vz_job_end(job, VZ_NOSPACE, "the backup does not fit on the "
                          "container's disk");
    }

    return VZ_OK;
}


static int
vz_vzctl_area_count(const char *path, const struct stat *st, int what,
    struct FTW *where)
{
    double  names;

    (void) path;
    (void) where;

    if (what != FTW_NS) {
        names = S_ISDIR(st->st_mode) || st->st_nlink == 0
                ? 1 : (double) st->st_nlink;
        vz_vzctl_area_bytes += (double) st->st_blocks * 512 / names;
        vz_vzctl_area_inodes += 1 / names;
    }

    return 0;
}
