#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include "../wire/frame.h"
#include "net.h"
#include "nft.h"
#include "spawn.h"


#define VZ_NFT_TEXT     16384
#define VZ_NFT_TIMEOUT  10000       /* ms */
#define VZ_NFT_TRIES    5

/* link-local and unspecified sources are part of every link's own talk */
#define VZ_NFT_IP6      "ip6 saddr != { ::, fe80::/10 } "                     \
                        "iifname . ip6 saddr != @owner6 counter drop"


typedef struct {
    size_t   len;
    char     buf[VZ_NFT_TEXT];
} vz_nft_text_t;


static void vz_nft_put(vz_nft_text_t *text, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void vz_nft_table(vz_nft_text_t *text, const vz_config_t *conf);
static void vz_nft_routed(vz_nft_text_t *text, const vz_config_t *conf);
static void vz_nft_bridged(vz_nft_text_t *text, const vz_config_t *conf);
static void vz_nft_element(vz_nft_text_t *text, const vz_config_t *conf,
    const char *op, const char *interface, const vz_address_t *address);
static void vz_nft_out(vz_nft_text_t *text, const vz_config_t *conf,
    const char *interface, const vz_address_t *address);
static int vz_nft_run(vz_nft_text_t *text, char *words);


static const char *
vz_nft_family(const vz_config_t *conf)
{
    return conf->bridge[0] ? "bridge" : "inet";
}


int
vz_nft_start(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    char           interface[VZ_INTERFACE_MAX], hw[18];
    unsigned       i;
    vz_nft_text_t  text;

    text.len = 0;
    vz_net_interface(conf, ct->ctid, interface);
    vz_net_hardware(ct->ctid, hw);

    vz_nft_table(&text, conf);

    vz_nft_put(&text, "add element %s %s ports { \"%s\" }\n",
               vz_nft_family(conf), conf->nft_table, interface);

    if (conf->bridge[0]) {
        vz_nft_put(&text, "add element bridge %s hardware { \"%s\" . %s }\n",
                   conf->nft_table, interface, hw);
    }

    for (i = 0; i < ct->naddresses; i++) {
        vz_nft_element(&text, conf, "add", interface, &ct->addresses[i]);
    }

    return vz_nft_run(&text, words);
}


int
vz_nft_stop(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    char           interface[VZ_INTERFACE_MAX], hw[18];
    unsigned       i;
    vz_nft_text_t  text;

    text.len = 0;
    vz_net_interface(conf, ct->ctid, interface);
    vz_net_hardware(ct->ctid, hw);

    vz_nft_table(&text, conf);

    for (i = 0; i < ct->naddresses; i++) {
        vz_nft_out(&text, conf, interface, &ct->addresses[i]);
    }

    if (conf->bridge[0]) {
        vz_nft_put(&text,
                   "add element bridge %s hardware { \"%s\" . %s }\n"
                   "delete element bridge %s hardware { \"%s\" . %s }\n",
                   conf->nft_table, interface, hw,
                   conf->nft_table, interface, hw);
    }

    vz_nft_put(&text,
               "add element %s %s ports { \"%s\" }\n"
               "delete element %s %s ports { \"%s\" }\n",
               vz_nft_family(conf), conf->nft_table, interface,
               vz_nft_family(conf), conf->nft_table, interface);

    return vz_nft_run(&text, words);
}


int
vz_nft_address(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_address_t *address, unsigned add, char *words)
{
    char           interface[VZ_INTERFACE_MAX];
    vz_nft_text_t  text;

    if (add) {

        /* all of them: somebody may have flushed the rules meanwhile */

        return vz_nft_start(conf, ct, words);
    }

    text.len = 0;
    vz_net_interface(conf, ct->ctid, interface);

    vz_nft_table(&text, conf);
    vz_nft_out(&text, conf, interface, address);

    return vz_nft_run(&text, words);
}


int
vz_nft_down(const vz_config_t *conf, char *words)
{
    vz_nft_text_t  text;

    text.len = 0;

    vz_nft_put(&text, "add table %s %s\ndelete table %s %s\n",
               vz_nft_family(conf), conf->nft_table,
               vz_nft_family(conf), conf->nft_table);

    return vz_nft_run(&text, words);
}


/* all of it in one transaction: adding what is there changes nothing */

static void
vz_nft_table(vz_nft_text_t *text, const vz_config_t *conf)
{
    const char  *family, *name;

    family = vz_nft_family(conf);
    name = conf->nft_table;

    vz_nft_put(text, "add table %s %s\n", family, name);
    vz_nft_put(text, "add set %s %s ports { type ifname; }\n", family, name);
    vz_nft_put(text, "add set %s %s owner4 { type ifname . ipv4_addr; }\n",
               family, name);
    vz_nft_put(text, "add set %s %s owner6 { type ifname . ipv6_addr; }\n",
               family, name);

    if (conf->bridge[0]) {
        vz_nft_bridged(text, conf);

    } else {
        vz_nft_routed(text, conf);
    }
}


static void
vz_nft_routed(vz_nft_text_t *text, const vz_config_t *conf)
{
    const char  *name;

    name = conf->nft_table;

    vz_nft_put(text, "add chain inet %s from { type filter hook prerouting "
               "priority raw; policy accept; }\n"
               "flush chain inet %s from\n", name, name);

    vz_nft_put(text, "add rule inet %s from iifname @ports meta nfproto ipv4 "
               "iifname . ip saddr != @owner4 counter drop\n", name);
    vz_nft_put(text, "add rule inet %s from iifname @ports meta nfproto ipv6 "
               VZ_NFT_IP6 "\n", name);

    if (conf->uplink[0] == '\0') {
        return;
    }

    vz_nft_put(text, "add chain inet %s nat { type nat hook postrouting "
               "priority srcnat; policy accept; }\n"
               "flush chain inet %s nat\n", name, name);
    vz_nft_put(text, "add rule inet %s nat iifname @ports oifname \"%s\" "
               "ip saddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, "
               "100.64.0.0/10, 169.254.0.0/16 } masquerade\n",
               name, conf->uplink);
    vz_nft_put(text, "add rule inet %s nat iifname @ports oifname \"%s\" "
               "ip6 saddr fc00::/7 masquerade\n", name, conf->uplink);
}


static void
vz_nft_bridged(vz_nft_text_t *text, const vz_config_t *conf)
{
    size_t              i;
    const char         *name;
    static const char  *rules[] = {
        "iifname . ether saddr != @hardware counter drop",
        "ether type ip iifname . ip saddr != @owner4 counter drop",
        "ether type arp iifname . arp saddr ip != @owner4 counter drop",
        "ether type ip6 " VZ_NFT_IP6,
        "ether type != { ip, ip6, arp } counter drop"
    };

    name = conf->nft_table;

    vz_nft_put(text, "add set bridge %s hardware "
               "{ type ifname . ether_addr; }\n"
               "add chain bridge %s from { type filter hook prerouting "
               "priority -300; policy accept; }\n"
               "flush chain bridge %s from\n", name, name, name);

    for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        vz_nft_put(text, "add rule bridge %s from iifname @ports %s\n", name,
                   rules[i]);
    }
}


