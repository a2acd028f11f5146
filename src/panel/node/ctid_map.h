/*
 * Which container has a number on a node, and whose it is: a worker's copy of
 * the database between rounds of the collector.  Numbers are allocated again,
 * so a number alone does not identify a container: a line of a node is about
 * one of ours where the tags are the same too.  A container that is not ours is
 * a stranger; one of ours that the node does not list is missing.
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
    ngx_uint_t       there;         /* it was created, so the node has it */
    ngx_uint_t       trashed;       /* in the trash: nobody watches it */
    char             tag[VZ_TAG_LEN + 1];   /* "": it has none */
} vz_ctid_map_vm_t;

/* A number that rests: its container is not ours, and known all the same. */
typedef struct {
    uint32_t         ctid;
    ngx_uint_t       left;          /* a stranger to be left alone; 0: it was
                                       ours until recently */
    char             tag[VZ_TAG_LEN + 1];
} vz_ctid_map_rest_t;

typedef struct {
    ngx_pool_t           *pool;
    vz_ctid_map_vm_t     *vms;       /* by number */
    ngx_uint_t            nvms;
    vz_ctid_map_rest_t   *rests;
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
 * vz_ctid_map_read: on a fiber, read the map now, whatever its age; it is zero
 * or was loaded before.  VZ_OK, or the database's, and the map is as it was.
 */
vz_code_e vz_ctid_map_read(vz_ctid_map_t *map, uint64_t node);

/*
 * vz_ctid_map_find: the container of ours that a line of "list" is about, NULL
 * for none; *ctid is the number in the line, 0 where it has none.
 */
vz_ctid_map_vm_t *vz_ctid_map_find(vz_ctid_map_t *map, const ngx_str_t *line,
    uint32_t *ctid);

/*
 * vz_ctid_map_number: the container of ours with that number, whatever its tag;
 * NULL for none.
 */
vz_ctid_map_vm_t *vz_ctid_map_number(vz_ctid_map_t *map, uint32_t ctid);

/*
 * vz_ctid_map_rest: the resting number that a line of another container is
 * about; NULL where it does not rest.
 */
vz_ctid_map_rest_t *vz_ctid_map_rest(vz_ctid_map_t *map,
    const ngx_str_t *line, uint32_t ctid);

/*
 * vz_ctid_map_tagged: whether a line of a node is about the container with that
 * tag.  A container without a tag has an empty one here, and "tag=-" or no pair
 * of that name in the line.
 */
ngx_uint_t vz_ctid_map_tagged(const ngx_str_t *line, const ngx_str_t *tag);

/* vz_ctid_map_free: free what a map holds; it may be read again. */
void vz_ctid_map_free(vz_ctid_map_t *map);


#endif /* VZ_CTID_MAP_H */
