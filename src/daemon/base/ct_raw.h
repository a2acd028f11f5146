/*
 * What the recorder reads of a container, or of the node, at one moment:
 * levels as they are, and counters as the kernel counts them.
 */

#ifndef VZ_CT_RAW_H
#define VZ_CT_RAW_H

#include <stdint.h>


/* The order is that of the file and of the wire: new ones stand at the end. */
typedef enum {
    VZ_SERIES_CPU = 0,          /* CPU time used */
    VZ_SERIES_CPU_WAIT,         /* time in which it was stopped because its
                                   share of the CPU was used up; of the node:
                                   that its hypervisor took */
    VZ_SERIES_MEMORY,           /* bytes, without the page cache */
    VZ_SERIES_SWAP,             /* bytes */
    VZ_SERIES_DISK,             /* bytes in use */
    VZ_SERIES_DISK_READ,        /* bytes */
    VZ_SERIES_DISK_WRITE,
    VZ_SERIES_RX,               /* bytes that it received */
    VZ_SERIES_TX,               /* bytes that it sent */
    VZ_SERIES_PROCESSES,
    VZ_SERIES_CPU_PRESSURE,     /* time in which some process waited for it */
    VZ_SERIES_MEMORY_PRESSURE,
    VZ_SERIES_IO_PRESSURE,
    VZ_SERIES_KILLS,            /* processes killed because memory was used
                                   up */
    VZ_SERIES_REFUSED,          /* what its limits refused: new processes, and
                                   of OpenVZ anything that has a failcnt */
    VZ_SERIES_COUNT
} vz_series_e;

#define VZ_CT_RAW_NAME  24      /* bytes of a name, with its end */

typedef struct {
    uint32_t    ctid;           /* 0: the node */
    unsigned    up;             /* 1 while it runs */
    uint64_t    home;           /* changes where another container has the
                                   number, or a file of it was removed; 0:
                                   nothing tells */
    uint64_t    epoch;          /* changes when its counters begin anew; 0
                                   while it does not run */

    uint64_t    begun;          /* ms since the node's start, when the epoch
                                   began; 0: unknown */

    /*
     * Levels, and counters since the begin of the epoch: bytes, times in
     * nanoseconds, numbers of events. VZ_CT_STAT_UNKNOWN where nobody has
     * it.
     */
    uint64_t    value[VZ_SERIES_COUNT];

    /*
     * Bytes that reached it and that it sent, by counters that go on while it
     * is stopped; 0 in net_epoch: nothing counts them, or they could not be
     * read.  Another epoch: they began anew.
     */
    uint64_t    net_epoch;
    uint64_t    net[2];

    /* the process that was killed last, or the limit that refused last; "":
       unknown. Letters, digits and punctuation, no space. */
    char        killed[VZ_CT_RAW_NAME];
    char        refused[VZ_CT_RAW_NAME];
} vz_ct_raw_t;

typedef void (*vz_ct_raw_pt)(const vz_ct_raw_t *raw, void *data);


#endif /* VZ_CT_RAW_H */
