#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "daemon/base/lock.h"
#include "daemon/base/monotonic.h"
#include "daemon/base/run_folder.h"


#define VZ_LOCK_PAUSE_MIN   5       /* milliseconds between two tries */
#define VZ_LOCK_PAUSE_MAX  50


static vz_code_e vz_lock_wait(vz_lock_t *lock, const char *what, long end,
    char *holder);
static int vz_lock_try(int fd);
static void vz_lock_holder(int fd, char *holder);
static void vz_lock_sign(int fd, const char *what);


vz_code_e
vz_lock_take(const vz_config_t *conf, const char *name, const char *what,
    int timeout, vz_lock_t *lock, char *holder)
{
    lock->fd = -1;
    holder[0] = '\0';

    if (vz_run_folder_make(conf, "lock", name, lock->path) == -1) {
        return VZ_INTERNAL;
    }

    return vz_lock_wait(lock, what, vz_monotonic_msec() + timeout, holder);
}


static vz_code_e
vz_lock_wait(vz_lock_t *lock, const char *what, long end, char *holder)
{
    int              fd, err;
    long             pause;
    struct timespec  ts;

    for (pause = VZ_LOCK_PAUSE_MIN; /* void */ ; pause *= 2) {

        fd = open(lock->path, O_RDWR|O_CREAT|O_NOFOLLOW|O_CLOEXEC, 0600);
        if (fd == -1) {
            return VZ_INTERNAL;
        }

        err = vz_lock_try(fd);

        if (err == 0) {
            vz_lock_sign(fd, what);
            lock->fd = fd;
            return VZ_OK;
        }

        if (err == EWOULDBLOCK && vz_monotonic_msec() >= end) {
            vz_lock_holder(fd, holder);
            (void) close(fd);
            return VZ_BUSY;
        }

        (void) close(fd);

        if (err == ESTALE) {
            continue;
        }

        if (err != EWOULDBLOCK) {
            errno = err;
            return VZ_INTERNAL;
        }

        if (pause > VZ_LOCK_PAUSE_MAX) {
            pause = VZ_LOCK_PAUSE_MAX;
        }

        ts.tv_sec = 0;
        ts.tv_nsec = pause * 1000000;
        (void) nanosleep(&ts, NULL);
    }
}


void
vz_lock_drop(vz_lock_t *lock)
{
    if (lock->fd == -1) {
        return;
    }

    /*
     * the name goes first: a process that waits for the file finds ESTALE and
     * creates a new one
     */
    (void) unlink(lock->path);
    (void) flock(lock->fd, LOCK_UN);
    (void) close(lock->fd);

    lock->fd = -1;
}


/* ESTALE: the holder removed the name between our open() and flock(). */
static int
vz_lock_try(int fd)
{
    struct stat  st;

    if (flock(fd, LOCK_EX|LOCK_NB) == -1 || fstat(fd, &st) == -1) {
        return errno;
    }

    return st.st_nlink == 0 ? ESTALE : 0;
}


static void
vz_lock_holder(int fd, char *holder)
{
    ssize_t  n;

    n = pread(fd, holder, VZ_LOCK_HOLDER - 1, 0);

    holder[n > 0 ? n : 0] = '\0';
    holder[strcspn(holder, "\n")] = '\0';
}


static void
vz_lock_sign(int fd, const char *what)
{
    int         n;
    char        buf[VZ_LOCK_HOLDER];
    time_t      now;
    struct tm   tm;

    now = time(NULL);

    if (gmtime_r(&now, &tm) == NULL) {
        return;
    }

    n = snprintf(buf, sizeof(buf), "%s, pid %d, since %02d:%02d:%02dZ\n",
                 what, (int) getpid(), tm.tm_hour, tm.tm_min, tm.tm_sec);

    if (n > 0 && (size_t) n < sizeof(buf) && ftruncate(fd, 0) == 0) {
        (void) !pwrite(fd, buf, n, 0);
    }
}
