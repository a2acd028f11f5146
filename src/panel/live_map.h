/*
 * Which container of a node has a number, and whose it is: what a worker keeps
 * of the database between rounds of the collector.
 */

#ifndef VZ_LIVE_MAP_H
#define VZ_LIVE_MAP_H

#include "../runtime/db.h"
#include "../runtime/relay.h"


typedef struct {
    uint32_t         ctid;
    uint64_t         vm;
    uint64_t         owner;
    ngx_uint_t       seen;          /* in the round that is on */
} vz_live_vm_t;

typedef struct {
    ngx_pool_t      *pool;
    vz_live_vm_t    *vms;           /* by number */
    ngx_uint_t       nvms;
    time_t           loaded;
} vz_live_map_t;


/*
 * vz_live_map_load: on a fiber, have the map of a node, not older than a
 * minute; where the answer to "list" tells of a number that is not in it, not
 * older than 2 s.  It stays as it was while the database is down.
 */
void vz_live_map_load(vz_live_map_t *map, uint64_t node,
    const vz_answer_t *answer);

/* vz_live_map_find: NULL where no container has the number. */
vz_live_vm_t *vz_live_map_find(vz_live_map_t *map, uint32_t ctid);

void vz_live_map_free(vz_live_map_t *map);


#endif /* VZ_LIVE_MAP_H */
