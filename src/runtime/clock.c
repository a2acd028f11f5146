/*
 * The kernel's clock.
 */

#include <time.h>
#include "runtime/clock.h"


uint64_t
vz_clock_msec(void)
{
    struct timespec  ts;

    /* can't fail: the clock is there since Linux 2.6.39 */
    (void) clock_gettime(CLOCK_BOOTTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
