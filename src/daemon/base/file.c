#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include "daemon/base/file.h"


#define VZ_FILE_COPY  65536         /* bytes that are copied at once */


static int vz_file_move(int in, int out);
static int vz_file_make(const char *path, const char *text, size_t len,
    unsigned sync);


ssize_t
vz_file_read(const char *path, char *buf, size_t size)
{
    int      fd, saved;
    ssize_t  n;

    fd = open(path, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    n = read(fd, buf, size - 1);
    saved = errno;
    (void) close(fd);

    if (n == -1) {
        errno = saved;
        return -1;
    }

    buf[n] = '\0';

    return n;
}


int
vz_file_write(const char *path, const char *text, size_t len)
{
    return vz_file_make(path, text, len, 1);
}


int
vz_file_replace(const char *path, const char *text, size_t len)
{
    return vz_file_make(path, text, len, 0);
}


static int
vz_file_make(const char *path, const char *text, size_t len, unsigned sync)
{
    int          fd, saved;
    char         temp[PATH_MAX];
    const char  *name;

    name = strrchr(path, '/') + 1;

    if (snprintf(temp, sizeof(temp), "%.*s.%s.tmp", (int) (name - path), path,
                 name) >= (int) sizeof(temp))
    {
        errno = ENAMETOOLONG;
        return -1;
    }

    fd = open(temp, O_WRONLY|O_CREAT|O_TRUNC|O_NOFOLLOW|O_CLOEXEC, 0600);
    if (fd == -1) {
        return -1;
    }

    errno = ENOSPC;             /* a short write sets no errno */

    if (write(fd, text, len) != (ssize_t) len
        || (sync && fdatasync(fd) == -1))
    {
        saved = errno;
        (void) close(fd);
        (void) unlink(temp);
        errno = saved;
        return -1;
    }

    (void) close(fd);

    if (rename(temp, path) == -1) {
        saved = errno;
        (void) unlink(temp);
        errno = saved;
        return -1;
    }

    return 0;
}


int
vz_file_forget(const char *path)
{
    return unlink(path) == -1 && errno != ENOENT ? -1 : 0;
}


int
vz_file_copy(const char *from, const char *folder, const char *name)
{
    int          in, out, dir, rc, saved;
    struct stat  st;

    in = open(from, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);
    if (in == -1) {
        return -1;
    }

    dir = open(folder, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    out = openat(dir, name, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600);

    rc = out == -1 || fstat(in, &st) == -1 || vz_file_move(in, out) == -1
         || futimens(out, (struct timespec[2]) { st.st_mtim, st.st_mtim })
            == -1
         ? -1 : 0;

    saved = errno;
    (void) close(in);
    (void) close(dir);
    (void) close(out);
    errno = saved;

    return rc;
}


/* sendfile(2) writes to files since Linux 2.6.33 only */
static int
vz_file_move(int in, int out)
{
    char     buf[VZ_FILE_COPY];
    ssize_t  n;

    while ((n = read(in, buf, sizeof(buf))) > 0) {
        if (write(out, buf, (size_t) n) != n) {
            errno = ENOSPC;         /* a short write sets no errno */
            return -1;
        }
    }

    return n == -1 ? -1 : 0;
}


DIR *
vz_file_dir(int fd)
{
    DIR  *dir;

    dir = fd != -1 ? fdopendir(fd) : NULL;

    if (dir == NULL && fd != -1) {
        close(fd);
    }

    return dir;
}
