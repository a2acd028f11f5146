/*
 * The few rtnetlink(7) requests that containers need, over a socket that
 * belongs to the network namespace it was opened in.
 */

#ifndef VZ_NETLINK_H
#define VZ_NETLINK_H

#include "filter.h"
#include "run.h"


typedef enum {
    VZ_NL_ADD = 0,
    VZ_NL_REPLACE,
    VZ_NL_DELETE
} vz_nl_e;

typedef struct {
    int         fd;
    unsigned    index;          /* of the interface, 0: there is none */
    unsigned    there;          /* what was added last was there before */
} vz_nl_t;

typedef struct {
    unsigned    type;           /* RTN_UNICAST, RTN_LOCAL... of rtnetlink(7) */
    unsigned    bits;           /* of the destination */
    unsigned    index;          /* of the interface, or 0 */
} vz_nl_way_t;


/*
 * vz_nl_open: a socket in the namespace of this process, or in that of the
 * process init where it is not NULL; and the index of the interface name there.
 * 0, or -1 with errno.
 */
int vz_nl_open(vz_nl_t *nl, const vz_process_t *init, const char *name);
void vz_nl_close(vz_nl_t *nl);

/*
 * All return 0, or -1 with errno.  Adding what is there and deleting what is
 * not succeed, but for a route, which may be another's: EEXIST.
 *
 * vz_nl_address: host scope keeps it from being chosen as a source.
 * vz_nl_route: to address, or the default route of its family when whole is
 * 0; gateway may be NULL: directly on the interface.
 * vz_nl_where: the route that the node's packets to address take; type is
 * RTN_UNSPEC where there is none, or one that the kernel does not tell of.
 * vz_nl_addresses: what the interface has, but for IPv6 link-local ones, into
 * a list of max; how many, or -1 with errno.
 * vz_nl_neighbour: hw (6 bytes) for ever; hw NULL: answer for it (proxy).
 * vz_nl_link: the hardware address of the interface and, of a veth, the index
 * of its other end in that one's namespace.
 * vz_nl_filter: the program that looks at all that comes in by it, in place
 * of the one before.
 */
int vz_nl_address(vz_nl_t *nl, vz_nl_e op, const vz_address_t *address,
    unsigned prefix, unsigned host);
int vz_nl_route(vz_nl_t *nl, vz_nl_e op, const vz_address_t *address,
    unsigned whole, const vz_address_t *gateway);
int vz_nl_where(vz_nl_t *nl, const vz_address_t *address, vz_nl_way_t *way);
int vz_nl_addresses(vz_nl_t *nl, vz_address_t *list, unsigned max);
int vz_nl_neighbour(vz_nl_t *nl, vz_nl_e op, const vz_address_t *address,
    const unsigned char *hw);
int vz_nl_link(vz_nl_t *nl, unsigned char hw[6], unsigned *peer);
int vz_nl_filter(vz_nl_t *nl, const vz_filter_t *filter);
int vz_nl_link_delete(vz_nl_t *nl);


#endif /* VZ_NETLINK_H */
