#include <string.h>
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <netinet/in.h>
#include "daemon/net/ingress_filter.h"


/* bytes from the start of a frame */

#define VZ_AT_FROM       6          /* hardware address of the sender */
#define VZ_AT_TYPE       12
#define VZ_AT_IP4        14
#define VZ_AT_FRAGMENT   20
#define VZ_AT_PROTO4     23
#define VZ_AT_FROM4      26
#define VZ_AT_TO4        30
#define VZ_AT_ARP_HW     22
#define VZ_AT_ARP_IP     28
#define VZ_AT_PROTO6     20
#define VZ_AT_FROM6      22
#define VZ_AT_TO6        38
#define VZ_AT_ICMP6      54
#define VZ_AT_PORT6      56

#define VZ_FRAME_MIN     34         /* with the smallest header of all */
#define VZ_DNS           53

#define VZ_LOAD(size, k)   BPF_LD|(size)|BPF_ABS, (k), 0, 0
#define VZ_EQUAL(k, t, f)  BPF_JMP|BPF_JEQ|BPF_K, (k), (t), (f)
#define VZ_SHOT            BPF_RET|BPF_K, TC_ACT_SHOT, 0, 0
#define VZ_OKAY            BPF_RET|BPF_K, TC_ACT_OK, 0, 0


static void vz_ingress_filter_add(vz_ingress_filter_t *filter, int code,
    uint32_t k, unsigned yes, unsigned no);
static void vz_ingress_filter_hardware(vz_ingress_filter_t *filter,
    unsigned at, const unsigned char hw[6]);
static void vz_ingress_filter_from4(vz_ingress_filter_t *filter,
    const vz_ct_t *ct, unsigned at);
static void vz_ingress_filter_to4(vz_ingress_filter_t *filter,
    const vz_config_t *conf);
static void vz_ingress_filter_is6(vz_ingress_filter_t *filter,
    const void *address);
static void vz_ingress_filter_from6(vz_ingress_filter_t *filter,
    const vz_config_t *conf, const vz_ct_t *ct);
static void vz_ingress_filter_link6(vz_ingress_filter_t *filter,
    const vz_config_t *conf);
static void vz_ingress_filter_bridge6(vz_ingress_filter_t *filter);
static unsigned vz_ingress_filter_skip(vz_ingress_filter_t *filter);
static void vz_ingress_filter_here(vz_ingress_filter_t *filter, unsigned jump);


void
vz_ingress_filter_make(const vz_config_t *conf, const vz_ct_t *ct,
    const unsigned char hw[6], vz_ingress_filter_t *filter)
{
    unsigned  other, done;

    filter->n = 0;

    /*
     * a frame that is too short for a load below would be let in by the kernel
     */

    vz_ingress_filter_add(filter, BPF_LD|BPF_W|BPF_LEN, 0, 0, 0);
    vz_ingress_filter_add(filter, BPF_JMP|BPF_JGE|BPF_K, VZ_FRAME_MIN, 1, 0);
    vz_ingress_filter_add(filter, VZ_SHOT);

    vz_ingress_filter_add(filter, VZ_LOAD(BPF_B, (uint32_t) (SKF_AD_OFF
                                         + SKF_AD_VLAN_TAG_PRESENT)));
    vz_ingress_filter_add(filter, VZ_EQUAL(0, 1, 0));
    vz_ingress_filter_add(filter, VZ_SHOT);

    vz_ingress_filter_hardware(filter, VZ_AT_FROM, hw);

    vz_ingress_filter_add(filter, VZ_LOAD(BPF_H, VZ_AT_TYPE));
    vz_ingress_filter_add(filter, VZ_EQUAL(ETH_P_IP, 1, 0));
    other = vz_ingress_filter_skip(filter);

    vz_ingress_filter_from4(filter, ct, VZ_AT_FROM4);

    if (conf->bridge[0] == '\0') {
        vz_ingress_filter_to4(filter, conf);
    }

    vz_ingress_filter_add(filter, VZ_OKAY);

    vz_ingress_filter_here(filter, other);
    vz_ingress_filter_add(filter, VZ_EQUAL(ETH_P_ARP, 1, 0));
    done = vz_ingress_filter_skip(filter);

    vz_ingress_filter_hardware(filter, VZ_AT_ARP_HW, hw);
    vz_ingress_filter_from4(filter, ct, VZ_AT_ARP_IP);
    vz_ingress_filter_add(filter, VZ_OKAY);

    vz_ingress_filter_here(filter, done);
    vz_ingress_filter_add(filter, VZ_EQUAL(ETH_P_IPV6, 1, 0));
    vz_ingress_filter_add(filter, VZ_SHOT);

    vz_ingress_filter_from6(filter, conf, ct);
}


