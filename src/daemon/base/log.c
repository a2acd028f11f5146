#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "daemon/base/log.h"


#define VZ_LOG_LINE  1024


typedef enum {
    VZ_LOG_SYSLOG = 0,
    VZ_LOG_FILE,
    VZ_LOG_TTY
} vz_log_e;


static size_t vz_log_clean(char *text);
static size_t vz_log_stamp(char *buf, size_t size);
static void vz_log_write(const char *text, size_t len);


static vz_log_e  vz_log_kind = VZ_LOG_SYSLOG;
static int       vz_log_level = LOG_INFO;


int
vz_log_open(const char *where, const char *level)
{
    int          fd, rc;
    const char  *path;

    vz_log_level = strcmp(level, "notice") == 0 ? LOG_NOTICE : LOG_INFO;
    vz_log_kind = VZ_LOG_SYSLOG;
    openlog("virtual-server", LOG_PID|LOG_NDELAY, LOG_DAEMON);

    rc = 0;
    path = strcmp(where, "syslog") == 0 ? "/dev/null" : where;

    fd = open(path, O_WRONLY|O_APPEND|O_CREAT|O_NOFOLLOW|O_CLOEXEC, 0640);
    if (fd == -1) {
        rc = errno;
        fd = open("/dev/null", O_WRONLY|O_CLOEXEC);

    } else if (path == where) {
        vz_log_kind = VZ_LOG_FILE;
    }

    if (fd == -1) {
        return -1;
    }

    if (fd != STDERR_FILENO) {
        if (dup2(fd, STDERR_FILENO) == -1) {
            rc = errno;
        }

        (void) close(fd);
    }

    errno = rc;

    return rc == 0 ? 0 : -1;
}


void
vz_log_tty(void)
{
    vz_log_kind = VZ_LOG_TTY;
}


void
vz_log(int level, const char *fmt, ...)
{
    char     buf[VZ_LOG_LINE];
    int      saved;
    size_t   n, len;
    va_list  args;

    saved = errno;

    if (level > vz_log_level) {
        return;
    }

    n = vz_log_kind == VZ_LOG_FILE ? vz_log_stamp(buf, sizeof(buf)) : 0;

    va_start(args, fmt);
    (void) vsnprintf(buf + n, sizeof(buf) - n - 1, fmt, args);
    va_end(args);

    len = n + vz_log_clean(buf + n);

    if (vz_log_kind == VZ_LOG_SYSLOG) {
        syslog(level, "%s", buf);

    } else {
        buf[len++] = '\n';
        vz_log_write(buf, len);
    }

    errno = saved;
}


static size_t
vz_log_clean(char *text)
{
    char  *p;

    for (p = text; *p; p++) {
        if ((unsigned char) *p < ' ' || (unsigned char) *p > '~') {
            *p = ' ';
        }
    }

    return (size_t) (p - text);
}


static size_t
vz_log_stamp(char *buf, size_t size)
{
    int         n;
    time_t      now;
    struct tm   tm;

    now = time(NULL);

    if (gmtime_r(&now, &tm) == NULL) {
        return 0;
    }

    n = snprintf(buf, size, "%04d-%02d-%02dT%02d:%02d:%02dZ "
                 "virtual-server[%d]: ", tm.tm_year + 1900, tm.tm_mon + 1,
                 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                 (int) getpid());

    return n > 0 && (size_t) n < size ? (size_t) n : 0;
}


static void
vz_log_write(const char *text, size_t len)
{
    ssize_t  n;

    do {
        n = write(STDERR_FILENO, text, len);
    } while (n == -1 && errno == EINTR);
}
