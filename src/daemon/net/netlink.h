/*
 * The few rtnetlink(7) requests that containers need. A socket belongs to the
 * network namespace that it was opened in.
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
    unsigned    index;          /* index of the interface; 0: there is none */
    unsigned    there;          /* 1: what was added last existed before */
} vz_netlink_t;

typedef struct {
    unsigned    type;           /* RTN_UNICAST, RTN_LOCAL... of rtnetlink(7) */
    unsigned    bits;           /* prefix length of the destination */
    unsigned    index;          /* index of the interface, or 0 */
} vz_netlink_way_t;


/*
 * vz_netlink_open: open a socket in the namespace of this process, or in that
 * of the process init where it is not NULL, and find the index of the
 * interface name there. 0, or -1 with errno.
 */
int vz_netlink_open(vz_netlink_t *nl, const vz_process_t *init,
    const char *name);

/* vz_netlink_close: close the socket. */
void vz_netlink_close(vz_netlink_t *nl);

/*
 * Each returns 0, or -1 with errno. Adding what exists and deleting what does
 * not exist succeed; a route is an exception, because it may be somebody
 * else's: EEXIST.
 *
 * vz_netlink_address: add or delete an address of the interface; with host
 * scope it is never chosen as a source.
 *
 * vz_netlink_route: add or delete a route to address, or with whole 0 the
 * default route of its family. With gateway NULL it leads directly to the
 * interface.
 *
 * vz_netlink_where: the route that the node's packets to address take; type is
 * RTN_UNSPEC where there is none, or the kernel does not tell.
 *
 * vz_netlink_addresses: the interface's addresses without IPv6 link-local
 * ones, into a list of max; returns their number.
 *
 * vz_netlink_neighbour: set a permanent hardware address (6 bytes) for
 * address; with hw NULL the interface answers for it (proxy).
 *
 * vz_netlink_link: the hardware address of the interface and, for a veth, the
 * index of its other end in that end's namespace.
 *
 * vz_netlink_filter: replace the program that checks what comes in.
 *
 * vz_netlink_link_delete: delete the interface, and its other end with it.
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
