/*
 * What every unit test includes: cmocka with the headers it asks for.
 */

#ifndef VZ_UNIT_H
#define VZ_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>


/* A literal with its length, NUL bytes inside counted. */
#define VZ_LIT(s)    (s), sizeof(s) - 1
#define VZ_COUNT(a)  (sizeof(a) / sizeof((a)[0]))


/* 1, and a word about it, for who is not root, which a test needs. */
static inline int
not_root(void)
{
    if (geteuid() == 0) {
        return 0;
    }

    print_message("skipped: not root\n");

    return 1;
}


#endif /* VZ_UNIT_H */
