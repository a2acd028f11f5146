/*
 * A container's network, seen from the host.
 *
 * Routed (the default): a veth pair without a bridge. Each address is a route
 * to it, and the next hop is link-local, so nothing that the guest does
 * reaches a neighbour. Bridged: the pair is in conf->bridge, addresses keep
 * their prefixes, and a gateway is needed.
 */

#ifndef VZ_CT_NET_H
#define VZ_CT_NET_H

#include "daemon/ct/ct_state.h"


/*
 * vz_ct_net_start: set up everything for a container whose init is about to
 * run; the caller holds vz_ct_lock_addresses(). vz_ct_net_stop: remove what
 * does not vanish with the interface, and the interface where it is still
 * there; takes that lock itself. 0, or -1 with words (VZ_WORDS_MAX bytes).
 */
int vz_ct_net_start(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, char *words);
int vz_ct_net_stop(const vz_config_t *conf, const vz_ct_t *ct, char *words);

/* vz_ct_net_unlink: remove the interface only. 0, or -1 with words. */
int vz_ct_net_unlink(const vz_config_t *conf, const vz_ct_t *ct, char *words);

/*
 * vz_ct_net_forget: count what a number sends anew, for a container that is
 * about to be made.  vz_ct_net_rate: hold a running container to the rates of
 * ct, or let it go.  Both take vz_ct_lock_addresses() themselves.  VZ_OK, or a
 * code with words.
 */
vz_code_e vz_ct_net_forget(const vz_config_t *conf, const vz_ct_t *ct,
    char *words);
vz_code_e vz_ct_net_rate(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ct_state_t *run, char *words);

/*
 * vz_ct_net_filter: set the filter of a running container's interface again.
 * 0, also where the interface is gone, or -1 with words.
 */
int vz_ct_net_filter(const vz_config_t *conf, const vz_ct_t *ct, char *words);

/*
 * vz_ct_net_address: add or delete an address. vz_ct_net_gateway: set the
 * default route of a family. ct is the record as it is to be. init is NULL
 * where the container does not run: then only leftovers on the host are
 * removed. The host's side is changed first, whatever the guest did to its
 * own; the guest's side follows as far as possible.
 *
 * VZ_OK, with words set where the guest's side could not be changed; VZ_EXISTS
 * where the node has another route to the address; VZ_FAILED. words has
 * VZ_WORDS_MAX bytes. The caller of vz_ct_net_address() holds
 * vz_ct_lock_addresses().
 */
vz_code_e vz_ct_net_address(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, const vz_ip_t *address, unsigned add,
    char *words);
vz_code_e vz_ct_net_gateway(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, int family, char *words);


#endif /* VZ_CT_NET_H */
