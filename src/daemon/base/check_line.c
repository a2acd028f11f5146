#include <stdarg.h>
#include <stdio.h>
#include "daemon/base/check_line.h"


int
vz_check_line(int ok, const char *fmt, ...)
{
    va_list  args;

    (void) fputs(ok ? "ok       " : "missing  ", stdout);

    va_start(args, fmt);
    (void) vprintf(fmt, args);
    va_end(args);

    (void) putchar('\n');

    return ok ? 0 : 1;
}