static void
vz_ingress_filter_add(vz_ingress_filter_t *filter, int code, uint32_t k,
                      unsigned yes,
    unsigned no)
{
    struct sock_filter  *op;

    /*
     * this has room for 32 addresses of 9 instructions and for what is around
     * them
     */

    if (filter->n == VZ_INGRESS_FILTER_MAX) {
        return;
    }

    op = &filter->code[filter->n++];

    op->code = (uint16_t) code;
    op->k = k;
    op->jt = (uint8_t) yes;
    op->jf = (uint8_t) no;
}


/* Add a jump whose target is not known yet, and set its target. */

static unsigned
vz_ingress_filter_skip(vz_ingress_filter_t *filter)
{
    vz_ingress_filter_add(filter, BPF_JMP|BPF_JA, 0, 0, 0);

    return filter->n - 1;
}


static void
vz_ingress_filter_here(vz_ingress_filter_t *filter, unsigned jump)
{
    filter->code[jump].k = filter->n - jump - 1;
}


static void
vz_ingress_filter_hardware(vz_ingress_filter_t *filter, unsigned at,
    const unsigned char hw[6])
{
    uint32_t  high;
    uint16_t  low;

    memcpy(&high, hw, 4);
    memcpy(&low, hw + 4, 2);

    vz_ingress_filter_add(filter, VZ_LOAD(BPF_W, at));
    vz_ingress_filter_add(filter, VZ_EQUAL(ntohl(high), 0, 2));
    vz_ingress_filter_add(filter, VZ_LOAD(BPF_H, at + 4));
    vz_ingress_filter_add(filter, VZ_EQUAL(ntohs(low), 1, 0));
    vz_ingress_filter_add(filter, VZ_SHOT);
}


/* Go on only where the address at that place is one of the container's. */

static void
vz_ingress_filter_from4(vz_ingress_filter_t *filter, const vz_ct_t *ct,
                        unsigned at)
{
    unsigned  i, n;
    uint32_t  addr;
    unsigned  found[VZ_CT_ADDRESSES];

    n = 0;
    vz_ingress_filter_add(filter, VZ_LOAD(BPF_W, at));

    for (i = 0; i < ct->naddresses; i++) {
        if (ct->addresses[i].family == AF_INET) {
            memcpy(&addr, ct->addresses[i].addr, 4);
            vz_ingress_filter_add(filter, VZ_EQUAL(ntohl(addr), 0, 1));
            found[n++] = vz_ingress_filter_skip(filter);
        }
    }

    vz_ingress_filter_add(filter, VZ_SHOT);

    while (n > 0) {
        vz_ingress_filter_here(filter, found[--n]);
    }
}


