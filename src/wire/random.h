/*
 * Random bytes of the kernel's own.
 */

#ifndef VZ_RANDOM_H
#define VZ_RANDOM_H

#include <stddef.h>


/*
 * vz_random: len bytes, at most 256.  0, or -1 with errno.  The kernels of
 * OpenVZ, before 3.17, have no getrandom(2): /dev/urandom is asked there.
 */
int vz_random(void *bytes, size_t len);


#endif /* VZ_RANDOM_H */
