/*
 * The figures of a running container, read every few seconds from files that
 * are kept open: opening them takes longer than reading them. No descriptor
 * holds a mount, so nobody who unmounts a container waits.
 */

#ifndef VZ_LXC_METER_H
#define VZ_LXC_METER_H

#include "daemon/base/ct_raw.h"
#include "daemon/ct/ct_state.h"


typedef enum {
    VZ_LXC_METER_CPU = 0,           /* time used */
    VZ_LXC_METER_CPU_STAT,          /* version 2: both */
    VZ_LXC_METER_MEMORY,
    VZ_LXC_METER_MEMORY_STAT,
    VZ_LXC_METER_SWAP,
    VZ_LXC_METER_EVENTS,            /* kills */
    VZ_LXC_METER_PIDS,
    VZ_LXC_METER_PIDS_EVENTS,
    VZ_LXC_METER_CPU_PSI,
    VZ_LXC_METER_MEMORY_PSI,
    VZ_LXC_METER_IO_PSI,
    VZ_LXC_METER_LOOP,              /* the device of its image */
    VZ_LXC_METER_RX,
    VZ_LXC_METER_TX,
    VZ_LXC_METER_COUNT
} vz_lxc_meter_e;

typedef struct {
    int         fd[VZ_LXC_METER_COUNT];     /* -1: the kernel has none */
    uint32_t    ctid;
    unsigned    reads;              /* since it was opened */
    uint64_t    last[VZ_SERIES_COUNT];  /* of what is not read each time */
    uint64_t    usage;              /* of memory, when its cache was read */
    uint64_t    cache;              /* bytes of it */
} vz_lxc_meter_t;


/* vz_lxc_meter_none: one that is closed. */
void vz_lxc_meter_none(vz_lxc_meter_t *meter);

/*
 * vz_lxc_meter_open: open what the kernel has of a container that runs.  What
 * is missing is unknown in all readings.
 */
void vz_lxc_meter_open(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ct_state_t *run, vz_lxc_meter_t *meter);

void vz_lxc_meter_close(vz_lxc_meter_t *meter);

/*
 * vz_lxc_meter_read: read all into raw->value, but the disk's usage. 0, or -1
 * where its groups are gone, and it has to be opened anew.
 */
int vz_lxc_meter_read(vz_lxc_meter_t *meter, vz_ct_raw_t *raw);


#endif /* VZ_LXC_METER_H */