static void
vz_ingress_filter_to4(vz_ingress_filter_t *filter, const vz_config_t *conf)
{
    uint32_t  addr;
    unsigned  world, icmp;
    vz_ip_t   gateway;

    vz_ingress_filter_add(filter, VZ_LOAD(BPF_W, VZ_AT_TO4));

    if (vz_ip_parse(conf->gateway4, &gateway) == 0) {
        memcpy(&addr, gateway.addr, 4);
        vz_ingress_filter_add(filter, VZ_EQUAL(ntohl(addr), 1, 0));
        world = vz_ingress_filter_skip(filter);

        vz_ingress_filter_add(filter, VZ_LOAD(BPF_B, VZ_AT_PROTO4));
        vz_ingress_filter_add(filter, VZ_EQUAL(IPPROTO_ICMP, 0, 1));
        icmp = vz_ingress_filter_skip(filter);

        if (strcmp(conf->host_dns, "yes") == 0) {
            vz_ingress_filter_add(filter, VZ_EQUAL(IPPROTO_UDP, 2, 0));
            vz_ingress_filter_add(filter, VZ_EQUAL(IPPROTO_TCP, 1, 0));
            vz_ingress_filter_add(filter, VZ_SHOT);
            vz_ingress_filter_add(filter, VZ_LOAD(BPF_H, VZ_AT_FRAGMENT));
            vz_ingress_filter_add(filter, BPF_JMP|BPF_JSET|BPF_K, 0x1fff, 3,
                                  0);
            vz_ingress_filter_add(filter, BPF_LDX|BPF_B|BPF_MSH, VZ_AT_IP4, 0,
                                  0);
            vz_ingress_filter_add(filter, BPF_LD|BPF_H|BPF_IND, VZ_AT_IP4 + 2,
                                  0, 0);
            vz_ingress_filter_add(filter, VZ_EQUAL(VZ_DNS, 1, 0));
        }

        vz_ingress_filter_add(filter, VZ_SHOT);
        vz_ingress_filter_here(filter, icmp);
        vz_ingress_filter_add(filter, VZ_OKAY);
        vz_ingress_filter_here(filter, world);
    }

    vz_ingress_filter_add(filter, BPF_ALU|BPF_AND|BPF_K, 0xffff0000, 0, 0);
    vz_ingress_filter_add(filter, VZ_EQUAL(0xa9fe0000, 0, 1));
    vz_ingress_filter_add(filter, VZ_SHOT);
}


/*
 * Compare the source with an address of 16 bytes: the next instruction is
 * carried out if they are equal, the one behind it if not.
 */

static void
vz_ingress_filter_is6(vz_ingress_filter_t *filter, const void *address)
{
    uint32_t  addr[4];
    unsigned  j;

    memcpy(addr, address, sizeof(addr));

    for (j = 0; j < 4; j++) {
        vz_ingress_filter_add(filter, VZ_LOAD(BPF_W, VZ_AT_FROM6 + 4 * j));
        vz_ingress_filter_add(filter, VZ_EQUAL(ntohl(addr[j]), 0, 7 - 2 * j));
    }
}


/*
 * Allow its own addresses, then those of the link; this is the end of the
 * program.
 */

