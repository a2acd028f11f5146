/*
 * What containers' interfaces may send, and where to: sets of interfaces and
 * of "interface . address" in a table of our own, consulted only for what comes
 * from or goes to an interface that is in the set of ours.  inet for routed
 * containers (with masquerade where there is an uplink), bridge for bridged
 * ones.  Sources are held by ingress_filter.h as well, which nobody flushes.
 */

#ifndef VZ_NFT_H
#define VZ_NFT_H

#include "daemon/ct/ct_store.h"


typedef struct {
    unsigned    ports;              /* containers that run */
    unsigned    owner4;             /* addresses of theirs */
    unsigned    owner6;
} vz_nft_count_t;


/*
 * All are called with the lock of vz_ct_lock_addresses().
 *
 * vz_nft_start: the table where it is missing, the interface and all of the
 * container's addresses.  vz_nft_stop: all of them out again.
 * vz_nft_address: one address in (add; ct has it already) or out.
 * vz_nft_all: the table anew, with just these n containers; memory is taken
 * for it.
 * vz_nft_down: the table is gone.
 * All 0, or -1 with words (VZ_WORDS_MAX).
 */
int vz_nft_start(const vz_config_t *conf, const vz_ct_t *ct, char *words);
int vz_nft_stop(const vz_config_t *conf, const vz_ct_t *ct, char *words);
int vz_nft_address(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ip_t *address, unsigned add, char *words);
int vz_nft_all(const vz_config_t *conf, const vz_ct_t *list, unsigned n,
    char *words);
int vz_nft_down(const vz_config_t *conf, char *words);

/*
 * vz_nft_whole: whether the table is there with all its rules, and the sets
 * hold that many elements; asked of the kernel, without a lock.  1, or 0 with
 * words that say what is missing.
 */
int vz_nft_whole(const vz_config_t *conf, const vz_nft_count_t *count,
    char *words);


#endif /* VZ_NFT_H */
