/*
 * Addresses that a container is to have.  A new one is claimed by a
 * compare-and-set while the container is locked; one that goes stays its own
 * until the node has let go of it.
 */

#ifndef VZ_HARDWARE_ADDRESS_H
#define VZ_HARDWARE_ADDRESS_H

#include "panel/vm/hardware.h"


/*
 * vz_hardware_address_canonical: addresses, separated by spaces, in the one
 * spelling by which they are compared and stored, from the call's pool.
 */
ngx_str_t vz_hardware_address_canonical(vz_call_t *call, ngx_str_t addresses);

/*
 * vz_hardware_address_claim: in the change's transaction, claim the wished
 * addresses that the container has not got.  VZ_OK with the texts of those it
 * gets and those it loses; VZ_RANGE with 422 as the reply, VZ_EXISTS with 409;
 * or the database's.
 */
vz_code_e vz_hardware_address_claim(vz_vm_action_t *change, vz_tx_t *tx,
    const ngx_str_t *wished, ngx_str_t *add, ngx_str_t *drop);


#endif /* VZ_HARDWARE_ADDRESS_H */
