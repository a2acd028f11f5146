#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "daemon/base/file.h"


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
