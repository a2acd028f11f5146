/*
 * The collector: it asks each node for the state and figures of all of its
 * containers, in one worker of the host, and only while somebody watches.
 */

#ifndef VZ_COLLECTOR_H
#define VZ_COLLECTOR_H

#include "panel/live/sample.h"


#define VZ_COLLECTOR_STALE  15000   /* ms after which a sample says nothing */


/*
 * vz_collector_fresh: on a fiber, have the zone's samples not older than 3 s.
 * It waits 2 s at most; a node that does not answer leaves old samples behind.
 */
void vz_collector_fresh(void);

/*
 * vz_collector_get: the sample of a container; its state is unknown where the
 * sample is too old to be believed.  NGX_DECLINED where there is none.
 */
ngx_int_t vz_collector_get(uint64_t vm, vz_sample_t *sample);

/*
 * vz_collector_expect: announce a container that has just been ordered, so that
 * watchers hear of it before its node lists it.
 */
void vz_collector_expect(ngx_uint_t node, uint32_t ctid, uint64_t vm,
    uint64_t owner);

/* vz_collector_gone: forget a container whose row is gone. */
void vz_collector_gone(uint64_t vm);

/* vz_collector_init, vz_collector_exit: worker start and stop. */
ngx_int_t vz_collector_init(ngx_cycle_t *cycle);
void vz_collector_exit(void);


#endif /* VZ_COLLECTOR_H */
