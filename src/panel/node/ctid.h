/*
 * Allocation of container numbers.  A number is free unless a container of ours
 * has it or it rests: a container had it until recently, or the node has a
 * stranger of that number.
 */

#ifndef VZ_CTID_H
#define VZ_CTID_H

#include "runtime/db.h"


/*
 * vz_ctid_free: find the lowest free number of a node, inside the transaction
 * that inserts it by vm's unique key.  VZ_OK; VZ_NOSPACE where there is none;
 * or the database's.
 */
vz_code_e vz_ctid_free(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    uint32_t *ctid);

/*
 * vz_ctid_leave: let a container's number rest, longer than any late answer
 * about it may take.  Call it in the transaction that deletes the row or gives
 * it another number.
 */
vz_code_e vz_ctid_leave(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm);

/*
 * vz_ctid_strangers: let the numbers of strangers rest for an hour.  json is
 * [{"ctid":101,"tag":"..."}], with null for a container without a tag.
 */
vz_code_e vz_ctid_strangers(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    ngx_str_t json);

/*
 * vz_ctid_aside: leave a stranger alone, so that its number is never allocated,
 * or stop doing so (aside 0).  An empty tag is a container without one.
 * VZ_NOENT where it was not left alone.
 */
vz_code_e vz_ctid_aside(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    uint32_t ctid, ngx_str_t tag, ngx_uint_t aside);

/* vz_ctid_known: end the rest of a number whose container is ours now. */
vz_code_e vz_ctid_known(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    uint32_t ctid);


#endif /* VZ_CTID_H */
