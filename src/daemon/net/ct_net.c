#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <net/if.h>
#include <netinet/in.h>
#include "daemon/base/log.h"
#include "daemon/ct/ct_lock.h"
#include "daemon/net/ct_net.h"
#include "daemon/net/ingress_filter.h"
#include "daemon/net/netlink.h"
#include "daemon/net/nft.h"
#include "daemon/net/router.h"
#include "wire/frame.h"


typedef struct {
    const vz_config_t  *conf;
    const vz_ct_t      *ct;
    vz_netlink_t        host;
    vz_netlink_t        guest;
    unsigned char       hw[6];      /* of the host's end */
    unsigned char       other[6];   /* of the guest's, as it was made */
    char                name[VZ_INTERFACE_MAX];
} vz_ct_net_t;


static void vz_ct_net_bytes(uint32_t ctid, unsigned char hw[6]);
static int vz_ct_net_open(vz_ct_net_t *net, const vz_config_t *conf,
    const vz_ct_t *ct, const vz_process_t *init, char *words);
static void vz_ct_net_close(vz_ct_net_t *net);
static void vz_ct_net_lacks(const vz_ct_net_t *net, char *words);
static int vz_ct_net_hop(vz_ct_net_t *net, char *words);
static int vz_ct_net_in(vz_ct_net_t *net, char *words);
static vz_code_e vz_ct_net_host(vz_ct_net_t *net, const vz_ip_t *address,
    vz_netlink_e op, char *words);
static vz_code_e vz_ct_net_route(vz_ct_net_t *net, const vz_ip_t *address,
    char *words);
static void vz_ct_net_inside(vz_ct_net_t *net, const vz_ip_t *address,
    vz_netlink_e op, char *words);
static int vz_ct_net_known(const vz_ct_net_t *net, unsigned index);
static int vz_ct_net_guest(vz_ct_net_t *net, const vz_ip_t *address,
    vz_netlink_e op, char *words);
static int vz_ct_net_again(vz_ct_net_t *net, const vz_ip_t *gone,
    char *words);
static int vz_ct_net_default(vz_ct_net_t *net, int family, char *words);
static int vz_ct_net_uplink(const vz_config_t *conf, const vz_ip_t *address,
    vz_netlink_e op);
static int vz_ct_net_private(const vz_ip_t *address);
static int vz_ct_net_failed(char *words, const char *what);


void
vz_ct_net_interface(const vz_config_t *conf, uint32_t ctid,
    char name[VZ_INTERFACE_MAX])
{
    snprintf(name, VZ_INTERFACE_MAX, "%.3s%u.0", conf->interface_prefix,
             ctid);
}


int
vz_ct_net_ours(const vz_config_t *conf, const char *name)
{
    size_t  len;

    len = strlen(conf->interface_prefix);

    return strncmp(name, conf->interface_prefix, len) == 0
           && name[len] >= '1' && name[len] <= '9'
           && strcmp(name + len + strspn(name + len, "0123456789"), ".0")
              == 0;
}


static void
vz_ct_net_bytes(uint32_t ctid, unsigned char hw[6])
{
    /* the second bit of the first byte: locally administered */

    hw[0] = 0x02;
    hw[1] = 0x7a;
    hw[2] = (unsigned char) (ctid >> 24);
    hw[3] = (unsigned char) (ctid >> 16);
    hw[4] = (unsigned char) (ctid >> 8);
    hw[5] = (unsigned char) ctid;
}


void
vz_ct_net_hardware(uint32_t ctid, char text[18])
{
    unsigned char  hw[6];

    vz_ct_net_bytes(ctid, hw);

    snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", hw[0], hw[1], hw[2],
             hw[3], hw[4], hw[5]);
}


int
vz_ct_net_start(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, char *words)
{
    int          rc;
    unsigned     i;
    vz_ct_net_t  net;

    if (vz_ct_net_open(&net, conf, ct, init, words) == -1) {
        return -1;
    }

    rc = -1;

    if (net.host.index == 0 || net.guest.index == 0) {
        vz_ct_net_lacks(&net, words);
        goto done;
    }

    if (vz_ct_net_in(&net, words) == -1
        || (conf->bridge[0] == '\0' && vz_ct_net_hop(&net, words) == -1)
        || vz_nft_start(conf, ct, words) == -1)
    {
        goto done;
    }

    for (i = 0; i < ct->naddresses; i++) {
        if (vz_ct_net_host(&net, &ct->addresses[i], VZ_NETLINK_ADD,
                           words) != VZ_OK
            || vz_ct_net_guest(&net, &ct->addresses[i], VZ_NETLINK_ADD,
                               words) == -1)
        {
            goto done;
        }
    }

    rc = vz_ct_net_default(&net, AF_INET, words);

    if (rc == 0) {
        rc = vz_ct_net_default(&net, AF_INET6, words);
    }

done:

    vz_ct_net_close(&net);

    return rc;
}


