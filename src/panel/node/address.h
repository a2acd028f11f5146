/*
 * Single addresses between the pools and the containers that use them.
 */

#ifndef VZ_ADDRESS_H
#define VZ_ADDRESS_H

#include "runtime/db.h"


/*
 * vz_address_strangers: free ones that strangers of a node have are kept back,
 * and those that were and nobody there uses any more are free again.  theirs
 * and used, what all containers of the node have, are JSON arrays of texts.
 */
vz_code_e vz_address_strangers(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    ngx_str_t theirs, ngx_str_t used);

/*
 * vz_address_bind: a container has this address; from then on it is its own.
 * VZ_OK, also where it was; VZ_NOENT where no pool has it, VZ_EXISTS where it
 * is another container's.
 */
vz_code_e vz_address_bind(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    ngx_uint_t position, ngx_str_t address);


#endif /* VZ_ADDRESS_H */
