#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include "daemon/base/spawn.h"
#include "daemon/base/strbuf.h"
#include "daemon/net/ct_link.h"
#include "daemon/net/nfnetlink.h"
#include "daemon/net/nft.h"
#include "daemon/net/nft_firewall.h"
#include "daemon/net/nft_traffic.h"
#include "daemon/net/router.h"
#include "wire/frame.h"


#define VZ_NFT_TEXT     16384       /* bytes of what is not a firewall's */
#define VZ_NFT_ALL      131072      /* bytes of a transaction */
#define VZ_NFT_TIMEOUT  10000       /* ms */
#define VZ_NFT_TRIES    5
#define VZ_NFT_ELEMENT  128         /* bytes of one element, at most */
#define VZ_NFT_FLOWS    8192        /* connections of one container at a
                                       time */

/* link-local and unspecified sources belong to the traffic of every link */
#define VZ_NFT_IP6      "ip6 saddr != { ::, fe80::/10 } "                     \
                        "iifname . ip6 saddr != @owner6 counter drop"


typedef struct {
    vz_strbuf_t  text;
    char         buf[VZ_NFT_ALL];
    char         interface[VZ_CT_LINK_MAX];
    char         hw[18];
} vz_nft_t;


static void vz_nft_begin(vz_nft_t *nft, const vz_config_t *conf,
    const vz_ct_t *ct);
static void vz_nft_into(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct);
static void vz_nft_table(vz_strbuf_t *text, const vz_config_t *conf);
static void vz_nft_routed(vz_strbuf_t *text, const vz_config_t *conf);
static void vz_nft_forward(vz_strbuf_t *text, const vz_config_t *conf);
static void vz_nft_flows(vz_strbuf_t *text, const vz_config_t *conf,
    const char *chain);
static void vz_nft_input(vz_strbuf_t *text, const vz_config_t *conf);
static void vz_nft_bridged(vz_strbuf_t *text, const vz_config_t *conf);
static void vz_nft_element(vz_strbuf_t *text, const vz_config_t *conf,
    const char *op, const char *interface, const vz_ip_t *address);
static void vz_nft_out(vz_strbuf_t *text, const vz_config_t *conf,
    const char *interface, const vz_ip_t *address);
static unsigned vz_nft_rules(const char *text, const char *chain);
static int vz_nft_run(const vz_strbuf_t *text, char *words);


/*
 * The chains that contain rules, of either kind of table, and how many others
 * jump there, which the kernel counts, too.
 */

static const struct {
    const char   *name;
    unsigned      jumps;
} vz_nft_chains[] = {
    { "from", 0 },
    { "to", 0 },
    { "forward", 0 },
    { "input", 0 },
    { "nat", 0 },
    { "outgoing", 1 },
    { "incoming", 1 }
};

/* The sets that are filled, and how many elements each must have. */

static const struct {
    const char   *name;
    const char   *type;
    size_t        offset;
} vz_nft_sets[] = {
    { "ports", "ifname", offsetof(vz_nft_count_t, ports) },
    { "owner4", "ifname . ipv4_addr", offsetof(vz_nft_count_t, owner4) },
    { "owner6", "ifname . ipv6_addr", offsetof(vz_nft_count_t, owner6) },
    { "mailers", "ifname", offsetof(vz_nft_count_t, mailers) },
    { "blocked", "ifname", offsetof(vz_nft_count_t, blocked) }
};


static const char *
vz_nft_family(const vz_config_t *conf)
{
    return conf->bridge[0] ? "bridge" : "inet";
}


/* The table; every transaction makes sure that it exists. */

static void
vz_nft_begin(vz_nft_t *nft, const vz_config_t *conf, const vz_ct_t *ct)
{
    vz_strbuf_init(&nft->text, nft->buf, sizeof(nft->buf));
    vz_ct_link_name(conf, ct->ctid, nft->interface);
    vz_ct_link_mac_text(ct->ctid, nft->hw);

    vz_nft_table(&nft->text, conf);
}


int
vz_nft_start(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    vz_nft_t  nft;

    vz_nft_begin(&nft, conf, ct);
    vz_nft_into(&nft.text, conf, ct);

    return vz_nft_run(&nft.text, words);
}


