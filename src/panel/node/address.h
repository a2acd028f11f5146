/*
 * Single addresses: which a container has, and which are kept back.
 */

#ifndef VZ_ADDRESS_H
#define VZ_ADDRESS_H

#include "runtime/db.h"


/*
 * vz_address_strangers: keep back the free addresses that strangers of a node
 * use, and free those that were kept back for one and that no container of the
 * node uses any more.  theirs (of the strangers) and used (of all containers of
 * the node) are JSON arrays of texts.  VZ_OK or the database's.
 */
vz_code_e vz_address_strangers(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    ngx_str_t theirs, ngx_str_t used);

/*
 * vz_address_bind: assign an address to a container, as its position-th.
 * VZ_OK, also where the container has it already; VZ_NOENT where no pool has
 * it, VZ_EXISTS where another container has it, or the database's.
 */
vz_code_e vz_address_bind(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    ngx_uint_t position, ngx_str_t address);


#endif /* VZ_ADDRESS_H */
