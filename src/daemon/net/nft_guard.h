/*
 * Checks that the rules of nftables are still those of the running containers,
 * since a reload of the host's own rules removes all tables. Meanwhile each
 * interface's own filter still checks the sources of packets
 * (ingress_filter.h).
 */

#ifndef VZ_NFT_GUARD_H
#define VZ_NFT_GUARD_H

#include "daemon/net/nft.h"


/* vz_nft_guard_filters: 1 where this kernel has such filters; tries it out. */
int vz_nft_guard_filters(void);

/* vz_nft_guard_count: add a running container to the count. */
void vz_nft_guard_count(vz_nft_count_t *count, const vz_ct_t *ct);

/*
 * vz_nft_guard_look: 1 where the rules for all running containers exist; 0
 * with words (VZ_WORDS_MAX bytes). Changes nothing.
 */
int vz_nft_guard_look(const vz_config_t *conf, char *words);

/*
 * vz_nft_guard_keep: make sure that the rules exist, for the counted
 * containers, or with count NULL for those that run now. Where rules are
 * missing, make them again for all running containers, with their filters. It
 * waits for no lock: whoever holds it puts the rules back, or the next call
 * does. Repairs and failures are logged.
 */
void vz_nft_guard_keep(const vz_config_t *conf, const vz_nft_count_t *count);


#endif /* VZ_NFT_GUARD_H */
