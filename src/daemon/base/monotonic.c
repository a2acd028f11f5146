#include <time.h>
#include "daemon/base/monotonic.h"


int64_t
vz_monotonic_msec(void)
{
    struct timespec  ts;

    /* this can't fail: the clock exists since Linux 2.6 */
    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (int64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
