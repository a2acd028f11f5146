/*
 * Strangers: containers that a node has and no row of ours tells of, by number
 * and tag.  They were there first, are another panel's, or younger than a
 * database that was restored.
 */

#ifndef VZ_STRANGER_H
#define VZ_STRANGER_H

#include "panel/node/ctid_map.h"


typedef struct {
    const ngx_str_t    *line;       /* of the node's list */
    uint32_t            ctid;
    ngx_str_t           tag;        /* or empty */
    ngx_uint_t          left;       /* alone, an administrator said */
} vz_stranger_t;

typedef struct {
    const vz_answer_t  *list;
    vz_ctid_map_t      *map;        /* of the rows: those that the list does
                                       not have are not seen */
    ngx_uint_t          nitems;
    vz_stranger_t      *items;
} vz_strangers_t;


/*
 * vz_stranger_find: on a fiber, by a node's answer to "list" and the rows of
 * this moment; in the order of their numbers.  All lives as long as the pool
 * and the list.  VZ_OK or the database's.
 */
vz_code_e vz_stranger_find(ngx_pool_t *pool, uint64_t node,
    const vz_answer_t *list, vz_strangers_t *all);

/* vz_stranger_is: the one with that number and tag, NULL for none. */
const vz_stranger_t *vz_stranger_is(const vz_strangers_t *all, uint32_t ctid,
    const ngx_str_t *tag);

/*
 * vz_stranger_learn: their numbers and addresses are given to nobody, nor is
 * the number taken, whatever the list says (0: none).
 */
vz_code_e vz_stranger_learn(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    uint32_t taken, const vz_strangers_t *all);


#endif /* VZ_STRANGER_H */
