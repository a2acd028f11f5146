#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include "../wire/frame.h"
#include "net.h"
#include "nft.h"
#include "spawn.h"
#include "text.h"


#define VZ_NFT_TEXT     16384       /* bytes of a transaction */
#define VZ_NFT_TIMEOUT  10000       /* ms */
#define VZ_NFT_TRIES    5

/* link-local and unspecified sources are part of every link's own talk */
#define VZ_NFT_IP6      "ip6 saddr != { ::, fe80::/10 } "                     \
                        "iifname . ip6 saddr != @owner6 counter drop"


typedef struct {
    vz_text_t    text;
    char         buf[VZ_NFT_TEXT];
    char         interface[VZ_INTERFACE_MAX];
    char         hw[18];
} vz_nft_t;


static void vz_nft_begin(vz_nft_t *nft, const vz_config_t *conf,
    const vz_ct_t *ct);
static void vz_nft_table(vz_text_t *text, const vz_config_t *conf);
static void vz_nft_routed(vz_text_t *text, const vz_config_t *conf);
static void vz_nft_bridged(vz_text_t *text, const vz_config_t *conf);
static void vz_nft_element(vz_text_t *text, const vz_config_t *conf,
    const char *op, const char *interface, const vz_address_t *address);
static void vz_nft_out(vz_text_t *text, const vz_config_t *conf,
    const char *interface, const vz_address_t *address);
static int vz_nft_run(const vz_nft_t *nft, char *words);


static const char *
vz_nft_family(const vz_config_t *conf)
{
    return conf->bridge[0] ? "bridge" : "inet";
}


/* the table, which every transaction makes sure of */

static void
vz_nft_begin(vz_nft_t *nft, const vz_config_t *conf, const vz_ct_t *ct)
{
    vz_text_init(&nft->text, nft->buf, sizeof(nft->buf));
    vz_net_interface(conf, ct->ctid, nft->interface);
    vz_net_hardware(ct->ctid, nft->hw);

    vz_nft_table(&nft->text, conf);
}


int
vz_nft_start(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    unsigned  i;
    vz_nft_t  nft;

    vz_nft_begin(&nft, conf, ct);

    vz_text_put(&nft.text, "add element %s %s ports { \"%s\" }\n",
                vz_nft_family(conf), conf->nft_table, nft.interface);

    if (conf->bridge[0]) {
        vz_text_put(&nft.text,
                    "add element bridge %s hardware { \"%s\" . %s }\n",
                    conf->nft_table, nft.interface, nft.hw);
    }

    for (i = 0; i < ct->naddresses; i++) {
        vz_nft_element(&nft.text, conf, "add", nft.interface,
                       &ct->addresses[i]);
    }

    return vz_nft_run(&nft, words);
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
        vz_text_put(&nft.text,
                    "add element bridge %s hardware { \"%s\" . %s }\n"
                    "delete element bridge %s hardware { \"%s\" . %s }\n",
                    conf->nft_table, nft.interface, nft.hw,
                    conf->nft_table, nft.interface, nft.hw);
    }

    vz_text_put(&nft.text,
                "add element %s %s ports { \"%s\" }\n"
                "delete element %s %s ports { \"%s\" }\n",
                vz_nft_family(conf), conf->nft_table, nft.interface,
                vz_nft_family(conf), conf->nft_table, nft.interface);

    return vz_nft_run(&nft, words);
}


int
vz_nft_address(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_address_t *address, unsigned add, char *words)
{
    vz_nft_t  nft;

    if (add) {

        /* all of them: somebody may have flushed the rules meanwhile */

        return vz_nft_start(conf, ct, words);
    }

    vz_nft_begin(&nft, conf, ct);
    vz_nft_out(&nft.text, conf, nft.interface, address);

    return vz_nft_run(&nft, words);
}


int
vz_nft_down(const vz_config_t *conf, char *words)
{
    vz_nft_t  nft;

    vz_text_init(&nft.text, nft.buf, sizeof(nft.buf));

    vz_text_put(&nft.text, "add table %s %s\ndelete table %s %s\n",
                vz_nft_family(conf), conf->nft_table,
                vz_nft_family(conf), conf->nft_table);

    return vz_nft_run(&nft, words);
}


/* all of it in one transaction: adding what is there changes nothing */

static void
vz_nft_table(vz_text_t *text, const vz_config_t *conf)
{
    const char  *family, *name;

    family = vz_nft_family(conf);
    name = conf->nft_table;

    vz_text_put(text, "add table %s %s\n", family, name);
    vz_text_put(text, "add set %s %s ports { type ifname; }\n", family, name);
    vz_text_put(text, "add set %s %s owner4 { type ifname . ipv4_addr; }\n",
                family, name);
    vz_text_put(text, "add set %s %s owner6 { type ifname . ipv6_addr; }\n",
                family, name);

    if (conf->bridge[0]) {
        vz_nft_bridged(text, conf);

    } else {
        vz_nft_routed(text, conf);
    }
}


