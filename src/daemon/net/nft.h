/*
 * What containers' interfaces may send, and where to: sets of interfaces and
 * of "interface . address" in a table of our own. It is consulted only for
 * packets from or to an interface in our set. The family is inet for routed
 * containers, with masquerading where there is an uplink, and bridge for
 * bridged ones. Sources are also checked by ingress_filter.h, which nobody
 * flushes.
 */

#ifndef VZ_NFT_H
#define VZ_NFT_H

#include "daemon/ct/ct_store.h"


typedef struct {
    unsigned    ports;              /* running containers */
    unsigned    owner4;             /* their IPv4 addresses */
    unsigned    owner6;
    unsigned    mailers;            /* those that may send to port 25 */
    unsigned    blocked;            /* those that are shut off */
    unsigned    uses;               /* of their firewalls' chains */
    unsigned    rates;              /* and of their rates' */
} vz_nft_count_t;


/*
 * The caller holds vz_ct_lock_addresses(). Each returns 0, or -1 with words
 * (VZ_WORDS_MAX bytes).
 *
 * vz_nft_start: create the table where it is missing, and add the interface
 * and all addresses of the container. vz_nft_stop: remove them.
 *
 * vz_nft_address: add one address, which ct has already, or remove one.
 *
 * vz_nft_all: make the table again with just these n containers; memory is
 * allocated for it.
 *
 * vz_nft_forget: begin the counters of a number anew, for a container that is
 * about to be made.
 *
 * vz_nft_down: remove the table.
 */
int vz_nft_start(const vz_config_t *conf, const vz_ct_t *ct, char *words);
int vz_nft_stop(const vz_config_t *conf, const vz_ct_t *ct, char *words);
int vz_nft_address(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ip_t *address, unsigned add, char *words);
int vz_nft_all(const vz_config_t *conf, const vz_ct_t *list, unsigned n,
    char *words);
int vz_nft_forget(const vz_config_t *conf, uint32_t ctid, char *words);
int vz_nft_down(const vz_config_t *conf, char *words);

/*
 * vz_nft_whole: 1 where the table has all its rules and the sets have that
 * many elements, as the kernel says, without a lock; 0 with words that say
 * what is missing.
 */
int vz_nft_whole(const vz_config_t *conf, const vz_nft_count_t *count,
    char *words);


#endif /* VZ_NFT_H */
