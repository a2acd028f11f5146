#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/backup/tar_head.h"
#include "daemon/backup/view_files.h"
#include "daemon/backup/view_tar.h"
#include "daemon/backup/view_tar_data.h"
#include "daemon/backup/view_tar_xattr.h"


#define VZ_VIEW_TAR_DEEP   512          /* folders in each other */
#define VZ_VIEW_TAR_NAMES  (48 << 20)   /* bytes of names that are kept */


/* A file that has more names than the one here. */
typedef struct {
    dev_t   device;
    ino_t   inode;
    char    name[];
} vz_view_tar_same_t;

typedef struct {
    int                 out;
    unsigned            deep;
    size_t              kept;           /* bytes of names */
    void               *same;           /* tree of vz_view_tar_same_t */
    size_t              len;
    char                name[PATH_MAX];
    char                link[PATH_MAX];
    vz_tar_records_t    records;
} vz_view_tar_t;


static int vz_view_tar_folder(vz_view_tar_t *tar, int fd);
static int vz_view_tar_entry(vz_view_tar_t *tar, int dir, const char *name);
static int vz_view_tar_open(vz_view_tar_t *tar, int fd, vz_tar_entry_t *entry,
    const struct stat *st);
static int vz_view_tar_file(vz_view_tar_t *tar, int fd, vz_tar_entry_t *entry,
    const struct stat *st);
static int vz_view_tar_link(vz_view_tar_t *tar, int dir, const char *name,
    vz_tar_entry_t *entry, const struct stat *st);
static int vz_view_tar_same(vz_view_tar_t *tar, vz_tar_entry_t *entry,
    const struct stat *st);
static int vz_view_tar_order(const void *a, const void *b);
static int vz_view_tar_head(vz_view_tar_t *tar, vz_tar_entry_t *entry);
static void vz_view_tar_about(vz_tar_entry_t *entry, const struct stat *st);


int
vz_view_tar(int root, const char *path, int out)
{
    int                    fd, rc;
    const char            *name;
    struct stat            st;
    vz_tar_entry_t         entry;
    static vz_view_tar_t   tar;
    static const char      end[2 * VZ_TAR_BLOCK];

    (void) memset(&tar, 0, offsetof(vz_view_tar_t, records));
    tar.out = out;

    name = strrchr(path, '/');
    name = name && name[1] ? name + 1 : ".";
    tar.len = (size_t) snprintf(tar.name, sizeof(tar.name), "%s", name);

    fd = vz_view_files_open(root, path);
    rc = fd == -1 ? -1 : fstat(fd, &st);

    if (rc == 0) {
        vz_view_tar_about(&entry, &st);
        entry.name = tar.name;
        rc = vz_view_tar_open(&tar, fd, &entry, &st);

    } else if (fd != -1) {
        (void) close(fd);
    }

    if (rc == 0) {
        rc = vz_view_files_put(out, end, sizeof(end));
    }

    tdestroy(tar.same, free);

    return rc;
}


/* fd is closed here, in any case */
static int
vz_view_tar_folder(vz_view_tar_t *tar, int fd)
{
    int             rc;
    DIR            *dir;
    struct dirent  *entry;

    dir = fdopendir(fd);

    if (dir == NULL) {
        (void) close(fd);
        return -1;
    }

    rc = 0;

    if (++tar->deep > VZ_VIEW_TAR_DEEP) {
        errno = ENAMETOOLONG;
        rc = -1;
    }

    while (rc == 0) {
        errno = 0;
        entry = readdir(dir);

        if (entry == NULL) {
            rc = errno == 0 ? 0 : -1;
            break;
        }

        if (strcmp(entry->d_name, ".") != 0
            && strcmp(entry->d_name, "..") != 0)
        {
            rc = vz_view_tar_entry(tar, dirfd(dir), entry->d_name);
        }
    }

    tar->deep--;
    (void) closedir(dir);

    return rc;
}


/* its name is behind that of its folder for as long as this takes */
static int
vz_view_tar_entry(vz_view_tar_t *tar, int dir, const char *name)
{
    int             fd, rc;
    size_t          len;
    struct stat     st;
    vz_tar_entry_t  entry;

    len = tar->len;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW|AT_NO_AUTOMOUNT) == -1) {
        return -1;
    }

    /* a folder has a slash behind it */

    if (len + strlen(name) + 3 > sizeof(tar->name)) {
        errno = ENAMETOOLONG;
        return -1;
    }

    tar->len += (size_t) sprintf(tar->name + len, "/%s", name);
    vz_view_tar_about(&entry, &st);
    entry.name = tar->name;
    rc = 0;

    if (S_ISLNK(st.st_mode)) {
        rc = vz_view_tar_link(tar, dir, name, &entry, &st);

    } else if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) {
        fd = openat(dir, name, O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);
        rc = fd == -1 ? -1 : vz_view_tar_open(tar, fd, &entry, &st);
    }

    tar->len = len;
    tar->name[len] = '\0';

    return rc;
}


