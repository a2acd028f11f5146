/*
 * virtual-server --check: what it would do on this host, and what is missing.
 */

#ifndef VZ_CHECK_H
#define VZ_CHECK_H

#include "daemon/base/config.h"


/*
 * vz_check_line: one line of the report on stdout, "ok" or "missing" first;
 * returns the number of lacks it adds: 0 or 1.  Drivers use it too.
 */
int vz_check_line(int ok, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* vz_check: the whole report; the number of lacks. */
int vz_check(const vz_config_t *conf);


#endif /* VZ_CHECK_H */