static void
vz_nft_routed(vz_text_t *text, const vz_config_t *conf)
{
    const char  *name;

    name = conf->nft_table;

    vz_text_put(text, "add chain inet %s from { type filter hook prerouting "
                "priority raw; policy accept; }\n"
                "flush chain inet %s from\n", name, name);

    vz_text_put(text, "add rule inet %s from iifname @ports meta nfproto ipv4 "
                "iifname . ip saddr != @owner4 counter drop\n", name);
    vz_text_put(text, "add rule inet %s from iifname @ports meta nfproto ipv6 "
                VZ_NFT_IP6 "\n", name);

    /*
     * RFC 3927, 2.7: no router forwards these.  Linux does, and a cloud tells
     * the node's own secrets at 169.254.169.254.
     */

    vz_text_put(text, "add rule inet %s from iifname @ports "
                "ip daddr 169.254.0.0/16 ip daddr != %s counter drop\n", name,
                conf->gateway4[0] ? conf->gateway4 : "0.0.0.0");

    if (conf->uplink[0] == '\0') {
        return;
    }

    vz_text_put(text, "add chain inet %s nat { type nat hook postrouting "
                "priority srcnat; policy accept; }\n"
                "flush chain inet %s nat\n", name, name);
    vz_text_put(text, "add rule inet %s nat iifname @ports oifname \"%s\" "
                "ip saddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, "
                "100.64.0.0/10, 169.254.0.0/16 } masquerade\n",
                name, conf->uplink);
    vz_text_put(text, "add rule inet %s nat iifname @ports oifname \"%s\" "
                "ip6 saddr fc00::/7 masquerade\n", name, conf->uplink);
}


static void
vz_nft_bridged(vz_text_t *text, const vz_config_t *conf)
{
    size_t              i;
    const char         *name;
    static const char  *rules[] = {
        "iifname . ether saddr != @hardware counter drop",
        "ether type ip iifname . ip saddr != @owner4 counter drop",
        "ether type arp iifname . arp saddr ip != @owner4 counter drop",
        "ether type ip6 " VZ_NFT_IP6,
        "icmpv6 type { nd-router-advert, nd-redirect } counter drop",
        "ether type != { ip, ip6, arp } counter drop"
    };

    name = conf->nft_table;

    vz_text_put(text, "add set bridge %s hardware "
                "{ type ifname . ether_addr; }\n"
                "add chain bridge %s from { type filter hook prerouting "
                "priority -300; policy accept; }\n"
                "flush chain bridge %s from\n", name, name, name);

    for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        vz_text_put(text, "add rule bridge %s from iifname @ports %s\n", name,
                    rules[i]);
    }
}


static void
vz_nft_element(vz_text_t *text, const vz_config_t *conf, const char *op,
    const char *interface, const vz_address_t *address)
{
    char  ip[VZ_ADDRESS_TEXT];

    vz_address_print(address, 0, ip);

    vz_text_put(text, "%s element %s %s owner%c { \"%s\" . %s }\n", op,
                vz_nft_family(conf), conf->nft_table,
                address->family == AF_INET ? '4' : '6', interface, ip);
}


/* deleting what is not there would refuse the whole transaction */

static void
vz_nft_out(vz_text_t *text, const vz_config_t *conf,
    const char *interface, const vz_address_t *address)
{
    vz_nft_element(text, conf, "add", interface, address);
    vz_nft_element(text, conf, "delete", interface, address);
}


static int
vz_nft_run(const vz_nft_t *nft, char *words)
{
    char         output[512];
    unsigned     i;
    vz_spawn_t   run;
    const char  *argv[] = { "/usr/sbin/nft", "-f", "-", NULL };

    for (i = 0; i < VZ_NFT_TRIES; i++) {
        memset(&run, 0, sizeof(run));

        run.argv = argv;
        run.input = nft->buf;
        run.input_len = nft->text.len;
        run.output = output;
        run.output_size = sizeof(output);
        run.timeout = VZ_NFT_TIMEOUT;

        if (vz_spawn(&run) == VZ_OK) {
            return 0;
        }

        /* another transaction came between: "Resource busy" and the like */

        usleep(10000 * (i + 1));
    }

    snprintf(words, VZ_WORDS_MAX, "nft: %.180s", output);

    return -1;
}
