/*
 * What the files of ct_net share: the link of one container, opened at both
 * ends.
 */

#ifndef VZ_CT_NET_CORE_H
#define VZ_CT_NET_CORE_H

#include "daemon/ct/ct_state.h"
#include "daemon/net/ct_link.h"
#include "daemon/net/netlink.h"


typedef struct {
    const vz_config_t  *conf;
    const vz_ct_t      *ct;
    vz_netlink_t        host;
    vz_netlink_t        guest;
    unsigned char       hw[6];      /* hardware address of the host's end */
    unsigned char       other[6];   /* hardware address of the guest's end
                                       at its creation */
    char                name[VZ_CT_LINK_MAX];
} vz_ct_net_t;

/*
 * Each returns 0 or VZ_OK; or else sets words (VZ_WORDS_MAX bytes) to what
 * failed and why.
 *
 * vz_ct_net_host_gateway: give the host's end of a routed container the
 * address that the guest uses as its gateway, and let the host forward.
 * vz_ct_net_host_filter: set the filter over what the container sends.
 */
int vz_ct_net_host_gateway(vz_ct_net_t *net, char *words);
int vz_ct_net_host_filter(vz_ct_net_t *net, char *words);

/*
 * vz_ct_net_host_address: add or delete one address on the host's side.
 * VZ_EXISTS where the node has another route to it.
 */
vz_code_e vz_ct_net_host_address(vz_ct_net_t *net, const vz_ip_t *address,
    vz_netlink_e op, char *words);

/*
 * vz_ct_net_host_uplink: answer for a public address on the uplink, or stop
 * answering. 0, or -1 with errno and without words.
 */
int vz_ct_net_host_uplink(const vz_config_t *conf, const vz_ip_t *address,
    vz_netlink_e op);

/* vz_ct_net_failed: set words to "what: strerror(errno)"; returns -1. */
int vz_ct_net_failed(char *words, const char *what);


#endif /* VZ_CT_NET_CORE_H */
