/*
 * /api/admin/addresses: pools.  A pool is created closed, gets its addresses in
 * pieces (address_fill.c), and is opened when it has all of them.
 */

#ifndef VZ_ADDRESS_POOL_H
#define VZ_ADDRESS_POOL_H

#include "panel/api/resource.h"


/* The table of pools. */
extern vz_resource_t  vz_address_pool_resource;

/* vz_address_pool_list: GET: all pools, with how many addresses are used. */
void vz_address_pool_list(vz_call_t *call);

/* vz_address_pool_create: POST: create a pool and fill it. */
void vz_address_pool_create(vz_call_t *call);

/* vz_address_pool_change: PATCH: change one by its id. */
void vz_address_pool_change(vz_call_t *call);

/* vz_address_pool_delete: DELETE: one whose addresses nobody uses. */
void vz_address_pool_delete(vz_call_t *call);


#endif /* VZ_ADDRESS_POOL_H */
