/*
 * The daemon's log: syslog, or a file.  One line per call, never a secret.
 * Whatever is not printable in a message becomes a space.
 */

#ifndef VZ_LOG_H
#define VZ_LOG_H

#include <syslog.h>


/*
 * vz_log_open: "syslog" or a file's path, and what to drop: "notice" leaves
 * reads out, "info" logs every verb.  Moves fd 2 to the file or to /dev/null,
 * because libraries (liblxc does) print there and under xinetd it is the
 * client's socket.  0, or -1 with errno; syslog is then in use.
 */
int vz_log_open(const char *where, const char *level);

/* vz_log_tty: --check and --warm: messages to stderr, fd 2 is left alone. */
void vz_log_tty(void);

/* vz_log: level is LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO of syslog(3). */
void vz_log(int level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


#endif /* VZ_LOG_H */
