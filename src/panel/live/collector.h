/*
 * The collector: what every container of every node looks like now, asked for
 * all at once, by one worker of all, and only while somebody wants to know.
 */

#ifndef VZ_COLLECTOR_H
#define VZ_COLLECTOR_H

#include "runtime/db.h"
#include "runtime/zone.h"


#define VZ_COLLECTOR_STALE  15000   /* ms after which a sample says nothing */


/*
 * vz_collector_fresh: on a fiber, have the zone's samples not older than 3 s.
 * Waits 2 s at most: a node that does not answer leaves old samples behind.
 */
void vz_collector_fresh(void);

/*
 * vz_collector_get: the sample of a container; its state is unknown where the
 * sample is too old to be believed.  NGX_DECLINED where there is none.
 */
ngx_int_t vz_collector_get(uint64_t vm, vz_sample_t *sample);

/*
 * vz_collector_expect: a container that has just been ordered, so that
 * watchers hear of it before its node lists it.
 * vz_collector_gone: one whose row is gone.
 */
void vz_collector_expect(ngx_uint_t node, uint32_t ctid, uint64_t vm,
    uint64_t owner);
void vz_collector_gone(uint64_t vm);

/*
 * vz_collector_heard: when a node answered last, in ms since the epoch; 0
 * where nobody knows.
 */
uint64_t vz_collector_heard(uint64_t node);

/*
 * vz_collector_differs: how many containers a node has that are none of ours
 * and not left alone, and how many of ours it has not, as of its last round.
 * NGX_DECLINED where that is not known.
 */
ngx_int_t vz_collector_differs(uint64_t node, ngx_uint_t *strangers,
    ngx_uint_t *missing);

/* vz_collector_state: "running"; vz_collector_parse: of a node's word. */
const char *vz_collector_state(vz_state_e state);
vz_state_e vz_collector_parse(const ngx_str_t *word);

ngx_int_t vz_collector_init(ngx_cycle_t *cycle);
void vz_collector_exit(void);


#endif /* VZ_COLLECTOR_H */
