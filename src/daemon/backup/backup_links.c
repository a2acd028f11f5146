/*
 * The note has a record for each name, and a NUL behind it:
 *
 *   l DEVICE:INODE PATH         one of several names of a file
 *   s MODE UID GID PATH         a socket
 *   t MODE PATH                 a folder or a file with the sticky bit
 *   y PATH NUL TARGET           a symbolic link that restic can't write down
 */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include "daemon/backup/backup_links.h"


#define VZ_BACKUP_LINKS_MOST  (48 << 20)    /* bytes of the note */
#define VZ_BACKUP_LINKS_OPEN  32            /* folders open at once */
#define VZ_BACKUP_LINKS_TEMP  ".vzpanel-link"


typedef struct {
    unsigned long long   device;
    unsigned long long   inode;
    const char          *path;
} vz_backup_link_t;

/* A name in a folder that is open. */
typedef struct {
    int           dir;
    const char   *name;
    struct stat   before;               /* of the folder: its times stay */
} vz_backup_place_t;


static int vz_backup_links_note(const char *path, const struct stat *st,
    int what, struct FTW *where);
static int vz_backup_links_all(int root, char *text, size_t len);
static int vz_backup_links_order(const void *one, const void *two);
static int vz_backup_links_join(int root, const vz_backup_link_t *first,
    const vz_backup_link_t *next);
static int vz_backup_links_socket(int root, const char *record);
static int vz_backup_links_sticky(int root, const char *record);
static int vz_backup_links_odd(const char *text);
static int vz_backup_links_symlink(int root, const char *path,
    const char *target);
static int vz_backup_links_place(int root, const char *path,
    vz_backup_place_t *place);
static int vz_backup_links_open(int root, char *folder);
static void vz_backup_links_leave(vz_backup_place_t *place);


static FILE    *vz_backup_links_file;       /* nftw(3) hands on no data */
static size_t   vz_backup_links_root;       /* bytes of the root's path */


int
vz_backup_links_write(const char *root, const char *file)
{
    int  rc;

    vz_backup_links_root = strlen(root) + 1;
    vz_backup_links_file = fopen(file, "wxe");

    if (vz_backup_links_file == NULL) {
        return -1;
    }

    rc = nftw(root, vz_backup_links_note, VZ_BACKUP_LINKS_OPEN, FTW_PHYS);

    return fclose(vz_backup_links_file) != 0 || rc == -1 ? -1 : 0;
}


static int
vz_backup_links_note(const char *path, const struct stat *st, int what,
    struct FTW *where)
{
    int      rc;
    char     target[PATH_MAX];
    ssize_t  len;

    if (where->level == 0 || what == FTW_NS
        || ftell(vz_backup_links_file) > VZ_BACKUP_LINKS_MOST)
    {
        return 0;
    }

    rc = 0;
    len = S_ISLNK(st->st_mode) ? readlink(path, target, sizeof(target) - 1)
                               : -1;
    path += vz_backup_links_root;

    if (len > 0) {
        target[len] = '\0';

        if (vz_backup_links_odd(target)) {
            rc = fprintf(vz_backup_links_file, "y %s%c%s%c", path, '\0', target,
                         '\0');
        }
    }

    if ((S_ISDIR(st->st_mode) || S_ISREG(st->st_mode))
        && (st->st_mode & S_ISVTX))
    {
        rc = fprintf(vz_backup_links_file, "t %o %s%c",
                     (unsigned) st->st_mode & 07777, path, '\0');
    }

    if (rc < 0 || S_ISDIR(st->st_mode)) {
        return rc < 0 ? -1 : 0;
    }

    if (S_ISSOCK(st->st_mode)) {
        rc = fprintf(vz_backup_links_file, "s %o %u %u %s%c",
                     (unsigned) st->st_mode & 07777, (unsigned) st->st_uid,
                     (unsigned) st->st_gid, path, '\0');

    } else if (st->st_nlink > 1) {
        rc = fprintf(vz_backup_links_file, "l %llx:%llx %s%c",
                     (unsigned long long) st->st_dev,
                     (unsigned long long) st->st_ino, path, '\0');
    }

    return rc < 0 ? -1 : 0;
}


