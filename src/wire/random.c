#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>
#include "wire/random.h"


int
vz_random(void *bytes, size_t len)
{
    int      fd;
    ssize_t  n;

    n = getrandom(bytes, len, 0);

    if (n == -1 && errno == ENOSYS) {
        fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

        if (fd == -1) {
            return -1;
        }

        n = read(fd, bytes, len);
        close(fd);
    }

    return n == (ssize_t) len ? 0 : -1;
}
