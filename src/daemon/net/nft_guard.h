/*
 * Whether the rules of nftables are still those of the containers that run:
 * a reload of the host's own rules takes all tables away.  Sources of packets
 * are held meanwhile by each interface's own filter (ingress_filter.h).
 */

#ifndef VZ_NFT_GUARD_H
#define VZ_NFT_GUARD_H

#include "daemon/net/nft.h"


/* vz_nft_guard_filters: whether this kernel has filters, tried beside it. */
int vz_nft_guard_filters(void);

/* vz_nft_guard_count: one container that runs, into count. */
void vz_nft_guard_count(vz_nft_count_t *count, const vz_ct_t *ct);

/*
 * vz_nft_guard_look: 1 when all is there for the containers that run now, 0
 * with words (VZ_WORDS_MAX) when not.  Changes nothing.
 */
int vz_nft_guard_look(const vz_config_t *conf, char *words);

/*
 * vz_nft_guard_keep: given what a walk over the containers has counted, or
 * NULL, see that the rules are there, and where they are not make them anew
 * for all that run, and their filters.  It waits for nobody: who changes an
 * address at the same time puts them back himself, or the next call does.
 * What it mends, and what it can't, is logged.
 */
void vz_nft_guard_keep(const vz_config_t *conf, const vz_nft_count_t *count);


#endif /* VZ_NFT_GUARD_H */