static void
vz_nft_into(vz_strbuf_t *text, const vz_config_t *conf, const vz_ct_t *ct)
{
    char      interface[VZ_CT_LINK_MAX], hw[18];
    unsigned  i;

    vz_ct_link_name(conf, ct->ctid, interface);
    vz_ct_link_mac_text(ct->ctid, hw);

    vz_strbuf_put(text, "add element %s %s ports { \"%s\" }\n",
                  vz_nft_family(conf), conf->nft_table, interface);

    if (conf->bridge[0]) {
        vz_strbuf_put(text, "add element bridge %s hardware { \"%s\" . %s }\n",
                      conf->nft_table, interface, hw);
    }

    for (i = 0; i < ct->naddresses; i++) {
        vz_nft_element(text, conf, "add", interface, &ct->addresses[i]);
    }

    vz_nft_firewall_into(text, conf, ct);
    vz_nft_traffic_into(text, conf, ct);
}


int
vz_nft_all(const vz_config_t *conf, const vz_ct_t *list, unsigned n,
    char *words)
{
    int          rc;
    char        *buf;
    size_t       size;
    unsigned     i;
    vz_strbuf_t  text;

    size = VZ_NFT_TEXT;

    for (i = 0; i < n; i++) {
        size += (2 + list[i].naddresses) * VZ_NFT_ELEMENT
                + vz_nft_firewall_size(&list[i]) + VZ_NFT_TRAFFIC_SIZE;
    }

    buf = malloc(size);

    if (buf == NULL) {
        snprintf(words, VZ_WORDS_MAX, "nft: %s", strerror(errno));
        return -1;
    }

    vz_strbuf_init(&text, buf, size);
    vz_nft_table(&text, conf);

    for (i = 0; i < sizeof(vz_nft_sets) / sizeof(vz_nft_sets[0]); i++) {
        vz_strbuf_put(&text, "flush set %s %s %s\n", vz_nft_family(conf),
                      conf->nft_table, vz_nft_sets[i].name);
    }

    if (conf->bridge[0]) {
        vz_strbuf_put(&text, "flush set bridge %s hardware\n",
                      conf->nft_table);

    } else {
        vz_nft_firewall_flush(&text, conf);
    }

    vz_nft_traffic_flush(&text, conf);

    for (i = 0; i < n; i++) {
        vz_nft_into(&text, conf, &list[i]);
    }

    rc = vz_nft_run(&text, words);
    free(buf);

    return rc;
}


int
vz_nft_whole(const vz_config_t *conf, const vz_nft_count_t *count,
    char *words)
{
    int             n, want;
    char            buf[VZ_NFT_TEXT];
    size_t          i;
    vz_nfnetlink_t  nfn;
    vz_strbuf_t     text;

    vz_strbuf_init(&text, buf, sizeof(buf));
    vz_nft_table(&text, conf);

    if (vz_nfnetlink_open(&nfn, conf->bridge[0] != '\0',
                          conf->nft_table) == -1) {
        snprintf(words, VZ_WORDS_MAX, "nftables: %s", strerror(errno));
        return 0;
    }

    words[0] = '\0';

    for (i = 0; i < sizeof(vz_nft_chains) / sizeof(vz_nft_chains[0]); i++) {
        want = (int) vz_nft_rules(buf, vz_nft_chains[i].name);
        want += want ? (int) vz_nft_chains[i].jumps : 0;
        n = want ? vz_nfnetlink_uses(&nfn, vz_nft_chains[i].name) : 0;

        if (n != want) {
            snprintf(words, VZ_WORDS_MAX, "table %s of nftables: chain %s has "
                     "%d rules of %d", conf->nft_table, vz_nft_chains[i].name,
                     n == -1 ? 0 : n, want);
            break;
        }
    }

    for (i = 0; i < sizeof(vz_nft_sets) / sizeof(vz_nft_sets[0])
                && words[0] == '\0'; i++)
    {
        memcpy(&want, (const char *) count + vz_nft_sets[i].offset,
               sizeof(want));
        n = vz_nfnetlink_elements(&nfn, vz_nft_sets[i].name);

        if (n != want) {
            snprintf(words, VZ_WORDS_MAX, "table %s of nftables: set %s has "
                     "%d elements of %d", conf->nft_table,
                     vz_nft_sets[i].name, n == -1 ? 0 : n, want);
        }
    }

    for (i = conf->bridge[0] ? 1 : 0; i < 2 && words[0] == '\0'; i++) {
        want = (int) (i ? count->rates : count->uses);
        n = vz_nfnetlink_all_uses(&nfn, i ? VZ_NFT_TRAFFIC_RATES
                                          : VZ_NFT_FIREWALL_CHAINS);

        if (n != want) {
            snprintf(words, VZ_WORDS_MAX, "table %s of nftables: the %s "
                     "of containers have %d rules of %d", conf->nft_table,
                     i ? "rates" : "chains", n == -1 ? 0 : n, want);
        }
    }

    vz_nfnetlink_close(&nfn);

    return words[0] == '\0';
}