static void
vz_ingress_filter_from6(vz_ingress_filter_t *filter, const vz_config_t *conf,
    const vz_ct_t *ct)
{
    unsigned  i, j, link, n, routed, found[VZ_CT_ADDRESSES];

    n = 0;
    routed = conf->bridge[0] == '\0';

    for (i = 0; i < ct->naddresses; i++) {
        if (ct->addresses[i].family != AF_INET6) {
            continue;
        }

        vz_ingress_filter_is6(filter, ct->addresses[i].addr);
        found[n++] = vz_ingress_filter_skip(filter);
    }

    /* fe80::/10, or :: while the guest checks whether an address is in use */

    vz_ingress_filter_add(filter, VZ_LOAD(BPF_H, VZ_AT_FROM6));
    vz_ingress_filter_add(filter, BPF_ALU|BPF_AND|BPF_K, 0xffc0, 0, 0);
    vz_ingress_filter_add(filter, VZ_EQUAL(0xfe80, 9, 0));

    for (j = 0; j < 4; j++) {
        vz_ingress_filter_add(filter, VZ_LOAD(BPF_W, VZ_AT_FROM6 + 4 * j));
        vz_ingress_filter_add(filter, VZ_EQUAL(0, j == 3 ? 1 : 0, 6 - 2 * j));
    }

    vz_ingress_filter_add(filter, VZ_SHOT);

    /* packets from such a source never leave the link */

    if (routed) {
        vz_ingress_filter_add(filter, VZ_LOAD(BPF_B, VZ_AT_TO6));
        vz_ingress_filter_add(filter, VZ_EQUAL(0xff, 4, 0));
        vz_ingress_filter_add(filter, VZ_LOAD(BPF_H, VZ_AT_TO6));
        vz_ingress_filter_add(filter, BPF_ALU|BPF_AND|BPF_K, 0xffc0, 0, 0);
        vz_ingress_filter_add(filter, VZ_EQUAL(0xfe80, 1, 0));
        vz_ingress_filter_add(filter, VZ_SHOT);
    }

    while (n > 0) {
        vz_ingress_filter_here(filter, found[--n]);
    }

    if (!routed) {
        vz_ingress_filter_bridge6(filter);
        vz_ingress_filter_add(filter, VZ_OKAY);
        return;
    }

    vz_ingress_filter_add(filter, VZ_LOAD(BPF_B, VZ_AT_TO6));
    vz_ingress_filter_add(filter, VZ_EQUAL(0xff, 3, 0));
    vz_ingress_filter_add(filter, VZ_LOAD(BPF_H, VZ_AT_TO6));
    vz_ingress_filter_add(filter, BPF_ALU|BPF_AND|BPF_K, 0xffc0, 0, 0);
    vz_ingress_filter_add(filter, VZ_EQUAL(0xfe80, 0, 1));
    link = vz_ingress_filter_skip(filter);
    vz_ingress_filter_add(filter, VZ_OKAY);

    vz_ingress_filter_here(filter, link);
    vz_ingress_filter_link6(filter, conf);
}


/*
 * ICMPv6, also behind a hop-by-hop header, which listeners of multicast use
 * (RFC 3810).
 */

static void
vz_ingress_filter_link6(vz_ingress_filter_t *filter, const vz_config_t *conf)
{
    unsigned  icmp;

    vz_ingress_filter_add(filter, VZ_LOAD(BPF_B, VZ_AT_PROTO6));
    vz_ingress_filter_add(filter, VZ_EQUAL(IPPROTO_ICMPV6, 4, 0));
    vz_ingress_filter_add(filter, VZ_EQUAL(IPPROTO_HOPOPTS, 0, 4));
    vz_ingress_filter_add(filter, VZ_LOAD(BPF_B, VZ_AT_ICMP6));
    vz_ingress_filter_add(filter, VZ_EQUAL(IPPROTO_ICMPV6, 1, 0));
    vz_ingress_filter_add(filter, VZ_SHOT);
    icmp = vz_ingress_filter_skip(filter);

    if (strcmp(conf->host_dns, "yes") == 0) {
        vz_ingress_filter_add(filter, VZ_EQUAL(IPPROTO_UDP, 2, 0));
        vz_ingress_filter_add(filter, VZ_EQUAL(IPPROTO_TCP, 1, 0));
        vz_ingress_filter_add(filter, VZ_SHOT);
        vz_ingress_filter_add(filter, VZ_LOAD(BPF_H, VZ_AT_PORT6));
        vz_ingress_filter_add(filter, VZ_EQUAL(VZ_DNS, 1, 0));
    }

    vz_ingress_filter_add(filter, VZ_SHOT);
    vz_ingress_filter_here(filter, icmp);
    vz_ingress_filter_add(filter, VZ_OKAY);
}


/* no container may act as a router for others */

static void
vz_ingress_filter_bridge6(vz_ingress_filter_t *filter)
{
    vz_ingress_filter_add(filter, VZ_LOAD(BPF_B, VZ_AT_PROTO6));
    vz_ingress_filter_add(filter, VZ_EQUAL(IPPROTO_ICMPV6, 0, 4));
    vz_ingress_filter_add(filter, VZ_LOAD(BPF_B, VZ_AT_ICMP6));
    vz_ingress_filter_add(filter, VZ_EQUAL(134, 1, 0));
    vz_ingress_filter_add(filter, VZ_EQUAL(137, 0, 1));
    vz_ingress_filter_add(filter, VZ_SHOT);
}
