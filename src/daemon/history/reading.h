/* A reading of a container becomes a sample of its history. */

#ifndef VZ_READING_H
#define VZ_READING_H

#include "daemon/history/ring.h"


#define VZ_READING_STEP  10         /* seconds, those of the finest ring */

typedef struct {
    uint64_t    boot;               /* names the node's start */
    uint64_t    now;                /* ms of the wall clock: where the sample
                                       stands */
    uint64_t    up;                 /* ms since the node's start: what rates
                                       are of */
} vz_reading_when_t;


/*
 * vz_reading_add: add a reading to the history that has the one before it in
 * its state. What is counted goes to the seconds since that one; where they are
 * more than a minute, as after the recorder was away, there are no rates, but
 * what has happened is still counted. 0, or -1 with errno where the file could
 * not be written.
 */
int vz_reading_add(vz_ring_t *ring, const vz_ct_raw_t *raw,
    const vz_reading_when_t *when);


#endif /* VZ_READING_H */