/* the host's end of a routed container: the next hop, and forwarding */

static int
vz_ct_net_hop(vz_ct_net_t *net, char *words)
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


/* what comes in by the host's end */

static int
vz_ct_net_in(vz_ct_net_t *net, char *words)
{
    vz_ingress_filter_t  filter;

    vz_ingress_filter_make(net->conf, net->ct, net->other, &filter);

    if (vz_netlink_filter(&net->host, &filter) == 0) {
        return 0;
    }

    /* a kernel without sch_ingress and cls_bpf: --check tells */

    if (errno == ENOENT || errno == EOPNOTSUPP) {
        vz_log(LOG_WARNING, "%s has no filter of its own: %s", net->name,
               strerror(errno));
        return 0;
    }

    return vz_ct_net_failed(words, "filter of the interface");
}


int
vz_ct_net_filter(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    int          rc;
    vz_ct_net_t  net;

    if (vz_ct_net_open(&net, conf, ct, NULL, words) == -1) {
        return -1;
    }

    rc = net.host.index ? vz_ct_net_in(&net, words) : 0;
    vz_ct_net_close(&net);

    return rc;
}


int
vz_ct_net_stop(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    int        rc;
    unsigned   i;
    vz_lock_t  lock;

    /* many may end at once: taking away is finished without it, too */

    (void) vz_ct_lock_addresses(conf, "stop", VZ_CT_LOCK_WAIT, &lock, words);

    rc = vz_nft_stop(conf, ct, words);

    for (i = 0; i < ct->naddresses; i++) {
        (void) vz_ct_net_uplink(conf, &ct->addresses[i], VZ_NETLINK_DELETE);
    }

    vz_lock_drop(&lock);

    return vz_ct_net_unlink(conf, ct, words) == -1 ? -1 : rc;
}


int
vz_ct_net_unlink(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    int           rc;
    char          name[VZ_INTERFACE_MAX];
    vz_netlink_t  host;

    rc = 0;
    vz_ct_net_interface(conf, ct->ctid, name);

    if (vz_netlink_open(&host, NULL, name) == -1) {
        return vz_ct_net_failed(words, "netlink");
    }

    if (host.index != 0 && vz_netlink_link_delete(&host) == -1) {
        rc = vz_ct_net_failed(words, name);
    }

    vz_netlink_close(&host);

    return rc;
}


vz_code_e
vz_ct_net_address(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, const vz_ip_t *address, unsigned add,
    char *words)
{
    vz_netlink_e  op;
    vz_ct_net_t   net;
    vz_code_e     rc, host;

    op = add ? VZ_NETLINK_ADD : VZ_NETLINK_DELETE;
    words[0] = '\0';

    if (vz_ct_net_open(&net, conf, ct, init, words) == -1) {
        return VZ_FAILED;
    }

    rc = VZ_OK;

    if (net.host.index && vz_ct_net_in(&net, words) == -1) {
        rc = VZ_FAILED;
    }

    if (vz_nft_address(conf, ct, address, add, words) == -1) {
        rc = VZ_FAILED;
    }

    if (rc == VZ_OK || !add) {
        host = vz_ct_net_host(&net, address, op, words);
        rc = rc == VZ_OK ? host : rc;
    }

    if (rc == VZ_OK && init != NULL) {
        vz_ct_net_inside(&net, address, op, words);
    }

    vz_ct_net_close(&net);

    return rc;
}


/* the guest is its root's: what it did with its end is told, no more */

static void
vz_ct_net_inside(vz_ct_net_t *net, const vz_ip_t *address, vz_netlink_e op,
    char *words)
{
    unsigned  bridged;

    bridged = net->conf->bridge[0] != '\0';

    if (net->guest.index == 0) {
        vz_ct_net_lacks(net, words);
        return;
    }

    if (vz_ct_net_guest(net, address, op, words) == -1
        || (bridged && op == VZ_NETLINK_DELETE
            && vz_ct_net_again(net, address, words) == -1))
    {
        return;
    }

    /* the first address of a family may bring its default route */

    if (op == VZ_NETLINK_ADD || bridged) {
        (void) vz_ct_net_default(net, address->family, words);
    }
}


/*
 * Without promote_secondaries, the first address of a subnet takes the others
 * with it when it goes.
 */

static int
vz_ct_net_again(vz_ct_net_t *net, const vz_ip_t *gone, char *words)
{
    unsigned              i;
    const vz_ip_t        *address;

    for (i = 0; i < net->ct->naddresses; i++) {
        address = &net->ct->addresses[i];

        if (!vz_ip_same(address, gone)
            && vz_ct_net_guest(net, address, VZ_NETLINK_ADD, words) == -1)
        {
            return -1;
        }
    }

    return 0;
}


