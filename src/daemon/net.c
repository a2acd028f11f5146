#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include "../wire/frame.h"
#include "net.h"
#include "netlink.h"
#include "nft.h"


typedef struct {
    const vz_config_t  *conf;
    const vz_ct_t      *ct;
    vz_nl_t             host;
    vz_nl_t             guest;
    unsigned char       hw[6];      /* of the host's end */
    char                name[VZ_INTERFACE_MAX];
} vz_net_t;


static int vz_net_open(vz_net_t *net, const vz_config_t *conf,
    const vz_ct_t *ct, const vz_process_t *init, char *words);
static void vz_net_close(vz_net_t *net);
static int vz_net_one(vz_net_t *net, const vz_address_t *address, vz_nl_e op,
    char *words);
static int vz_net_again(vz_net_t *net, const vz_address_t *gone,
    char *words);
static int vz_net_default(vz_net_t *net, int family, char *words);
static int vz_net_forward(const vz_config_t *conf, const char *name);
static int vz_net_uplink(const vz_config_t *conf, const vz_address_t *address,
    vz_nl_e op);
static int vz_net_private(const vz_address_t *address);
static int vz_net_sysctl(const char *value, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static int vz_net_failed(char *words, const char *what);


void
vz_net_interface(const vz_config_t *conf, uint32_t ctid,
    char name[VZ_INTERFACE_MAX])
{
    snprintf(name, VZ_INTERFACE_MAX, "%.3s%u.0", conf->interface_prefix,
             ctid);
}


void
vz_net_hardware(uint32_t ctid, char text[18])
{
    /* the second bit of the first byte: locally administered */

    snprintf(text, 18, "02:7a:%02x:%02x:%02x:%02x", ctid >> 24 & 0xff,
             ctid >> 16 & 0xff, ctid >> 8 & 0xff, ctid & 0xff);
}


int
vz_net_start(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, char *words)
{
    int           rc;
    unsigned      i;
    vz_net_t      net;
    vz_address_t  next;

    if (vz_net_open(&net, conf, ct, init, words) == -1) {
        return -1;
    }

    rc = -1;

    if (conf->bridge[0] == '\0') {
        vz_net_sysctl("0", "/proc/sys/net/ipv6/conf/%s/accept_ra", net.name);

        if (vz_address_parse(conf->gateway4, &next) == 0
            && vz_nl_address(&net.host, VZ_NL_ADD, &next, 32, 1) == -1)
        {
            vz_net_failed(words, "link-local gateway");
            goto done;
        }

        if (vz_address_parse(conf->gateway6, &next) == 0
            && vz_nl_address(&net.host, VZ_NL_ADD, &next, 128, 0) == -1
            && errno != EOPNOTSUPP && errno != EACCES)
        {
            vz_net_failed(words, "link-local gateway");
            goto done;
        }

        if (vz_net_forward(conf, net.name) == -1) {
            vz_net_failed(words, "forwarding");
            goto done;
        }
    }

    if (vz_nft_start(conf, ct, words) == -1) {
        goto done;
    }

    for (i = 0; i < ct->naddresses; i++) {
        if (vz_net_one(&net, &ct->addresses[i], VZ_NL_ADD, words) == -1) {
            goto done;
        }
    }

    rc = vz_net_default(&net, AF_INET, words);

    if (rc == 0) {
        rc = vz_net_default(&net, AF_INET6, words);
    }

done:

    vz_net_close(&net);

    return rc;
}


int
vz_net_stop(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    int       rc;
    unsigned  i;

    rc = vz_nft_stop(conf, ct, words);

    for (i = 0; i < ct->naddresses; i++) {
        (void) vz_net_uplink(conf, &ct->addresses[i], VZ_NL_DELETE);
    }

    return vz_net_unlink(conf, ct, words) == -1 ? -1 : rc;
}


int
vz_net_unlink(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    int       rc;
    char      name[VZ_INTERFACE_MAX];
    vz_nl_t   host;

    rc = 0;
    vz_net_interface(conf, ct->ctid, name);

    if (vz_nl_open(&host, NULL, name) == -1) {
        return vz_net_failed(words, "netlink");
    }

    if (host.index != 0 && vz_nl_link_delete(&host) == -1) {
        rc = vz_net_failed(words, name);
    }

    vz_nl_close(&host);

    return rc;
}


int
vz_net_address(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, const vz_address_t *address, unsigned add,
    char *words)
{
    int       rc;
    vz_net_t  net;

    if (vz_nft_address(conf, ct, address, add, words) == -1
        || vz_net_open(&net, conf, ct, init, words) == -1)
    {
        return -1;
    }

    rc = vz_net_one(&net, address, add ? VZ_NL_ADD : VZ_NL_DELETE, words);

    /* the first address of a family may bring its default route */

    if (rc == 0 && !add && conf->bridge[0]) {
        rc = vz_net_again(&net, address, words);
    }

    if (rc == 0 && (add || conf->bridge[0])) {
        rc = vz_net_default(&net, address->family, words);
    }

    vz_net_close(&net);

    return rc;
}


/*
 * Without promote_secondaries, the first address of a subnet takes the others
 * with it when it goes.
 */

static int
vz_net_again(vz_net_t *net, const vz_address_t *gone, char *words)
{
    unsigned              i;
    const vz_address_t   *address;

    for (i = 0; i < net->ct->naddresses; i++) {
        address = &net->ct->addresses[i];

        if (!vz_address_same(address, gone)
            && vz_net_one(net, address, VZ_NL_ADD, words) == -1)
        {
            return -1;
        }
    }

    return 0;
}


int
vz_net_gateway(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, int family, char *words)
{
    int       rc;
    vz_net_t  net;

    if (vz_net_open(&net, conf, ct, init, words) == -1) {
        return -1;
    }

    rc = vz_net_default(&net, family, words);
    vz_net_close(&net);

    return rc;
}


static int
vz_net_open(vz_net_t *net, const vz_config_t *conf, const vz_ct_t *ct,
    const vz_process_t *init, char *words)
{
    int           fd;
    struct ifreq  request;

    memset(net, 0, sizeof(*net));
    net->conf = conf;
    net->ct = ct;
    vz_net_interface(conf, ct->ctid, net->name);

    if (vz_nl_open(&net->host, NULL, net->name) == -1) {
        return vz_net_failed(words, "netlink");
    }

    if (vz_nl_open(&net->guest, init, VZ_GUEST_LINK) == -1) {
        vz_nl_close(&net->host);
        return vz_net_failed(words, "the container's network");
    }

    if (net->host.index == 0 || net->guest.index == 0) {
        vz_net_close(net);
        snprintf(words, VZ_WORDS_MAX, "the container has no interface %s",
                 VZ_GUEST_LINK);
        return -1;
    }

    memset(&request, 0, sizeof(request));
    memcpy(request.ifr_name, net->name, strlen(net->name));

    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd != -1 && ioctl(fd, SIOCGIFHWADDR, &request) == 0) {
        memcpy(net->hw, request.ifr_hwaddr.sa_data, 6);
    }

    close(fd);

    return 0;
}


