/*
 * Which container of a node has a number, and whose it is: what a worker keeps
 * of the database between rounds of the collector.  A number alone tells
 * nothing, since it is given out again: what a node says of one is about a
 * container of ours where both say the same tag.  What is none of ours is a
 * stranger, what the node does not list is missing.
 */

#ifndef VZ_CTID_MAP_H
#define VZ_CTID_MAP_H

#include "runtime/db.h"
#include "runtime/relay.h"
#include "wire/verb.h"


typedef struct {
    uint32_t         ctid;
    uint64_t         vm;
    uint64_t         owner;
    ngx_uint_t       seen;          /* in the list that was looked at last */
    ngx_uint_t       there;         /* the node should have it */
    char             tag[VZ_TAG_LEN + 1];   /* "": it has none */
} vz_collector_vm_t;

/* Those that are none of ours and known all the same. */
typedef struct {
    uint32_t         ctid;
    ngx_uint_t       left;          /* to be left alone; 0: was ours lately */
    char             tag[VZ_TAG_LEN + 1];
} vz_collector_rest_t;

typedef struct {
    ngx_pool_t           *pool;
    vz_collector_vm_t    *vms;      /* by number */
    ngx_uint_t            nvms;
    vz_collector_rest_t  *rests;
    ngx_uint_t            nrests;
    time_t                loaded;
    uint64_t              changed;   /* the generation before that */
    uint32_t              differs;   /* from the list it was loaded for */
} vz_ctid_map_t;


/*
 * vz_ctid_map_load: on a fiber, have the map of a node, not older than a
 * minute nor than the generation of the containers; where it and the answer to
 * "list" differ (another nginx host made a container), not older than 5 s, and
 * than 2 s where they differ in something new.  It stays as it was while the
 * database is down.
 */
void vz_ctid_map_load(vz_ctid_map_t *map, uint64_t node,
    const vz_answer_t *answer);

/*
 * vz_ctid_map_read: the same at once, into a map that is zero or was loaded
 * before.  VZ_OK, or the database's, and the map is as it was.
 */
vz_code_e vz_ctid_map_read(vz_ctid_map_t *map, uint64_t node);

/*
 * vz_ctid_map_find: the container that a line of "list" is about, NULL where
 * it is none of ours; *ctid is its number, 0 where the line has none.
 */
vz_collector_vm_t *vz_ctid_map_find(vz_ctid_map_t *map, const ngx_str_t *line,
    uint32_t *ctid);

/*
 * vz_ctid_map_number: by the number alone, whatever tag; NULL for none.
 * vz_ctid_map_rest: a line that is about none of ours, NULL for a stranger of
 * whom nothing is known.
 */
vz_collector_vm_t *vz_ctid_map_number(vz_ctid_map_t *map, uint32_t ctid);
vz_collector_rest_t *vz_ctid_map_rest(vz_ctid_map_t *map,
    const ngx_str_t *line, uint32_t ctid);

/*
 * vz_ctid_map_tagged: whether what a node says in a line ("tag=", which "-" or
 * nothing at all is for one without) is about the container with that tag;
 * an empty one is none.
 */
ngx_uint_t vz_ctid_map_tagged(const ngx_str_t *line, const ngx_str_t *tag);

void vz_ctid_map_free(vz_ctid_map_t *map);


#endif /* VZ_CTID_MAP_H */