vz_code_e
vz_ct_net_gateway(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, int family, char *words)
{
    vz_ct_net_t  net;

    words[0] = '\0';

    if (vz_ct_net_open(&net, conf, ct, init, words) == -1) {
        return VZ_FAILED;
    }

    if (net.guest.index == 0) {
        vz_ct_net_lacks(&net, words);

    } else {
        (void) vz_ct_net_default(&net, family, words);
    }

    vz_ct_net_close(&net);

    return VZ_OK;
}


/*
 * Both ends, each as far as it is there.  The guest may have given its own
 * another name: it is known by its number, too.
 */

static int
vz_ct_net_open(vz_ct_net_t *net, const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, char *words)
{
    unsigned  peer;

    memset(net, 0, sizeof(*net));
    net->conf = conf;
    net->ct = ct;
    net->guest.fd = -1;
    vz_ct_net_interface(conf, ct->ctid, net->name);
    vz_ct_net_bytes(ct->ctid, net->other);

    if (vz_netlink_open(&net->host, NULL, net->name) == -1) {
        return vz_ct_net_failed(words, "netlink");
    }

    peer = 0;

    if (net->host.index
        && vz_netlink_link(&net->host, net->hw, &peer) == -1)
    {
        net->host.index = 0;
    }

    if (init == NULL) {
        return 0;
    }

    if (vz_netlink_open(&net->guest, init, VZ_GUEST_FILES_LINK) == -1) {
        net->guest.fd = -1;
        net->guest.index = 0;

    } else if (net->guest.index == 0) {
        net->guest.index = peer;
    }

    return 0;
}


static void
vz_ct_net_close(vz_ct_net_t *net)
{
    vz_netlink_close(&net->host);

    if (net->guest.fd != -1) {
        vz_netlink_close(&net->guest);
    }
}


static void
vz_ct_net_lacks(const vz_ct_net_t *net, char *words)
{
    snprintf(words, VZ_WORDS_MAX, "the container has no interface %s%s",
             VZ_GUEST_FILES_LINK, net->host.index ? "" : ", restart it");
}


/* the host's side of one address */

static vz_code_e
vz_ct_net_host(vz_ct_net_t *net, const vz_ip_t *address, vz_netlink_e op,
    char *words)
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

        /* its hardware address is known: nobody is asked, nobody answers */

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

    if (vz_ct_net_uplink(net->conf, address, op) == -1) {
        vz_ct_net_failed(words, "proxy on the uplink");
        rc = VZ_FAILED;
    }

    return rc;
}


/*
 * That there is a route does not say that it is this one: one of ours to
 * where the address was before is replaced, another's stays.
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


/* whether it is that of a container of ours */

static int
vz_ct_net_known(const vz_ct_net_t *net, unsigned index)
{
    char  name[IF_NAMESIZE];

    return index != 0 && if_indextoname(index, name) != NULL
           && vz_ct_net_ours(net->conf, name);
}


static int
vz_ct_net_guest(vz_ct_net_t *net, const vz_ip_t *address, vz_netlink_e op,
    char *words)
{
    unsigned  prefix;

    /* routed, every address stands alone: there is no neighbour to reach */

    prefix = address->prefix;

    if (net->conf->bridge[0] == '\0') {
        prefix = address->family == AF_INET ? 32 : 128;
    }

    return vz_netlink_address(&net->guest, op, address, prefix, 0) == -1
           ? vz_ct_net_failed(words, "address inside") : 0;
}


/*
 * The gateway is written down as a neighbour with the hardware address of our
 * end: nobody is asked for it, and one of the customer's own need not exist.
 */

static int
vz_ct_net_default(vz_ct_net_t *net, int family, char *words)
{
    unsigned     routed;
    const char  *text;
    vz_ip_t      gateway;

    routed = net->conf->bridge[0] == '\0';
    text = family == AF_INET ? net->ct->gateway4 : net->ct->gateway6;

    if (*text == '\0' && routed) {
        text = family == AF_INET ? net->conf->gateway4 : net->conf->gateway6;
    }

    if (*text == '\0') {
        return 0;
    }

    if (vz_ip_parse(text, &gateway) == -1 || gateway.family != family) {
        snprintf(words, VZ_WORDS_MAX, "gateway: no address");
        return -1;
    }

    if (routed
        && vz_netlink_neighbour(&net->guest, VZ_NETLINK_REPLACE, &gateway,
                                net->hw) == -1
        && (family == AF_INET || *net->ct->gateway6))
    {
        return vz_ct_net_failed(words, "gateway");
    }

    if (vz_netlink_route(&net->guest, VZ_NETLINK_REPLACE, &gateway, 0,
                         &gateway) == -1
        && (family == AF_INET || *net->ct->gateway6))
    {
        return vz_ct_net_failed(words, "default route");
    }

    return 0;
}


/* public addresses are answered for; private ones leave masqueraded */

static int
vz_ct_net_uplink(const vz_config_t *conf, const vz_ip_t *address,
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


static int
vz_ct_net_failed(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return -1;
}