static void
vz_net_close(vz_net_t *net)
{
    vz_nl_close(&net->host);
    vz_nl_close(&net->guest);
}


static int
vz_net_one(vz_net_t *net, const vz_address_t *address, vz_nl_e op,
    char *words)
{
    unsigned  prefix;

    /* routed, every address stands alone: there is no neighbour to reach */

    prefix = address->prefix;

    if (net->conf->bridge[0] == '\0') {
        prefix = address->family == AF_INET ? 32 : 128;
    }

    if (vz_nl_address(&net->guest, op, address, prefix, 0) == -1) {
        return vz_net_failed(words, "address");
    }

    if (net->conf->bridge[0]) {
        return 0;
    }

    if (vz_nl_route(&net->host, op, address, 1, NULL) == -1) {
        return vz_net_failed(words, "route");
    }

    if (vz_net_uplink(net->conf, address, op) == -1) {
        return vz_net_failed(words, "proxy on the uplink");
    }

    return 0;
}


/*
 * A gateway of the customer's own is written down as a neighbour with the
 * hardware address of our end: it need not exist, and the host need not own
 * it.
 */

static int
vz_net_default(vz_net_t *net, int family, char *words)
{
    unsigned       routed;
    const char    *text;
    vz_address_t   gateway;

    routed = net->conf->bridge[0] == '\0';
    text = family == AF_INET ? net->ct->gateway4 : net->ct->gateway6;

    if (*text && routed) {
        if (vz_address_parse(text, &gateway) == -1
            || vz_nl_neighbour(&net->guest, VZ_NL_REPLACE, &gateway, net->hw)
               == -1)
        {
            return vz_net_failed(words, "gateway");
        }

    } else if (*text == '\0' && routed) {
        text = family == AF_INET ? net->conf->gateway4 : net->conf->gateway6;
    }

    if (*text == '\0') {
        return 0;
    }

    if (vz_address_parse(text, &gateway) == -1 || gateway.family != family) {
        snprintf(words, VZ_WORDS_MAX, "gateway: no address");
        return -1;
    }

    if (vz_nl_route(&net->guest, VZ_NL_REPLACE, &gateway, 0, &gateway) == -1
        && (family == AF_INET || *net->ct->gateway6))
    {
        return vz_net_failed(words, "default route");
    }

    return 0;
}


