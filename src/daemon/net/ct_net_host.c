/*
 * The host's end of a container's link: its filter and its gateway address;
 * and for each address of the container a route, a neighbour entry, and a
 * proxy entry on the uplink.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <net/if.h>
#include <netinet/in.h>
#include "daemon/base/log.h"
#include "daemon/net/ct_link.h"
#include "daemon/net/ct_net_core.h"
#include "daemon/net/ingress_filter.h"
#include "daemon/net/router.h"
#include "wire/frame.h"


static vz_code_e vz_ct_net_route(vz_ct_net_t *net, const vz_ip_t *address,
    char *words);
static int vz_ct_net_known(const vz_ct_net_t *net, unsigned index);
static int vz_ct_net_private(const vz_ip_t *address);


int
vz_ct_net_host_gateway(vz_ct_net_t *net, char *words)
{
    vz_ip_t  next;

    (void) vz_router_set("0", "/proc/sys/net/ipv6/conf/%s/accept_ra",
                         net->name);
    (void) vz_router_set("1", "/proc/sys/net/ipv4/conf/%s/rp_filter",
                         net->name);

    if (vz_ip_parse(net->conf->gateway4, &next) == 0
        && vz_netlink_address(&net->host, VZ_NETLINK_ADD, &next, 32, 1) == -1)
    {
        return vz_ct_net_failed(words, "link-local gateway");
    }

    if (vz_ip_parse(net->conf->gateway6, &next) == 0
        && vz_netlink_address(&net->host, VZ_NETLINK_ADD, &next, 128, 0) == -1
        && errno != EOPNOTSUPP && errno != EACCES)
    {
        return vz_ct_net_failed(words, "link-local gateway");
    }

    if (net->conf->uplink[0] && if_nametoindex(net->conf->uplink) == 0) {
        snprintf(words, VZ_WORDS_MAX, "uplink %s: there is no such interface, "
                 "see virtual-server.conf", net->conf->uplink);
        return -1;
    }

    return vz_router_open(net->conf, AF_INET, net->name) == -1
           ? vz_ct_net_failed(words, "forwarding") : 0;
}


int
vz_ct_net_host_filter(vz_ct_net_t *net, char *words)
{
    vz_ingress_filter_t  filter;

    vz_ingress_filter_make(net->conf, net->ct, net->other, &filter);

    if (vz_netlink_filter(&net->host, &filter) == 0) {
        return 0;
    }

    /* this kernel has no sch_ingress or cls_bpf: --check reports that */

    if (errno == ENOENT || errno == EOPNOTSUPP) {
        vz_log(LOG_WARNING, "%s has no filter of its own: %s", net->name,
               strerror(errno));
        return 0;
    }

    return vz_ct_net_failed(words, "filter of the interface");
}


vz_code_e
vz_ct_net_host_address(vz_ct_net_t *net, const vz_ip_t *address,
    vz_netlink_e op, char *words)
{
    vz_code_e  rc;

    if (net->conf->bridge[0]) {
        return VZ_OK;
    }

    rc = VZ_OK;

    if (op == VZ_NETLINK_DELETE) {
        if (net->host.index
            && (vz_netlink_route(&net->host, op, address, 1, NULL) == -1
                || vz_netlink_neighbour(&net->host, op, address, net->other)
                   == -1))
        {
            vz_ct_net_failed(words, "route");
            rc = VZ_FAILED;
        }

    } else if (net->host.index) {

        /* the hardware address is known, so that nobody is asked for it */

        if (vz_netlink_neighbour(&net->host, VZ_NETLINK_REPLACE, address,
                                 net->other)
            == -1)
        {
            vz_ct_net_failed(words, "neighbour");
            return VZ_FAILED;
        }

        if (address->family == AF_INET6
            && vz_router_open(net->conf, AF_INET6, net->name) == -1)
        {
            vz_ct_net_failed(words, "forwarding");
            return VZ_FAILED;
        }

        rc = vz_ct_net_route(net, address, words);
        if (rc != VZ_OK) {
            return rc;
        }
    }

    if (vz_ct_net_host_uplink(net->conf, address, op) == -1) {
        vz_ct_net_failed(words, "proxy on the uplink");
        rc = VZ_FAILED;
    }

    return rc;
}