int
vz_backup_links_apply(const char *root, const char *file)
{
    int          fd, dir, rc, saved;
    char        *text;
    struct stat  st;

    fd = open(file, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);

    if (fd == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    rc = -1;
    text = NULL;
    dir = open(root, O_PATH|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    if (dir != -1 && fstat(fd, &st) == 0) {
        text = malloc((size_t) st.st_size + 2);

        if (text != NULL
            && st.st_size <= VZ_BACKUP_LINKS_MOST + PATH_MAX + 64
            && read(fd, text, (size_t) st.st_size) == st.st_size)
        {
            text[st.st_size] = text[st.st_size + 1] = '\0';
            rc = vz_backup_links_all(dir, text, (size_t) st.st_size);
        }
    }

    saved = errno;
    free(text);
    (void) close(dir);
    (void) close(fd);
    errno = saved;

    return rc;
}


static int
vz_backup_links_all(int root, char *text, size_t len)
{
    int                rc;
    char              *p, *path;
    size_t             i, count, first;
    vz_backup_link_t  *list;

    for (count = 0, p = text; p < text + len; p += strlen(p) + 1) {
        count += *p == 'l';
    }

    list = calloc(count + 1, sizeof(vz_backup_link_t));
    if (list == NULL) {
        return -1;
    }

    rc = 0;
    i = 0;

    for (p = text; p < text + len && rc == 0; p += strlen(p) + 1) {

        /* a path may begin with spaces: one of them is ours */

        path = *p == 'l' && p[1] == ' ' ? strchr(p + 2, ' ') : NULL;

        if (*p == 'y' && p[1] == ' ') {
            path = p + 2;
            p += strlen(p) + 1;         /* empty at the end of the text */
            rc = vz_backup_links_symlink(root, path, p);

        } else if (*p == 's') {
            rc = vz_backup_links_socket(root, p);

        } else if (*p == 't') {
            rc = vz_backup_links_sticky(root, p);

        } else if (path != NULL
                   && sscanf(p, "l %llx:%llx", &list[i].device,
                             &list[i].inode) == 2)
        {
            list[i++].path = path + 1;
        }
    }

    qsort(list, i, sizeof(vz_backup_link_t), vz_backup_links_order);

    for (count = i, i = 1, first = 0; i < count && rc == 0; i++) {

        if (list[i].device != list[first].device
            || list[i].inode != list[first].inode)
        {
            first = i;

        } else {
            rc = vz_backup_links_join(root, &list[first], &list[i]);
        }
    }

    free(list);

    return rc;
}


static int
vz_backup_links_order(const void *one, const void *two)
{
    const vz_backup_link_t  *a = one, *b = two;

    if (a->device != b->device) {
        return a->device < b->device ? -1 : 1;
    }

    if (a->inode != b->inode) {
        return a->inode < b->inode ? -1 : 1;
    }

    return strcmp(a->path, b->path);
}


/* the next name becomes one of the first's, whatever it was of */
static int
vz_backup_links_join(int root, const vz_backup_link_t *first,
    const vz_backup_link_t *next)
{
    int                rc;
    struct stat        one, two;
    vz_backup_place_t  from, to;

    if (vz_backup_links_place(root, first->path, &from) == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    if (vz_backup_links_place(root, next->path, &to) == -1) {
        vz_backup_links_leave(&from);
        return errno == ENOENT ? 0 : -1;
    }

    rc = 0;

    if (fstatat(from.dir, from.name, &one, AT_SYMLINK_NOFOLLOW) == 0
        && fstatat(to.dir, to.name, &two, AT_SYMLINK_NOFOLLOW) == 0
        && !S_ISDIR(one.st_mode)
        && (one.st_mode & S_IFMT) == (two.st_mode & S_IFMT)
        && (one.st_dev != two.st_dev || one.st_ino != two.st_ino))
    {
        (void) unlinkat(to.dir, VZ_BACKUP_LINKS_TEMP, 0);

        rc = linkat(from.dir, from.name, to.dir, VZ_BACKUP_LINKS_TEMP, 0) == -1
             || renameat(to.dir, VZ_BACKUP_LINKS_TEMP, to.dir, to.name) == -1
             ? -1 : 0;
    }

    vz_backup_links_leave(&to);
    vz_backup_links_leave(&from);

    return rc;
}


static int
vz_backup_links_socket(int root, const char *record)
{
    int                rc, n;
    unsigned           mode, uid, gid;
    vz_backup_place_t  place;

    n = 0;

    if (sscanf(record, "s %o %u %u%n", &mode, &uid, &gid, &n) != 3
        || record[n] != ' ')
    {
        return 0;
    }

    if (vz_backup_links_place(root, record + n + 1, &place) == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    rc = mknodat(place.dir, place.name, S_IFSOCK | 0600, 0);

    if (rc == 0) {
        rc = fchownat(place.dir, place.name, uid, gid, AT_SYMLINK_NOFOLLOW)
             == -1
             || fchmodat(place.dir, place.name, mode & 07777, 0) == -1
             ? -1 : 0;

    } else if (errno == EEXIST) {
        rc = 0;
    }

    vz_backup_links_leave(&place);

    return rc;
}


static int
vz_backup_links_sticky(int root, const char *record)
{
    int                rc, n;
    unsigned           mode;
    struct stat        st;
    vz_backup_place_t  place;

    n = 0;

    if (sscanf(record, "t %o%n", &mode, &n) != 1 || record[n] != ' ') {
        return 0;
    }

    if (vz_backup_links_place(root, record + n + 1, &place) == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    rc = fstatat(place.dir, place.name, &st, AT_SYMLINK_NOFOLLOW) == 0
         && (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode))
         ? fchmodat(place.dir, place.name, mode & 07777, 0) : 0;

    vz_backup_links_leave(&place);

    return rc;
}


/* restic writes JSON, in which what is no UTF-8 becomes another character */
static int
vz_backup_links_odd(const char *text)
{
    int                   more;
    unsigned              code, least;
    const unsigned char  *p;

    for (p = (const unsigned char *) text; *p; p++) {
        if (*p < 0x80) {
            continue;
        }

        more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : 1;
        least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
        code = *p & (0x3f >> more);

        if (*p < 0xc0 || *p > 0xf7) {
            return 1;
        }

        while (more-- > 0) {
            if ((*++p & 0xc0) != 0x80) {
                return 1;
            }

            code = code << 6 | (*p & 0x3f);
        }

        if (code < least || code > 0x10ffff
            || (code >= 0xd800 && code <= 0xdfff))
        {
            return 1;
        }
    }

    return 0;
}


static int
vz_backup_links_symlink(int root, const char *path, const char *target)
{
    int                rc;
    struct stat        st;
    vz_backup_place_t  place;

    if (*target == '\0') {
        return 0;
    }

    if (vz_backup_links_place(root, path, &place) == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    rc = 0;

    if (fstatat(place.dir, place.name, &st, AT_SYMLINK_NOFOLLOW) == 0
        && S_ISLNK(st.st_mode))
    {
        (void) unlinkat(place.dir, VZ_BACKUP_LINKS_TEMP, 0);

        rc = symlinkat(target, place.dir, VZ_BACKUP_LINKS_TEMP) == -1
             || fchownat(place.dir, VZ_BACKUP_LINKS_TEMP, st.st_uid, st.st_gid,
                         AT_SYMLINK_NOFOLLOW) == -1
             || utimensat(place.dir, VZ_BACKUP_LINKS_TEMP,
                          (struct timespec[2]) { st.st_atim, st.st_mtim },
                          AT_SYMLINK_NOFOLLOW) == -1
             || renameat(place.dir, VZ_BACKUP_LINKS_TEMP, place.dir,
                         place.name) == -1 ? -1 : 0;
    }

    vz_backup_links_leave(&place);

    return rc;
}


/* ENOENT: its folder is not there, or is none any more */
static int
vz_backup_links_place(int root, const char *path, vz_backup_place_t *place)
{
    char    folder[PATH_MAX];
    size_t  len;

    place->name = strrchr(path, '/');
    len = place->name ? (size_t) (place->name - path) : 0;
    place->name = place->name ? place->name + 1 : path;

    if (len >= sizeof(folder) || *place->name == '\0'
        || strcmp(place->name, ".") == 0 || strcmp(place->name, "..") == 0)
    {
        errno = ENOENT;
        return -1;
    }

    (void) memcpy(folder, path, len);
    (void) strcpy(folder + len, len ? "" : ".");

    place->dir = vz_backup_links_open(root, folder);

    if (place->dir == -1) {
        errno = errno == ENOTDIR || errno == ELOOP || errno == EXDEV
                ? ENOENT : errno;
        return -1;
    }

    if (fstat(place->dir, &place->before) == -1) {
        (void) close(place->dir);
        return -1;
    }

    return 0;
}


/* no symbolic link is followed, and no other file system entered */
static int
vz_backup_links_open(int root, char *folder)
{
    int              fd, next;
    char            *name, *save;
    struct open_how  how;

    (void) memset(&how, 0, sizeof(how));
    how.flags = O_RDONLY|O_DIRECTORY|O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS|RESOLVE_NO_XDEV;

    fd = (int) syscall(SYS_openat2, root, folder, &how, sizeof(how));

    if (fd != -1 || errno != ENOSYS) {
        return fd;
    }

    /* OpenVZ has kernels without it: there each name is opened on its own */

    fd = openat(root, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    for (name = strtok_r(folder, "/", &save); name && fd != -1;
         name = strtok_r(NULL, "/", &save))
    {
        errno = ENOENT;
        next = strcmp(name, "..") == 0
               ? -1 : openat(fd, name, O_RDONLY|O_DIRECTORY|O_NOFOLLOW
                                       |O_CLOEXEC);
        (void) close(fd);
        fd = next;
    }

    return fd;
}


static void
vz_backup_links_leave(vz_backup_place_t *place)
{
    (void) futimens(place->dir, (struct timespec[2]) {
                        place->before.st_atim, place->before.st_mtim });
    (void) close(place->dir);
}
