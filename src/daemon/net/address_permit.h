/*
 * The addresses that this node may give to containers. They are inside the
 * networks that its own configuration names; among those, an address is
 * refused that the node itself, its routers or its name servers have, or that
 * belongs to a network which the node reaches another way. The panel only
 * asks: root of the node decides.
 */

#ifndef VZ_ADDRESS_PERMIT_H
#define VZ_ADDRESS_PERMIT_H

#include "daemon/base/config.h"
#include "daemon/base/ip.h"
#include "wire/code.h"


/*
 * vz_address_permit_address: VZ_OK where a container may get the address;
 * VZ_RANGE where no permitted network contains it; VZ_EXISTS where the node
 * has another use of it; VZ_FAILED where the kernel did not answer. All but
 * VZ_OK set words (VZ_WORDS_MAX bytes), which say what to do.
 */
vz_code_e vz_address_permit_address(const vz_config_t *conf,
    const vz_ip_t *address, char *words);


#endif /* VZ_ADDRESS_PERMIT_H */
