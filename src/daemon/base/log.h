/*
 * The daemon's log: syslog, or a file. Each call writes one line; characters
 * that are not printable become spaces. Secrets are never logged.
 */

#ifndef VZ_LOG_H
#define VZ_LOG_H

#include <syslog.h>


/*
 * vz_log_open: open the log: "syslog", or the path of a file. level "notice"
 * drops reads, "info" logs every verb. Descriptor 2 is moved to the file or to
 * /dev/null, because liblxc prints there and under xinetd it is the client's
 * socket. 0, or -1 with errno: then syslog is used.
 */
int vz_log_open(const char *where, const char *level);

/* vz_log_tty: log to stderr, for --check and --warm; descriptor 2 stays. */
void vz_log_tty(void);

/*
 * vz_log: log a message; level is LOG_ERR, LOG_WARNING, LOG_NOTICE or LOG_INFO
 * of syslog(3).
 */
void vz_log(int level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


#endif /* VZ_LOG_H */
