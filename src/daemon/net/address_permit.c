#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include "daemon/net/address_permit.h"
#include "daemon/net/ct_link.h"
#include "daemon/net/netlink.h"
#include "wire/frame.h"


#define VZ_ADDRESS_PERMIT_LINE  512


static int vz_address_permit_prefix(const vz_config_t *conf,
    const vz_ip_t *address, unsigned *bits);
static int vz_address_permit_router(const vz_ip_t *address);
static int vz_address_permit_router4(const char *line, vz_ip_t *address);
static int vz_address_permit_router6(const char *line, vz_ip_t *address);
static int vz_address_permit_resolver(const char *line, vz_ip_t *address);
static vz_code_e vz_address_permit_way(const vz_config_t *conf,
    const vz_ip_t *address, unsigned bits, char *words);


/* Files whose lines may name an address that the node itself needs. */

static const struct {
    const char  *path;
    int          (*read)(const char *line, vz_ip_t *address);
    const char  *what;
} vz_address_permit_needs[] = {
    { "/proc/self/net/route", vz_address_permit_router4, "a gateway" },
    { "/proc/self/net/ipv6_route", vz_address_permit_router6, "a gateway" },
    { "/etc/resolv.conf", vz_address_permit_resolver, "a name server" },
    { "/run/systemd/resolve/resolv.conf", vz_address_permit_resolver,
      "a name server" }
};


vz_code_e
vz_address_permit_address(const vz_config_t *conf, const vz_ip_t *address,
    char *words)
{
    int       need;
    char      text[VZ_IP_TEXT];
    unsigned  bits;

    vz_ip_print(address, 0, text);

    if (conf->addresses[0] == '\0') {
        snprintf(words, VZ_WORDS_MAX, "this node gives no addresses yet: set "
                 "addresses = its prefixes in %.60s (virtual-server --check)",
                 conf->path);
        return VZ_RANGE;
    }

    if (!vz_address_permit_prefix(conf, address, &bits)) {
        snprintf(words, VZ_WORDS_MAX, "address: %s is in no prefix of "
                 "addresses in %.50s: add its own there, or take another pool",
                 text, conf->path);
        return VZ_RANGE;
    }

    need = vz_address_permit_router(address);

    if (need != -1) {
        snprintf(words, VZ_WORDS_MAX, "%s is %s of the node: keep it out of "
                 "the pool", text, vz_address_permit_needs[need].what);
        return VZ_EXISTS;
    }

    return vz_address_permit_way(conf, address, bits, words);
}


/* Find the longest prefix that contains the address. */

static int
vz_address_permit_prefix(const vz_config_t *conf, const vz_ip_t *address,
    unsigned *bits)
{
    int           found;
    char          text[sizeof(conf->addresses)], *word, *save;
    vz_ip_t  prefix;

    strcpy(text, conf->addresses);
    found = 0;
    *bits = 0;

    for (word = strtok_r(text, " ,", &save); word != NULL;
         word = strtok_r(NULL, " ,", &save))
    {
        if (vz_ip_parse(word, &prefix) == 0
            && vz_ip_inside(address, &prefix))
        {
            found = 1;
            *bits = prefix.prefix > *bits ? prefix.prefix : *bits;
        }
    }

    return found;
}


static int
vz_address_permit_router(const vz_ip_t *address)
{
    int      found;
    char     line[VZ_ADDRESS_PERMIT_LINE];
    FILE    *file;
    size_t   i;
    vz_ip_t  other;

    found = -1;

    for (i = 0; found == -1
                && i < sizeof(vz_address_permit_needs)
                       / sizeof(vz_address_permit_needs[0]); i++)
    {
        file = fopen(vz_address_permit_needs[i].path, "re");

        while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
            if (vz_address_permit_needs[i].read(line, &other) == 0
                && vz_ip_same(&other, address))
            {
                found = (int) i;
            }
        }

        if (file != NULL) {
            fclose(file);
        }
    }

    return found;
}


/*
 * A line is "eth0 00000000 0101A8C0 ...": the third word is the gateway, in
 * memory order.
 */

static int
vz_address_permit_router4(const char *line, vz_ip_t *address)
{
    unsigned  gateway;

    if (sscanf(line, "%*s %*8x %8x", &gateway) != 1 || gateway == 0) {
        return -1;
    }

    memset(address, 0, sizeof(*address));
    address->family = AF_INET;
    memcpy(address->addr, &gateway, 4);

    return 0;
}


/*
 * A line has a destination, its length, a source, its length, and the next
 * hop.
 */

static int
vz_address_permit_router6(const char *line, vz_ip_t *address)
{
    char      hex[33];
    unsigned  i, byte;

    static const unsigned char  none[16];

    if (sscanf(line, "%*32s %*2s %*32s %*2s %32s", hex) != 1
        || strlen(hex) != 32)
    {
        return -1;
    }

    memset(address, 0, sizeof(*address));
    address->family = AF_INET6;

    for (i = 0; i < 16; i++) {
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) {
            return -1;
        }

        address->addr[i] = (unsigned char) byte;
    }

    return memcmp(address->addr, none, 16) == 0 ? -1 : 0;
}


static int
vz_address_permit_resolver(const char *line, vz_ip_t *address)
{
    char  text[VZ_IP_LEN];

    return sscanf(line, " nameserver %45s", text) == 1
           ? vz_ip_parse(text, address) : -1;
}


/*
 * Check the route that the node's packets to the address take now. A network
 * that the node reaches by a longer prefix than the permitted one was not
 * meant to be given away. A longer prefix on the uplink is fine: it is a part
 * of it.
 */

static vz_code_e
vz_address_permit_way(const vz_config_t *conf, const vz_ip_t *address,
    unsigned bits, char *words)
{
    int               rc;
    char              text[VZ_IP_TEXT], link[IF_NAMESIZE];
    vz_netlink_t      nl;
    vz_netlink_way_t  way;

    if (vz_netlink_open(&nl, NULL, "lo") == -1) {
        snprintf(words, VZ_WORDS_MAX, "netlink: %s", strerror(errno));
        return VZ_FAILED;
    }

    rc = vz_netlink_where(&nl, address, &way);
    vz_netlink_close(&nl);

    if (rc == -1) {
        snprintf(words, VZ_WORDS_MAX, "route: %s", strerror(errno));
        return VZ_FAILED;
    }

    if (way.type == RTN_LOCAL || way.type == RTN_BROADCAST
        || way.type == RTN_ANYCAST)
    {
        snprintf(words, VZ_WORDS_MAX, "the node has that address");
        return VZ_EXISTS;
    }

    if (way.type == RTN_UNSPEC || way.bits <= bits) {
        return VZ_OK;
    }

    strcpy(link, "nowhere");

    if (way.index && if_indextoname(way.index, link) != NULL
        && vz_ct_link_ours(conf, link))
    {
        return VZ_OK;
    }

    vz_ip_print(address, 0, text);
    snprintf(words, VZ_WORDS_MAX, "the node reaches %s as part of a /%u of %s: "
             "name that prefix, or a part of it, in addresses, if it is to be "
             "given", text, way.bits, link);

    return VZ_EXISTS;
}
