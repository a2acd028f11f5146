#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "daemon/base/dirtree.h"


static int vz_dirtree_step(const char *path, mode_t mode);


int
vz_dirtree_make(const char *path, mode_t mode)
{
    char    *p, buf[PATH_MAX];
    size_t   len;

    len = strlen(path);

    if (len == 0 || len >= sizeof(buf)) {
        errno = ENAMETOOLONG;
        return -1;
    }

    if (vz_dirtree_step(path, mode) == 0) {
        return 0;
    }

    if (errno != ENOENT) {
        return -1;
    }

    (void) memcpy(buf, path, len + 1);

    for (p = strchr(buf + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = '\0';

        if (vz_dirtree_step(buf, mode) == -1) {
            return -1;
        }

        *p = '/';
    }

    return vz_dirtree_step(path, mode);
}


int
vz_dirtree_remove(const char *path)
{
    int      rc, saved;
    FTS     *fts;
    char    *roots[2], root[PATH_MAX];
    FTSENT  *entry;

    if (path[0] != '/' || strlen(path) >= sizeof(root)) {
        errno = EINVAL;
        return -1;
    }

    (void) strcpy(root, path);

    roots[0] = root;
    roots[1] = NULL;

    /*
     * fts(3) changes its working folder, so that it can walk trees deeper than
     * PATH_MAX: that excludes FTS_NOCHDIR
     */
    fts = fts_open(roots, FTS_PHYSICAL|FTS_XDEV, NULL);
    if (fts == NULL) {
        return -1;
    }

    rc = 0;
    saved = 0;

    while ((entry = fts_read(fts)) != NULL) {

        if (entry->fts_info == FTS_D) {
            continue;
        }

        if (unlinkat(AT_FDCWD, entry->fts_accpath,
                     entry->fts_info == FTS_DP ? AT_REMOVEDIR : 0) == -1
            && errno != ENOENT)
        {
            saved = errno;
            rc = -1;
        }
    }

    (void) fts_close(fts);

    errno = saved;

    return rc;
}


int
vz_dirtree_sync(const char *path)
{
    int  fd, rc, saved;

    fd = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    rc = fsync(fd);
    saved = errno;
    (void) close(fd);
    errno = saved;

    return rc;
}


static int
vz_dirtree_step(const char *path, mode_t mode)
{
    struct stat  st;

    if (mkdir(path, mode) == 0) {
        return chmod(path, mode);
    }

    if (errno != EEXIST) {
        return -1;
    }

    if (stat(path, &st) == -1) {
        return -1;
    }

    if (!S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return -1;
    }

    return 0;
}