/* fd is closed here, in any case */
static int
vz_view_tar_open(vz_view_tar_t *tar, int fd, vz_tar_entry_t *entry,
    const struct stat *st)
{
    int     rc;
    size_t  len;

    tar->records.len = 0;

    if (vz_view_tar_xattr(fd, &tar->records) == -1) {
        (void) close(fd);
        return -1;
    }

    if (!S_ISDIR(st->st_mode)) {
        rc = vz_view_tar_file(tar, fd, entry, st);
        (void) close(fd);
        return rc;
    }

    len = tar->len;
    entry->type = VZ_TAR_FOLDER;
    (void) strcpy(tar->name + len, "/");
    rc = vz_view_tar_head(tar, entry);
    tar->name[len] = '\0';

    if (rc == -1) {
        (void) close(fd);
        return -1;
    }

    return vz_view_tar_folder(tar, fd);
}


static int
vz_view_tar_file(vz_view_tar_t *tar, int fd, vz_tar_entry_t *entry,
    const struct stat *st)
{
    int                  rc;
    vz_view_tar_data_t   data;

    entry->type = VZ_TAR_FILE;

    rc = st->st_nlink > 1 ? vz_view_tar_same(tar, entry, st) : 0;

    if (rc != 0) {
        return rc == 1 ? vz_view_tar_head(tar, entry) : -1;
    }

    if (vz_view_tar_data_open(&data, fd, st, entry, &tar->records) == -1) {
        return -1;
    }

    rc = vz_view_tar_head(tar, entry);

    if (rc == 0) {
        rc = vz_view_tar_data_put(&data, tar->out);
    }

    vz_view_tar_data_close(&data);

    return rc;
}


static int
vz_view_tar_link(vz_view_tar_t *tar, int dir, const char *name,
    vz_tar_entry_t *entry, const struct stat *st)
{
    int      rc;
    ssize_t  n;

    rc = st->st_nlink > 1 ? vz_view_tar_same(tar, entry, st) : 0;

    if (rc != 0) {
        return rc == 1 ? vz_view_tar_head(tar, entry) : -1;
    }

    n = readlinkat(dir, name, tar->link, sizeof(tar->link) - 1);

    if (n == -1) {
        return -1;
    }

    tar->link[n] = '\0';
    tar->records.len = 0;
    entry->type = VZ_TAR_LINK;
    entry->link = tar->link;

    return vz_view_tar_head(tar, entry);
}


/*
 * 1 where the file is there under another name, which the entry then links to;
 * 0 where it is not, or so many are that no more are remembered; -1.
 */
static int
vz_view_tar_same(vz_view_tar_t *tar, vz_tar_entry_t *entry,
    const struct stat *st)
{
    void                      *found;
    vz_view_tar_same_t        *one;
    const vz_view_tar_same_t  *first;

    if (tar->kept > VZ_VIEW_TAR_NAMES) {
        return 0;
    }

    one = malloc(sizeof(vz_view_tar_same_t) + tar->len + 1);

    if (one == NULL) {
        return -1;
    }

    one->device = st->st_dev;
    one->inode = st->st_ino;
    (void) strcpy(one->name, tar->name);
    found = tsearch(one, &tar->same, vz_view_tar_order);

    if (found == NULL) {
        free(one);
        errno = ENOMEM;
        return -1;
    }

    first = *(vz_view_tar_same_t **) found;

    if (first == one) {
        tar->kept += sizeof(vz_view_tar_same_t) + tar->len + 1;
        return 0;
    }

    free(one);
    entry->type = VZ_TAR_SAME;
    entry->link = first->name;
    tar->records.len = 0;

    return 1;
}


static int
vz_view_tar_order(const void *a, const void *b)
{
    const vz_view_tar_same_t  *one, *other;

    one = a;
    other = b;

    return one->device != other->device
           ? (one->device < other->device ? -1 : 1)
           : one->inode != other->inode
             ? (one->inode < other->inode ? -1 : 1) : 0;
}


static int
vz_view_tar_head(vz_view_tar_t *tar, vz_tar_entry_t *entry)
{
    char               block[VZ_TAR_BLOCK];
    vz_tar_entry_t     pax;
    static const char  none[VZ_TAR_BLOCK];

    if (vz_tar_head_more(&tar->records, entry) == -1) {
        return -1;
    }

    if (tar->records.len) {
        (void) memset(&pax, 0, sizeof(pax));
        pax.name = "PaxHeader";
        pax.type = VZ_TAR_PAX;
        pax.mode = 0644;
        pax.size = tar->records.len;
        vz_tar_head_block(block, &pax);

        if (vz_view_files_put(tar->out, block, sizeof(block)) == -1
            || vz_view_files_put(tar->out, tar->records.bytes,
                                 tar->records.len) == -1
            || vz_view_files_put(tar->out, none, (VZ_TAR_BLOCK
                                  - tar->records.len % VZ_TAR_BLOCK)
                                 % VZ_TAR_BLOCK) == -1)
        {
            return -1;
        }
    }

    vz_tar_head_block(block, entry);

    return vz_view_files_put(tar->out, block, sizeof(block));
}


static void
vz_view_tar_about(vz_tar_entry_t *entry, const struct stat *st)
{
    (void) memset(entry, 0, sizeof(vz_tar_entry_t));
    entry->mode = (unsigned) st->st_mode & 07777;
    entry->uid = st->st_uid;
    entry->gid = st->st_gid;
    entry->mtime = st->st_mtim.tv_sec;
}