/* The number of rules that our own text gives a chain. */

static unsigned
vz_nft_rules(const char *text, const char *chain)
{
    char          verb[8], kind[8], family[8], table[32], name[16];
    unsigned      n;
    const char   *line;

    n = 0;

    for (line = text; *line != '\0'; line += *line == '\n') {
        if (sscanf(line, "%7s %7s %7s %31s %15s", verb, kind, family, table,
                   name) == 5
            && strcmp(kind, "rule") == 0 && strcmp(name, chain) == 0)
        {
            n++;
        }

        line += strcspn(line, "\n");
    }

    return n;
}


int
vz_nft_stop(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    unsigned  i;
    vz_nft_t  nft;

    vz_nft_begin(&nft, conf, ct);

    for (i = 0; i < ct->naddresses; i++) {
        vz_nft_out(&nft.text, conf, nft.interface, &ct->addresses[i]);
    }

    if (conf->bridge[0]) {
        vz_strbuf_put(&nft.text,
                      "add element bridge %s hardware { \"%s\" . %s }\n"
                      "delete element bridge %s hardware { \"%s\" . %s }\n",
                      conf->nft_table, nft.interface, nft.hw,
                      conf->nft_table, nft.interface, nft.hw);
    }

    vz_nft_firewall_out(&nft.text, conf, ct);
    vz_nft_traffic_out(&nft.text, conf, ct);

    vz_strbuf_put(&nft.text,
                  "add element %s %s ports { \"%s\" }\n"
                  "delete element %s %s ports { \"%s\" }\n",
                  vz_nft_family(conf), conf->nft_table, nft.interface,
                  vz_nft_family(conf), conf->nft_table, nft.interface);

    return vz_nft_run(&nft.text, words);
}


int
vz_nft_address(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ip_t *address, unsigned add, char *words)
{
    vz_nft_t  nft;

    if (add) {

        /* add all of them: somebody may have flushed the rules meanwhile */

        return vz_nft_start(conf, ct, words);
    }

    vz_nft_begin(&nft, conf, ct);
    vz_nft_out(&nft.text, conf, nft.interface, address);

    return vz_nft_run(&nft.text, words);
}


int
vz_nft_forget(const vz_config_t *conf, uint32_t ctid, char *words)
{
    vz_ct_t   ct;
    vz_nft_t  nft;

    ct.ctid = ctid;
    vz_nft_begin(&nft, conf, &ct);
    vz_nft_traffic_forget(&nft.text, conf, ctid);

    return vz_nft_run(&nft.text, words);
}


int
vz_nft_down(const vz_config_t *conf, char *words)
{
    vz_nft_t  nft;

    vz_strbuf_init(&nft.text, nft.buf, sizeof(nft.buf));

    vz_strbuf_put(&nft.text, "add table %s %s\ndelete table %s %s\n",
                  vz_nft_family(conf), conf->nft_table,
                  vz_nft_family(conf), conf->nft_table);

    return vz_nft_run(&nft.text, words);
}


/* Everything in one transaction; adding what exists changes nothing. */

static void
vz_nft_table(vz_strbuf_t *text, const vz_config_t *conf)
{
    size_t       i;
    const char  *family, *name;

    family = vz_nft_family(conf);
    name = conf->nft_table;

    vz_strbuf_put(text, "add table %s %s\n", family, name);

    for (i = 0; i < sizeof(vz_nft_sets) / sizeof(vz_nft_sets[0]); i++) {
        vz_strbuf_put(text, "add set %s %s %s { type %s; }\n", family, name,
                      vz_nft_sets[i].name, vz_nft_sets[i].type);
    }

    if (conf->bridge[0]) {
        vz_nft_bridged(text, conf);

    } else {
        vz_nft_routed(text, conf);
    }

    vz_nft_traffic_table(text, conf);
}


