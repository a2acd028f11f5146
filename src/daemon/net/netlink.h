/*
 * The few rtnetlink(7) requests that containers need, over a socket that
 * belongs to the network namespace it was opened in.
 */

#ifndef VZ_NETLINK_H
#define VZ_NETLINK_H

#include "daemon/ct/ct_state.h"
#include "daemon/net/ingress_filter.h"


typedef enum {
    VZ_NETLINK_ADD = 0,
    VZ_NETLINK_REPLACE,
    VZ_NETLINK_DELETE
} vz_netlink_e;

typedef struct {
    int         fd;
    unsigned    index;          /* of the interface, 0: there is none */
    unsigned    there;          /* what was added last was there before */
} vz_netlink_t;

typedef struct {
    unsigned    type;           /* RTN_UNICAST, RTN_LOCAL... of rtnetlink(7) */
    unsigned    bits;           /* of the destination */
    unsigned    index;          /* of the interface, or 0 */
} vz_netlink_way_t;


/*
 * vz_netlink_open: a socket in the namespace of this process, or in that of
 * the process init where it is not NULL; and the index of the interface name
 * there. 0, or -1 with errno.
 */
int vz_netlink_open(vz_netlink_t *nl, const vz_process_t *init,
    const char *name);
void vz_netlink_close(vz_netlink_t *nl);

/*
 * All return 0, or -1 with errno.  Adding what is there and deleting what is
 * not succeed, but for a route, which may be another's: EEXIST.
 *
 * vz_netlink_address: host scope keeps it from being chosen as a source.
 * vz_netlink_route: to address, or the default route of its family when whole
 * is 0; gateway may be NULL: directly on the interface.
 * vz_netlink_where: the route that the node's packets to address take; type is
 * RTN_UNSPEC where there is none, or one that the kernel does not tell of.
 * vz_netlink_addresses: what the interface has, but for IPv6 link-local ones,
 * into a list of max; how many, or -1 with errno.
 * vz_netlink_neighbour: hw (6 bytes) for ever; hw NULL: answer for it (proxy).
 * vz_netlink_link: the hardware address of the interface and, of a veth, the
 * index of its other end in that one's namespace.
 * vz_netlink_filter: the program that looks at all that comes in by it, in
 * place of the one before.
 */
int vz_netlink_address(vz_netlink_t *nl, vz_netlink_e op,
    const vz_ip_t *address, unsigned prefix, unsigned host);
int vz_netlink_route(vz_netlink_t *nl, vz_netlink_e op, const vz_ip_t *address,
    unsigned whole, const vz_ip_t *gateway);
int vz_netlink_where(vz_netlink_t *nl, const vz_ip_t *address,
    vz_netlink_way_t *way);
int vz_netlink_addresses(vz_netlink_t *nl, vz_ip_t *list, unsigned max);
int vz_netlink_neighbour(vz_netlink_t *nl, vz_netlink_e op,
    const vz_ip_t *address, const unsigned char *hw);
int vz_netlink_link(vz_netlink_t *nl, unsigned char hw[6], unsigned *peer);
int vz_netlink_filter(vz_netlink_t *nl, const vz_ingress_filter_t *filter);
int vz_netlink_link_delete(vz_netlink_t *nl);


#endif /* VZ_NETLINK_H */
