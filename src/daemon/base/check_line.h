/* The lines of the report of virtual-server --check. */

#ifndef VZ_CHECK_LINE_H
#define VZ_CHECK_LINE_H


/*
 * vz_check_line: print one line of the report on stdout, which begins with "ok"
 * or "missing".  Returns the number of lacks it adds: 0 or 1.
 */
int vz_check_line(int ok, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


#endif /* VZ_CHECK_LINE_H */