static void
vz_nft_routed(vz_strbuf_t *text, const vz_config_t *conf)
{
    const char  *name;

    name = conf->nft_table;

    vz_strbuf_put(text, "add chain inet %s from { type filter hook prerouting "
                  "priority raw; policy accept; }\n"
                  "flush chain inet %s from\n", name, name);

    vz_strbuf_put(text,
                  "add rule inet %s from iifname @blocked counter drop\n",
                  name);
    vz_strbuf_put(text,
                  "add rule inet %s from iifname @ports meta nfproto ipv4 "
                  "iifname . ip saddr != @owner4 counter drop\n", name);
    vz_strbuf_put(text,
                  "add rule inet %s from iifname @ports meta nfproto ipv6 "
                  VZ_NFT_IP6 "\n", name);

    /*
     * RFC 3927, 2.7: routers must not forward these. Linux does, and clouds
     * serve the node's own secrets at 169.254.169.254.
     */

    vz_strbuf_put(text, "add rule inet %s from iifname @ports "
                  "ip daddr 169.254.0.0/16 ip daddr != %s counter drop\n",
                  name,
                  conf->gateway4[0] ? conf->gateway4 : "0.0.0.0");

    vz_nft_firewall_table(text, conf);
    vz_nft_forward(text, conf);
    vz_nft_input(text, conf);

    if (conf->uplink[0] == '\0') {
        return;
    }

    vz_strbuf_put(text, "add chain inet %s nat { type nat hook postrouting "
                  "priority srcnat; policy accept; }\n"
                  "flush chain inet %s nat\n", name, name);
    vz_strbuf_put(text, "add rule inet %s nat iifname @ports oifname \"%s\" "
                  "ip saddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, "
                  "100.64.0.0/10, 169.254.0.0/16 } masquerade\n",
                  name, conf->uplink);
    vz_strbuf_put(text, "add rule inet %s nat iifname @ports oifname \"%s\" "
                  "ip6 saddr fc00::/7 masquerade\n", name, conf->uplink);
}


/*
 * Forward between containers and the uplink, and nothing else. Without an
 * uplink the host's own rules decide where packets go: we turn no forwarding
 * on.
 */

static void
vz_nft_forward(vz_strbuf_t *text, const vz_config_t *conf)
{
    size_t              i;
    const char         *name;
    static const char  *closed[] = {
        "iifname @ports counter drop",
        "oifname @ports counter drop"
    };

    name = conf->nft_table;

    vz_strbuf_put(text, "add set inet %s flows { type ifname; flags dynamic; "
                  "size 65535; }\n"
                  "add chain inet %s forward { type filter hook forward "
                  "priority filter; policy accept; }\n"
                  "flush chain inet %s forward\n", name, name, name);

    vz_strbuf_put(text, "add rule inet %s forward oifname @blocked counter "
                  "drop\n", name);
    vz_nft_flows(text, conf, "forward");

    vz_strbuf_put(text, "add rule inet %s forward iifname @ports jump "
                  "outgoing\n"
                  "add rule inet %s forward oifname @ports jump incoming\n"
                  "add rule inet %s forward iifname @ports oifname @ports "
                  "accept\n", name, name, name);

    if (conf->uplink[0] == '\0') {
        return;
    }

    vz_strbuf_put(text, "add rule inet %s forward iifname @ports "
                  "oifname \"%s\" accept\n"
                  "add rule inet %s forward iifname \"%s\" "
                  "oifname @ports accept\n",
                  name, conf->uplink, name, conf->uplink);

    for (i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
        vz_strbuf_put(text, "add rule inet %s forward %s\n", name, closed[i]);
    }

    /* we turned forwarding on for containers: the node routes nothing else */

    for (i = 0; i < 2; i++) {
        switch (vz_router_what(i ? AF_INET6 : AF_INET)) {

        case VZ_ROUTER_UPLINK:
            vz_strbuf_put(text, "add rule inet %s forward meta nfproto ipv%c "
                          "iifname \"%s\" counter drop\n", name,
                          i ? '6' : '4', conf->uplink);
            break;

        case VZ_ROUTER_ALL:
            vz_strbuf_put(text, "add rule inet %s forward meta nfproto ipv%c "
                          "counter drop\n", name, i ? '6' : '4');
            break;

        default:
            break;
        }
    }
}


/*
 * The host has one table of connections, and an answered one stays for days:
 * each container gets its share.
 */

