/* A clock for timeouts that nobody can set. */

#ifndef VZ_MONOTONIC_H
#define VZ_MONOTONIC_H

#include <stdint.h>


/* vz_monotonic_msec: milliseconds of CLOCK_MONOTONIC. */
int64_t vz_monotonic_msec(void);


#endif /* VZ_MONOTONIC_H */
