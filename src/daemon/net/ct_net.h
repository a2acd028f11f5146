/*
 * A container's network, seen from the host.
 *
 * Routed (default): a veth pair without a bridge, each address a route to
 * it, the next hop link-local: nothing the guest does reaches a neighbour.
 * Bridged: conf->bridge; addresses as they were given, gateway needed.
 */

#ifndef VZ_CT_NET_H
#define VZ_CT_NET_H

#include "daemon/ct/ct_state.h"


/*
 * vz_ct_net_start: everything of a container whose init is about to run; with
 * the lock of vz_ct_lock_addresses().
 * vz_ct_net_stop: what does not go with its interface, and the interface where
 * it is still there; takes that lock itself.  0, or -1 with words
 * (VZ_WORDS_MAX).
 */
int vz_ct_net_start(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, char *words);
int vz_ct_net_stop(const vz_config_t *conf, const vz_ct_t *ct, char *words);

/* vz_ct_net_unlink: only the interface.  0, or -1 with words. */
int vz_ct_net_unlink(const vz_config_t *conf, const vz_ct_t *ct, char *words);

/*
 * vz_ct_net_filter: the filter of a running container's interface once more.
 * 0, or -1 with words; 0 also where it has no interface any more.
 */
int vz_ct_net_filter(const vz_config_t *conf, const vz_ct_t *ct, char *words);

/*
 * One change of a container: ct is as it is to be.  The host's side is done
 * first and whatever the guest did with its own; that one is done as far as
 * it goes.  init is NULL where it does not run: what may be left of it on the
 * host goes.
 *
 * VZ_OK; with words that are not empty where the guest's side was not to be
 * had.  VZ_EXISTS: the node has another way to that address.  VZ_FAILED.
 * Words are VZ_WORDS_MAX; vz_ct_net_address() is called with the lock of
 * vz_ct_lock_addresses().
 */
vz_code_e vz_ct_net_address(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, const vz_ip_t *address, unsigned add,
    char *words);
vz_code_e vz_ct_net_gateway(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, int family, char *words);


#endif /* VZ_CT_NET_H */
