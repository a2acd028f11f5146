/*
 * Strangers: containers that a node has and the database does not, by number
 * and tag.  They were there before the panel, belong to another panel, or were
 * created after the backup that the database was restored from.
 */

#ifndef VZ_STRANGER_H
#define VZ_STRANGER_H

#include "panel/node/ctid_map.h"


typedef struct {
    const ngx_str_t    *line;       /* of the node's list */
    uint32_t            ctid;
    ngx_str_t           tag;        /* or empty */
    ngx_uint_t          left;       /* an administrator leaves it alone */
} vz_stranger_t;

typedef struct {
    const vz_answer_t  *list;
    vz_ctid_map_t      *map;        /* our rows; seen: they are in the list */
    ngx_uint_t          nitems;
    vz_stranger_t      *items;      /* in the order of their numbers */
} vz_strangers_t;


/*
 * vz_stranger_find: on a fiber, find the strangers in a node's answer to
 * "list", by the rows of this moment.  The result lives as long as the pool and
 * the list.  VZ_OK or the database's.
 */
vz_code_e vz_stranger_find(ngx_pool_t *pool, uint64_t node,
    const vz_answer_t *list, vz_strangers_t *all);

/* vz_stranger_is: the stranger with that number and tag; NULL for none. */
const vz_stranger_t *vz_stranger_is(const vz_strangers_t *all, uint32_t ctid,
    const ngx_str_t *tag);

/*
 * vz_stranger_learn: keep the strangers' numbers and addresses from being
 * allocated, and the number taken as well unless it is 0.  VZ_OK or the
 * database's.
 */
vz_code_e vz_stranger_learn(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    uint32_t taken, const vz_strangers_t *all);


#endif /* VZ_STRANGER_H */
