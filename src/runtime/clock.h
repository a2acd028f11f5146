/*
 * A clock for what may only be done until a certain time.  nginx's own stands
 * still while a worker does; this one is asked of the kernel at each call, and
 * counts on while the machine sleeps.
 */

#ifndef VZ_CLOCK_H
#define VZ_CLOCK_H

#include <stdint.h>


/* vz_clock_msec: milliseconds since the machine's start, CLOCK_BOOTTIME. */
uint64_t vz_clock_msec(void);


#endif /* VZ_CLOCK_H */