/*
 * Add the route, and check that it is in use. A route of another container of
 * ours, left from before, is replaced; a route of somebody else stays.
 */

static vz_code_e
vz_ct_net_route(vz_ct_net_t *net, const vz_ip_t *address, char *words)
{
    char              text[VZ_IP_TEXT], link[IF_NAMESIZE];
    unsigned          whole, added;
    vz_netlink_way_t  way;

    if (vz_netlink_where(&net->host, address, &way) == -1) {
        vz_ct_net_failed(words, "route");
        return VZ_FAILED;
    }

    added = 0;
    whole = way.type && way.bits == (address->family == AF_INET ? 32 : 128);

    if (!whole || vz_ct_net_known(net, way.index)) {
        added = vz_netlink_route(&net->host,
                                 whole ? VZ_NETLINK_REPLACE : VZ_NETLINK_ADD,
                                 address, 1, NULL) == 0;

        if ((!added && errno != EEXIST)
            || vz_netlink_where(&net->host, address, &way) == -1)
        {
            vz_ct_net_failed(words, "route");
            return VZ_FAILED;
        }
    }

    if (way.index == net->host.index) {
        return VZ_OK;
    }

    if (added) {
        (void) vz_netlink_route(&net->host, VZ_NETLINK_DELETE, address, 1,
                                NULL);
    }

    (void) vz_netlink_neighbour(&net->host, VZ_NETLINK_DELETE, address,
                                net->other);

    vz_ip_print(address, 0, text);

    if (way.index == 0 || if_indextoname(way.index, link) == NULL) {
        strcpy(link, "nowhere");
    }

    snprintf(words, VZ_WORDS_MAX, "a route of the node leads %s to %s, not to "
             "the container: remove it (ip route), or give another address",
             text, link);

    return VZ_EXISTS;
}


/* Returns 1 where the interface belongs to one of our containers. */

static int
vz_ct_net_known(const vz_ct_net_t *net, unsigned index)
{
    char  name[IF_NAMESIZE];

    return index != 0 && if_indextoname(index, name) != NULL
           && vz_ct_link_ours(net->conf, name);
}


/*
 * The host answers for public addresses on the uplink; private ones leave
 * masqueraded.
 */

int
vz_ct_net_host_uplink(const vz_config_t *conf, const vz_ip_t *address,
    vz_netlink_e op)
{
    int           rc;
    vz_netlink_t  nl;

    if (conf->uplink[0] == '\0' || conf->bridge[0]
        || vz_ct_net_private(address))
    {
        return 0;
    }

    if (vz_netlink_open(&nl, NULL, conf->uplink) == -1) {
        return -1;
    }

    rc = 0;

    if (nl.index != 0) {
        rc = vz_netlink_neighbour(&nl, op, address, NULL);

        if (address->family == AF_INET6 && op != VZ_NETLINK_DELETE) {
            (void) vz_router_set("1", "/proc/sys/net/ipv6/conf/%s/proxy_ndp",
                                 conf->uplink);
        }
    }

    vz_netlink_close(&nl);

    return rc;
}


static int
vz_ct_net_private(const vz_ip_t *address)
{
    const unsigned char  *a;

    a = address->addr;

    if (address->family == AF_INET6) {
        return (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80);
    }

    return a[0] == 10
           || (a[0] == 172 && (a[1] & 0xf0) == 16)
           || (a[0] == 192 && a[1] == 168)
           || (a[0] == 100 && (a[1] & 0xc0) == 64)
           || (a[0] == 169 && a[1] == 254);
}
