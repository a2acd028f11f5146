#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>
#include "daemon/backup/backup_path.h"
#include "daemon/backup/restic_list.h"
#include "daemon/backup/view_files.h"


#define VZ_VIEW_FILES_CHUNK  65536


/* The first names of a folder, in order. */
typedef struct {
    unsigned    n;
    unsigned    more;
    char       *name[VZ_VIEW_FILES_MOST + 1];
} vz_view_names_t;


static int vz_view_files_at(int root, const char *path, int flags);
static int vz_view_files_names(DIR *dir, vz_view_names_t *names);
static int vz_view_files_sort(vz_view_names_t *names, const char *name);
static int vz_view_files_told(FILE *to, DIR *dir, vz_view_names_t *names);
static int vz_view_files_line(FILE *to, const char *name,
    const struct stat *st);


static int
vz_view_files_at(int root, const char *path, int flags)
{
    struct open_how  how;

    (void) memset(&how, 0, sizeof(how));
    how.flags = (unsigned) (flags | O_NOFOLLOW | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS|RESOLVE_NO_XDEV;

    path += strspn(path, "/");

    return (int) syscall(SYS_openat2, root, *path ? path : ".", &how,
                         sizeof(how));
}


int
vz_view_files_find(int root, const char *path, struct stat *st)
{
    int  fd;

    fd = vz_view_files_at(root, path, O_PATH);

    if (fd != -1 && fstat(fd, st) == -1) {
        (void) close(fd);
        fd = -1;
    }

    return fd;
}


/* what would wait for somebody, as a pipe does, is not even opened */
int
vz_view_files_open(int root, const char *path)
{
    int          fd;
    struct stat  st;

    fd = vz_view_files_find(root, path, &st);

    if (fd == -1) {
        return -1;
    }

    (void) close(fd);

    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
        errno = EINVAL;
        return -1;
    }

    return vz_view_files_at(root, path, O_RDONLY|O_NONBLOCK);
}


int
vz_view_files_list(int root, const char *path, int out)
{
    int                     fd, rc;
    DIR                    *dir;
    FILE                   *to;
    unsigned                i;
    struct stat             st;
    static vz_view_names_t  names;

    fd = vz_view_files_find(root, path, &st);
    out = dup(out);
    to = out == -1 ? NULL : fdopen(out, "w");

    if (fd == -1 || to == NULL) {
        return -1;
    }

    (void) close(fd);

    if (!S_ISDIR(st.st_mode)) {
        rc = vz_view_files_line(to, strrchr(path, '/') + 1, &st);

    } else {
        (void) memset(&names, 0, sizeof(names));
        fd = vz_view_files_at(root, path, O_RDONLY|O_DIRECTORY);
        dir = fd == -1 ? NULL : fdopendir(fd);

        rc = dir == NULL || vz_view_files_names(dir, &names) == -1
             ? -1 : vz_view_files_told(to, dir, &names);

        for (i = 0; i < names.n; i++) {
            free(names.name[i]);
        }

        if (dir != NULL) {
            (void) closedir(dir);
        }
    }

    return fclose(to) == 0 && rc == 0 ? 0 : -1;
}


static int
vz_view_files_names(DIR *dir, vz_view_names_t *names)
{
    struct dirent  *entry;

    for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0) {

        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0
            && vz_view_files_sort(names, entry->d_name) == -1)
        {
            return -1;
        }
    }

    return errno == 0 ? 0 : -1;
}


/* a folder may have millions: no more is kept than is told */
static int
vz_view_files_sort(vz_view_names_t *names, const char *name)
{
    char      *copy;
    unsigned   low, high, mid;

    low = 0;
    high = names->n;

    while (low < high) {
        mid = (low + high) / 2;

        if (strcmp(names->name[mid], name) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }

    if (low == VZ_VIEW_FILES_MOST) {
        names->more = 1;
        return 0;
    }

    copy = strdup(name);

    if (copy == NULL) {
        return -1;
    }

    (void) memmove(&names->name[low + 1], &names->name[low],
                   (names->n - low) * sizeof(char *));
    names->name[low] = copy;
    names->n++;

    if (names->n > VZ_VIEW_FILES_MOST) {
        names->n--;
        names->more = 1;
        free(names->name[names->n]);
    }

    return 0;
}


static int
vz_view_files_told(FILE *to, DIR *dir, vz_view_names_t *names)
{
    unsigned     i;
    struct stat  st;

    for (i = 0; i < names->n; i++) {

        if (fstatat(dirfd(dir), names->name[i], &st,
                    AT_SYMLINK_NOFOLLOW|AT_NO_AUTOMOUNT) == -1
            || vz_view_files_line(to, names->name[i], &st) == -1)
        {
            return -1;
        }
    }

    return names->more && fputs("more=1\n", to) < 0 ? -1 : 0;
}


static int
vz_view_files_line(FILE *to, const char *name, const struct stat *st)
{
    char         text[VZ_BACKUP_PATH_NAME], time[VZ_RESTIC_LIST_TIME + 1];
    const char  *type;

    if (vz_backup_path_print(name, strlen(name), text) != VZ_OK) {
        errno = ENAMETOOLONG;
        return -1;
    }

    type = S_ISREG(st->st_mode) ? "file"
           : S_ISDIR(st->st_mode) ? "dir"
           : S_ISLNK(st->st_mode) ? "link" : "other";

    vz_restic_list_print(st->st_mtim.tv_sec, time);

    return fprintf(to, "type=%s size=%llu mtime=%s mode=%04o name=%s\n", type,
                   S_ISREG(st->st_mode) ? (unsigned long long) st->st_size
                                        : 0ULL,
                   time, (unsigned) st->st_mode & 07777, text) < 0 ? -1 : 0;
}


int
vz_view_files_send(int root, const char *path, int out)
{
    int      fd, rc;
    ssize_t  n;

    static char  bytes[VZ_VIEW_FILES_CHUNK];

    fd = vz_view_files_open(root, path);

    if (fd == -1) {
        return -1;
    }

    do {
        n = read(fd, bytes, sizeof(bytes));
        rc = n > 0 ? vz_view_files_put(out, bytes, (size_t) n) : (int) n;
    } while ((n > 0 && rc == 0) || (n == -1 && errno == EINTR));

    (void) close(fd);

    return rc;
}


int
vz_view_files_put(int out, const char *bytes, size_t len)
{
    ssize_t  n;

    while (len > 0) {
        n = write(out, bytes, len);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n <= 0) {
            return -1;
        }

        bytes += n;
        len -= (size_t) n;
    }

    return 0;
}
