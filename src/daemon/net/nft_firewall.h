/*
 * The firewalls of containers as text of nftables: a chain of each direction
 * for each container, which a map finds by the name of its interface. Rules
 * that are tried are in chains of their own; a set with a timeout says whose
 * those are, so that the kernel takes them back by its own clock and no
 * process has to.
 *
 * A chain of a container returns what it lets through, so that it opens no way
 * that the rest of the table shuts.
 */

#ifndef VZ_NFT_FIREWALL_H
#define VZ_NFT_FIREWALL_H

#include "daemon/base/strbuf.h"
#include "daemon/ct/ct_store.h"
#include "wire/rule.h"


#define VZ_NFT_FIREWALL_CHAINS  "fw"    /* how names of the chains that hold
                                           begin */
#define VZ_NFT_FIREWALL_NAME    24      /* bytes of a chain's name */


/*
 * The first two are of routed containers only.
 *
 * vz_nft_firewall_table: add what all containers share: sets, maps, and the
 * chains outgoing and incoming, to be jumped to from chains that forward.
 *
 * vz_nft_firewall_flush: forget all containers.
 *
 * vz_nft_firewall_into: add those of one container, as its files have them,
 * and its gates, which a bridge has as well. vz_nft_firewall_out: remove them.
 */
void vz_nft_firewall_table(vz_strbuf_t *text, const vz_config_t *conf);
void vz_nft_firewall_flush(vz_strbuf_t *text, const vz_config_t *conf);
void vz_nft_firewall_into(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct);
void vz_nft_firewall_out(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct);

/* vz_nft_firewall_size: the most bytes that vz_nft_firewall_into() writes. */
size_t vz_nft_firewall_size(const vz_ct_t *ct);

/*
 * vz_nft_firewall_uses: what the kernel counts as uses of the container's
 * chains that hold: their rules, and the elements that lead there.
 */
unsigned vz_nft_firewall_uses(const vz_ct_t *ct);

/*
 * vz_nft_firewall_rules: how many rules of nftables one of ours is made of.
 * vz_nft_firewall_chain: print the name of a chain of the container: of what
 * is tried or of what holds, outgoing or incoming.
 */
unsigned vz_nft_firewall_rules(const vz_rule_t *rule);
void vz_nft_firewall_chain(uint32_t ctid, unsigned tried, unsigned out,
    char name[VZ_NFT_FIREWALL_NAME]);


#endif /* VZ_NFT_FIREWALL_H */
