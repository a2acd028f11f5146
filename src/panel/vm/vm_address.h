/*
 * The addresses of a new container, allocated from the pools of its node.
 */

#ifndef VZ_VM_ADDRESS_H
#define VZ_VM_ADDRESS_H

#include "runtime/call.h"
#include "runtime/db.h"


/* What was allocated; texts from the call's pool, or static. */
typedef struct {
    ngx_str_t       first;          /* the address by which it is known */
    ngx_str_t       also;           /* ", " and its other address, or empty */
    ngx_str_t       gateway;        /* of each family that has one, IPv4 first,
                                       separated by spaces */
    ngx_str_t       dns;            /* up to three, separated by spaces */
    ngx_uint_t      lacks;          /* the family that has none free, 4 or 6;
                                       else 0 */
} vz_vm_address_t;


/*
 * vz_vm_address: allocate one address of each family that
 * vzpanel_order_addresses asks for, and write gateway and name servers to the
 * container's row, in the caller's transaction.  VZ_OK; VZ_NOSPACE where a
 * family that is required has no free address, with address->lacks; or the
 * database's code.
 */
vz_code_e vz_vm_address(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
    uint64_t node, vz_vm_address_t *address);


#endif /* VZ_VM_ADDRESS_H */
