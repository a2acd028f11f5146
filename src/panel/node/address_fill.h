/*
 * The addresses of a pool, one row each.  They are inserted and deleted in
 * pieces, one transaction each, so that no statement blocks others for long.
 * address_pool.filled says how far that came: after a worker died another goes
 * on from there.
 */

#ifndef VZ_ADDRESS_FILL_H
#define VZ_ADDRESS_FILL_H

#include "panel/api/prefix.h"
#include "runtime/db.h"


/*
 * vz_address_fill: on a fiber, insert the addresses that a pool does not have
 * yet; two callers at a time share the work.  VZ_OK when all are there;
 * VZ_NOENT where there is no such pool, VZ_STATE where it is being deleted,
 * VZ_DUPLICATE where another pool has one of its addresses; or the database's,
 * and the rest is missing.
 */
vz_code_e vz_address_fill(ngx_pool_t *pool, uint64_t id);

/*
 * vz_address_fill_empty: on a fiber, close a pool and delete all of its
 * addresses.  VZ_OK; VZ_NOENT; VZ_STATE where containers use some (*taken is
 * how many), and all stays as it was; or the database's.
 */
vz_code_e vz_address_fill_empty(ngx_pool_t *pool, uint64_t id,
    ngx_uint_t *taken);

/*
 * vz_address_fill_gives: whether a pool of this network has the address: it is
 * inside, and neither the network's own nor its broadcast address.
 */
ngx_uint_t vz_address_fill_gives(const vz_prefix_t *net,
    const vz_prefix_t *address);


#endif /* VZ_ADDRESS_FILL_H */
