/*
 * Which addresses this node gives to containers: those inside the prefixes
 * that its own configuration names, and of them none that the node itself,
 * its routers or its name servers have, nor one of a network that it reaches
 * another way.  Who has the key asks for addresses; root says which there are.
 */

#ifndef VZ_ADDRESS_PERMIT_H
#define VZ_ADDRESS_PERMIT_H

#include "daemon/base/config.h"
#include "daemon/base/ip.h"
#include "wire/code.h"


/*
 * vz_address_permit_address: VZ_OK; VZ_RANGE: no prefix has it; VZ_EXISTS: the
 * node has another use of it; VZ_FAILED: the kernel did not tell.  The last
 * three with words (VZ_WORDS_MAX) that say what to do.
 */
vz_code_e vz_address_permit_address(const vz_config_t *conf,
    const vz_ip_t *address, char *words);


#endif /* VZ_ADDRESS_PERMIT_H */
