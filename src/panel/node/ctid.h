/*
 * Numbers of containers.  A number is free where no container of ours has it
 * and it does not rest: it was a container's until lately, or the node has a
 * container of that number which is none of ours.
 */

#ifndef VZ_CTID_H
#define VZ_CTID_H

#include "runtime/db.h"


/*
 * vz_ctid_free: the lowest free one of a node, inside the transaction whose
 * statement takes it by vm's unique key.  VZ_NOSPACE where there is none.
 */
vz_code_e vz_ctid_free(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    uint32_t *ctid);

/*
 * vz_ctid_leave: the number of a container whose row goes in the same
 * transaction, or gets another one, rests for longer than anything that was
 * said about it lives.
 */
vz_code_e vz_ctid_leave(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm);

/*
 * vz_ctid_strangers: numbers of containers that are none of ours rest for an
 * hour: "[{"ctid":101,"tag":"..."}]", tag null where it has none.
 */
vz_code_e vz_ctid_strangers(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    ngx_str_t json);

/*
 * vz_ctid_aside: a stranger is to be left alone, its number is given to
 * nobody; or not any more.  An empty tag is none.  VZ_NOENT where it was not
 * left alone.
 */
vz_code_e vz_ctid_aside(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    uint32_t ctid, ngx_str_t tag, ngx_uint_t aside);

/* vz_ctid_known: what is ours now needs no rest. */
vz_code_e vz_ctid_known(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    uint32_t ctid);


#endif /* VZ_CTID_H */
