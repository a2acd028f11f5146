/*
 * The addresses of a pool, a row each.  They are made and taken away in pieces,
 * a transaction each: no statement holds others up for longer than one takes,
 * and how far it came is in address_pool.filled, so that whoever comes after a
 * worker that died goes on from there.
 */

#ifndef VZ_ADDRESS_FILL_H
#define VZ_ADDRESS_FILL_H

#include "panel/node/prefix.h"
#include "runtime/db.h"


/*
 * vz_address_fill: on a fiber, make what the pool has not got yet; two that do
 * it at a time share the work.  VZ_OK when all is there; VZ_NOENT where there
 * is no such pool, VZ_STATE where it is being taken away, VZ_DUPLICATE where
 * another pool has one of its addresses; or the database's, and the rest is
 * missing.
 */
vz_code_e vz_address_fill(ngx_pool_t *pool, uint64_t id);

/*
 * vz_address_fill_empty: on a fiber, give nothing out any more, and take all
 * addresses away.  VZ_OK; VZ_NOENT; VZ_STATE where somebody has some, how many
 * in *taken, and all stays as it was; or the database's.
 */
vz_code_e vz_address_fill_empty(ngx_pool_t *pool, uint64_t id,
    ngx_uint_t *taken);

/*
 * vz_address_fill_gives: whether an address is one that a pool of this network
 * has.
 */
ngx_uint_t vz_address_fill_gives(const vz_prefix_t *net,
    const vz_prefix_t *address);


#endif /* VZ_ADDRESS_FILL_H */
