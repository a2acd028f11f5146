/*
 * Which addresses a container's interface may send from: sets of
 * "interface . address" in a table of our own, consulted only for interfaces
 * that are in the set of ours.  inet for routed containers (with masquerade
 * where there is an uplink), bridge for bridged ones.
 */

#ifndef VZ_NFT_H
#define VZ_NFT_H

#include "store.h"


/*
 * vz_nft_start: the table where it is missing, the interface and all of the
 * container's addresses.  vz_nft_stop: all of them out again.
 * vz_nft_address: one address in (add; ct has it already) or out.
 * vz_nft_down: the table is gone.
 * All 0, or -1 with words (VZ_WORDS_MAX).
 */
int vz_nft_start(const vz_config_t *conf, const vz_ct_t *ct, char *words);
int vz_nft_stop(const vz_config_t *conf, const vz_ct_t *ct, char *words);
int vz_nft_address(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_address_t *address, unsigned add, char *words);
int vz_nft_down(const vz_config_t *conf, char *words);


#endif /* VZ_NFT_H */