/*
 * With an uplink, containers' packets are forwarded: per interface where the
 * kernel can, so the rest of the host stays as it was set up.
 */

static int
vz_net_forward(const vz_config_t *conf, const char *name)
{
    if (conf->uplink[0] == '\0') {
        return 0;
    }

    if (vz_net_sysctl("1", "/proc/sys/net/ipv4/conf/%s/forwarding", name)
        == -1
        || vz_net_sysctl("1", "/proc/sys/net/ipv4/conf/%s/forwarding",
                         conf->uplink) == -1)
    {
        return -1;
    }

    return 0;
}


/* public addresses are answered for; private ones leave masqueraded */

static int
vz_net_uplink(const vz_config_t *conf, const vz_address_t *address,
    vz_nl_e op)
{
    int      rc;
    vz_nl_t  nl;

    if (conf->uplink[0] == '\0' || conf->bridge[0]
        || vz_net_private(address))
    {
        return 0;
    }

    if (vz_nl_open(&nl, NULL, conf->uplink) == -1) {
        return -1;
    }

    rc = 0;

    if (nl.index != 0) {
        rc = vz_nl_neighbour(&nl, op, address, NULL);

        if (address->family == AF_INET6 && op != VZ_NL_DELETE) {

            /* forwarding would end the uplink's own autoconfiguration */

            vz_net_sysctl("2", "/proc/sys/net/ipv6/conf/%s/accept_ra",
                          conf->uplink);
            vz_net_sysctl("1", "/proc/sys/net/ipv6/conf/%s/proxy_ndp",
                          conf->uplink);
            vz_net_sysctl("1", "/proc/sys/net/ipv6/conf/all/forwarding");
        }
    }

    vz_nl_close(&nl);

    return rc;
}


static int
vz_net_private(const vz_address_t *address)
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


int
vz_net_host_has(const vz_address_t *address)
{
    int              found;
    const void      *addr;
    struct ifaddrs  *list, *ifa;

    if (getifaddrs(&list) == -1) {
        return 0;
    }

    found = 0;

    for (ifa = list; ifa != NULL && !found; ifa = ifa->ifa_next) {
        if (ifa->ifa_addr == NULL
            || ifa->ifa_addr->sa_family != address->family)
        {
            continue;
        }

        addr = address->family == AF_INET
               ? (void *) &((struct sockaddr_in *) (void *)
                            ifa->ifa_addr)->sin_addr
               : (void *) &((struct sockaddr_in6 *) (void *)
                            ifa->ifa_addr)->sin6_addr;

        found = memcmp(addr, address->addr,
                       address->family == AF_INET ? 4 : 16) == 0;
    }

    freeifaddrs(list);

    return found;
}


static int
vz_net_sysctl(const char *value, const char *fmt, ...)
{
    int      fd, rc;
    char     path[128];
    va_list  args;

    va_start(args, fmt);
    vsnprintf(path, sizeof(path), fmt, args);
    va_end(args);

    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    rc = write(fd, value, strlen(value)) == (ssize_t) strlen(value) ? 0 : -1;
    close(fd);

    return rc;
}


static int
vz_net_failed(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return -1;
}
