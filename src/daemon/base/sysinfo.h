/* The host: its figures, and the kernel limits that all containers share. */

#ifndef VZ_SYSINFO_H
#define VZ_SYSINFO_H

#include <stdint.h>


/*
 * vz_sysinfo_room: raise those kernel limits that are too low for many
 * containers; none is lowered. A limit that can't be raised is logged, and
 * containers run as far as it allows.
 */
void vz_sysinfo_room(void);

/*
 * vz_sysinfo_memory: the host's memory in bytes; 0 where it is unknown. On
 * kernels that don't tell what is available, available is what is free.
 */
void vz_sysinfo_memory(uint64_t *total, uint64_t *available);

/* vz_sysinfo_load1: the load average of the last minute. */
double vz_sysinfo_load1(void);


#endif /* VZ_SYSINFO_H */
