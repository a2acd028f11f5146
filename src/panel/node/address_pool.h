/*
 * /api/admin/addresses: pools.  A pool is made closed, gets its addresses in
 * pieces (address_fill.c), and is opened when it has all of them.
 */

#ifndef VZ_ADDRESS_POOL_H
#define VZ_ADDRESS_POOL_H

#include "panel/api/body.h"
#include "runtime/http.h"


extern const vz_verb_body_t  vz_address_pool_form;
extern const vz_verb_body_t  vz_address_pool_change_form;
void vz_address_pool_list(vz_call_t *call);
void vz_address_pool_create(vz_call_t *call);
void vz_address_pool_change(vz_call_t *call);
void vz_address_pool_delete(vz_call_t *call);


#endif /* VZ_ADDRESS_POOL_H */