static void
vz_nft_flows(vz_strbuf_t *text, const vz_config_t *conf, const char *chain)
{
    vz_strbuf_put(text, "add rule inet %s %s iifname @ports ct state new "
                  "add @flows { iifname ct count over %u } counter drop\n",
                  conf->nft_table, chain, VZ_NFT_FLOWS);
}


/* The host's own services answer a container only as far as a link needs. */

static void
vz_nft_input(vz_strbuf_t *text, const vz_config_t *conf)
{
    const char  *name;

    name = conf->nft_table;

    vz_strbuf_put(text, "add chain inet %s input { type filter hook input "
                  "priority filter; policy accept; }\n"
                  "flush chain inet %s input\n", name, name);

    vz_strbuf_put(text,
                  "add rule inet %s input iifname != @ports accept\n"
                  "add rule inet %s input ct state established,related"
                  " accept\n", name, name);

    vz_nft_flows(text, conf, "input");

    vz_strbuf_put(text,
                  "add rule inet %s input meta l4proto { icmp, ipv6-icmp } "
                  "accept\n", name);

    if (strcmp(conf->host_dns, "yes") == 0) {
        vz_strbuf_put(text, "add rule inet %s input meta l4proto { tcp, udp } "
                      "th dport 53 accept\n", name);
    }

    vz_strbuf_put(text, "add rule inet %s input counter drop\n", name);
}


static void
vz_nft_bridged(vz_strbuf_t *text, const vz_config_t *conf)
{
    size_t              i;
    const char         *name;
    static const char  *rules[] = {
        "iifname @blocked counter drop",
        "iifname != @mailers meta l4proto tcp th dport 25 counter drop",
        "iifname . ether saddr != @hardware counter drop",
        "ether type ip iifname . ip saddr != @owner4 counter drop",
        "ether type arp iifname . arp saddr ip != @owner4 counter drop",
        "ether type ip6 " VZ_NFT_IP6,
        "icmpv6 type { nd-router-advert, nd-redirect } counter drop",
        "ether type != { ip, ip6, arp } counter drop"
    };

    name = conf->nft_table;

    vz_strbuf_put(text, "add set bridge %s hardware "
                  "{ type ifname . ether_addr; }\n"
                  "add chain bridge %s from { type filter hook prerouting "
                  "priority -300; policy accept; }\n"
                  "flush chain bridge %s from\n", name, name, name);

    for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        vz_strbuf_put(text, "add rule bridge %s from iifname @ports %s\n",
                      name,
                      rules[i]);
    }

    vz_strbuf_put(text, "add chain bridge %s forward { type filter hook "
                  "forward priority 0; policy accept; }\n"
                  "flush chain bridge %s forward\n"
                  "add rule bridge %s forward oifname @blocked counter drop\n",
                  name, name, name);
}


static void
vz_nft_element(vz_strbuf_t *text, const vz_config_t *conf, const char *op,
    const char *interface, const vz_ip_t *address)
{
    char  ip[VZ_IP_TEXT];

    vz_ip_print(address, 0, ip);

    vz_strbuf_put(text, "%s element %s %s owner%c { \"%s\" . %s }\n", op,
                  vz_nft_family(conf), conf->nft_table,
                  address->family == AF_INET ? '4' : '6', interface, ip);
}


/* Deleting what does not exist would refuse the whole transaction. */

static void
vz_nft_out(vz_strbuf_t *text, const vz_config_t *conf,
    const char *interface, const vz_ip_t *address)
{
    vz_nft_element(text, conf, "add", interface, address);
    vz_nft_element(text, conf, "delete", interface, address);
}


static int
vz_nft_run(const vz_strbuf_t *text, char *words)
{
    char         output[512];
    unsigned     i;
    vz_spawn_t   run;
    const char  *argv[] = { "/usr/sbin/nft", "-f", "-", NULL };

    if (text->full) {
        snprintf(words, VZ_WORDS_MAX, "nft: the rules are too long");
        return -1;
    }

    for (i = 0; i < VZ_NFT_TRIES; i++) {
        memset(&run, 0, sizeof(run));

        run.argv = argv;
        run.input = text->buf;
        run.input_len = text->len;
        run.output = output;
        run.output_size = sizeof(output);
        run.timeout = VZ_NFT_TIMEOUT;

        if (vz_spawn(&run) == VZ_OK) {
            return 0;
        }

        /* another transaction came in between: "Resource busy" and the like */

        usleep(10000 * (i + 1));
    }

    snprintf(words, VZ_WORDS_MAX, "nft: %.180s", output);

    return -1;
}
