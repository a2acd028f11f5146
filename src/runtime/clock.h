/*
 * A clock for leases.  nginx's own clock stands still while a worker does; this
 * one is read from the kernel at each call, and counts on while the machine is
 * suspended.
 */

#ifndef VZ_CLOCK_H
#define VZ_CLOCK_H

#include <stdint.h>


/* vz_clock_msec: milliseconds since the machine's start, CLOCK_BOOTTIME. */
uint64_t vz_clock_msec(void);


#endif /* VZ_CLOCK_H */
