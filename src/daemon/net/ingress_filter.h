/*
 * The filter of a container's interface: a program of classic BPF that the
 * kernel runs on every frame (tc-bpf(8), direct action), before any rule of
 * nftables. It works while our table is gone. Pure code.
 *
 * It lets in frames from the container's own hardware address without a VLAN
 * tag: IPv4 and ARP from its own addresses, IPv6 from those or from a
 * link-local one. Routed containers may send to link-local addresses only what
 * the next hop needs: ICMP, and DNS where host_dns allows it (RFC 3927, 2.7;
 * clouds serve a node's secrets at 169.254.169.254).
 */

#ifndef VZ_INGRESS_FILTER_H
#define VZ_INGRESS_FILTER_H

#include <linux/filter.h>
#include "daemon/ct/ct_store.h"


#define VZ_INGRESS_FILTER_MAX  512  /* instructions */

typedef struct {
    unsigned            n;
    struct sock_filter  code[VZ_INGRESS_FILTER_MAX];
} vz_ingress_filter_t;


/*
 * vz_ingress_filter_make: make the program for ct, whose interface has the
 * hardware address hw. It returns TC_ACT_OK (0) or TC_ACT_SHOT (2).
 */
void vz_ingress_filter_make(const vz_config_t *conf, const vz_ct_t *ct,
    const unsigned char hw[6], vz_ingress_filter_t *filter);


#endif /* VZ_INGRESS_FILTER_H */
