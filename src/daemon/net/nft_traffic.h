/*
 * What containers' interfaces send and get, counted and held to a rate: two
 * sets whose elements have counters, and a chain of each direction for each
 * container that has a rate, which a map finds by the name of its interface.
 * Both families, and bridges as well as routed containers.
 *
 * An element stays while its container is stopped, so its counter goes on
 * over a restart; it begins anew with the table, or with the next container of
 * that number.  A rate drops what is above it: the kernel lets a second of it
 * pass at once, and no more than the rate from then on.
 */

#ifndef VZ_NFT_TRAFFIC_H
#define VZ_NFT_TRAFFIC_H

#include "daemon/base/strbuf.h"
#include "daemon/ct/ct_store.h"
#include "daemon/net/nfnetlink.h"


#define VZ_NFT_TRAFFIC_GOT    "got"     /* the sets: bytes that reached it, */
#define VZ_NFT_TRAFFIC_SENT   "sent"    /* and bytes that it sent */
#define VZ_NFT_TRAFFIC_RATES  "rate"    /* how names of the chains begin */


/*
 * vz_nft_traffic_table: add what all containers share: sets, maps, the rules
 * of the chain "from", which exists, and the chain "to".
 *
 * vz_nft_traffic_flush: forget all rates; what was counted stays.
 *
 * vz_nft_traffic_into: add the container's elements and, as its record has
 * them, its rates.  vz_nft_traffic_out: remove its rates.
 * vz_nft_traffic_forget: begin its counters anew.
 */
void vz_nft_traffic_table(vz_strbuf_t *text, const vz_config_t *conf);
void vz_nft_traffic_flush(vz_strbuf_t *text, const vz_config_t *conf);
void vz_nft_traffic_into(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct);
void vz_nft_traffic_out(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct);
void vz_nft_traffic_forget(vz_strbuf_t *text, const vz_config_t *conf,
    uint32_t ctid);

/* the most bytes that vz_nft_traffic_into() writes */
#define VZ_NFT_TRAFFIC_SIZE  2048

/*
 * vz_nft_traffic_uses: what the kernel counts as uses of the chains of its
 * rates: their rules, and the elements that lead there.
 */
unsigned vz_nft_traffic_uses(const vz_ct_t *ct);

/*
 * vz_nft_traffic_each: call each for every element of both sets, sent 1 for
 * what the interface sent.  *table names this table: another one has counters
 * that began anew.  0; or -1 with errno, where each may have been called: then
 * what it was told counts for nothing.
 */
typedef void (*vz_nft_traffic_pt)(uint32_t ctid, unsigned sent,
    uint64_t bytes, void *data);

int vz_nft_traffic_each(const vz_config_t *conf, uint64_t *table,
    vz_nft_traffic_pt each, void *data);


#endif /* VZ_NFT_TRAFFIC_H */
