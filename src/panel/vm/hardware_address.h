/*
 * Changing the addresses of a container.  A new one is claimed by a
 * compare-and-set while the container's row is locked; one that is taken away
 * stays the container's until the node has released it.
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
 * vz_hardware_address_claim: in the change's transaction, claim those of the
 * wished addresses that the container does not have.  The lists are separated
 * by spaces; add and drop are from the call's pool.
 *
 *   VZ_OK      with what the container gets (add) and loses (drop)
 *   VZ_RANGE   an address can't be given; the reply, 422, says which and why
 *   VZ_EXISTS  an address is another container's, or reserved; the reply is 409
 *   or the database's code
 */
vz_code_e vz_hardware_address_claim(vz_vm_action_t *change, vz_tx_t *tx,
    const ngx_str_t *wished, ngx_str_t *add, ngx_str_t *drop);


#endif /* VZ_HARDWARE_ADDRESS_H */
