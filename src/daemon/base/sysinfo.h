/*
 * The host itself: its figures, and limits of its kernel that all containers
 * share.
 */

#ifndef VZ_SYSINFO_H
#define VZ_SYSINFO_H

#include <stdint.h>


/*
 * vz_sysinfo_room: raise those that a stock kernel sets for one desktop, where
 * they are lower than many containers need; never lower one.  What could not
 * be raised is logged and left: the containers that still fit run.
 */
void vz_sysinfo_room(void);

/*
 * vz_sysinfo_memory: bytes, 0 where the kernel does not tell; what is
 * available is what is free where an old kernel knows no more.
 */
void vz_sysinfo_memory(uint64_t *total, uint64_t *available);

/* vz_sysinfo_load1: the mean load of the last minute. */
double vz_sysinfo_load1(void);


#endif /* VZ_SYSINFO_H */
