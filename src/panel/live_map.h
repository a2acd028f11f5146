/*
 * Which container of a node has a number, and whose it is: what a worker keeps
 * of the database between rounds of the collector.  A number alone tells
 * nothing, since it is given out again: what a node says of one is about a
 * container of ours where both say the same tag.
 */

#ifndef VZ_LIVE_MAP_H
#define VZ_LIVE_MAP_H

#include "../runtime/db.h"
#include "../runtime/relay.h"
#include "../wire/verb.h"


typedef struct {
    uint32_t         ctid;
    uint64_t         vm;
    uint64_t         owner;
    ngx_uint_t       seen;          /* in the round that is on */
    char             tag[VZ_TAG_LEN + 1];   /* "": it has none */
} vz_live_vm_t;

typedef struct {
    ngx_pool_t      *pool;
    vz_live_vm_t    *vms;           /* by number */
    ngx_uint_t       nvms;
    time_t           loaded;
    uint64_t         changed;       /* vz_zone_vms_changed() before that */
} vz_live_map_t;


/*
 * vz_live_map_load: on a fiber, have the map of a node, not older than a
 * minute nor than vz_zone_vms_change(); where the answer to "list" tells of a
 * container that is not in it (another nginx host made it), not older than
 * 2 s.  It stays as it was while the database is down.
 */
void vz_live_map_load(vz_live_map_t *map, uint64_t node,
    const vz_answer_t *answer);

/*
 * vz_live_map_find: the container that a line of "list" is about, NULL where
 * it is none of ours; *ctid is its number, 0 where the line has none.
 */
vz_live_vm_t *vz_live_map_find(vz_live_map_t *map, const ngx_str_t *line,
    uint32_t *ctid);

/*
 * vz_live_tagged: whether what a node says in a line ("tag=", which "-" or
 * nothing at all is for one without) is about the container with that tag;
 * an empty one is none.
 */
ngx_uint_t vz_live_tagged(const ngx_str_t *line, const ngx_str_t *tag);

void vz_live_map_free(vz_live_map_t *map);


#endif /* VZ_LIVE_MAP_H */