static void
vz_nft_element(vz_nft_text_t *text, const vz_config_t *conf, const char *op,
    const char *interface, const vz_address_t *address)
{
    char  ip[VZ_ADDRESS_TEXT];

    vz_address_print(address, 0, ip);

    vz_nft_put(text, "%s element %s %s owner%c { \"%s\" . %s }\n", op,
               vz_nft_family(conf), conf->nft_table,
               address->family == AF_INET ? '4' : '6', interface, ip);
}


/* deleting what is not there would refuse the whole transaction */

static void
vz_nft_out(vz_nft_text_t *text, const vz_config_t *conf,
    const char *interface, const vz_address_t *address)
{
    vz_nft_element(text, conf, "add", interface, address);
    vz_nft_element(text, conf, "delete", interface, address);
}


static void
vz_nft_put(vz_nft_text_t *text, const char *fmt, ...)
{
    int      n;
    va_list  args;

    va_start(args, fmt);
    n = vsnprintf(text->buf + text->len, sizeof(text->buf) - text->len, fmt,
                  args);
    va_end(args);

    if (n > 0 && (size_t) n < sizeof(text->buf) - text->len) {
        text->len += (size_t) n;
    }
}


static int
vz_nft_run(vz_nft_text_t *text, char *words)
{
    char         output[512];
    unsigned     i;
    vz_spawn_t   run;
    const char  *argv[] = { "/usr/sbin/nft", "-f", "-", NULL };

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

        /* another transaction came between: "Resource busy" and the like */

        usleep(10000 * (i + 1));
    }

    snprintf(words, VZ_WORDS_MAX, "nft: %.180s", output);

    return -1;
}
