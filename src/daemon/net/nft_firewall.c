#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "daemon/ct/ct_firewall.h"
#include "daemon/net/ct_link.h"
#include "daemon/net/nft_firewall.h"


#define VZ_NFT_FIREWALL_LINE   176      /* bytes of one line, at most */
#define VZ_NFT_FIREWALL_LINES  32       /* lines of a container, beside those
                                           of its rules */


static void vz_nft_firewall_gate(vz_strbuf_t *text, const vz_config_t *conf,
    const char *set, const char *interface, unsigned in);
static void vz_nft_firewall_fill(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct, unsigned tried, const vz_rules_t *rules);
static void vz_nft_firewall_rule(vz_strbuf_t *text, const char *to,
    const vz_rule_t *rule);
static void vz_nft_firewall_empty(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct, unsigned tried);
static void vz_nft_firewall_element(vz_strbuf_t *text,
    const vz_config_t *conf, const vz_ct_t *ct, unsigned tried, unsigned out);


/* Kinds of chains, and of the maps that lead there; then the direction. */

static const char *const  vz_nft_firewall_kinds[] = {
    VZ_NFT_FIREWALL_CHAINS, "try"
};

static const char *const  vz_nft_firewall_ways[] = { "in", "out" };


void
vz_nft_firewall_table(vz_strbuf_t *text, const vz_config_t *conf)
{
    unsigned     i, kind, way;
    const char  *name;

    static const char  *chains[] = { "incoming", "outgoing" };

    static const struct {
        const char  *chain;
        const char  *rule;
    } rules[] = {
        { "outgoing", "ct state established,related return" },
        { "outgoing", "iifname != @mailers tcp dport 25 counter drop" },
        { "outgoing", "iifname @trying iifname vmap @tryout" },
        { "outgoing", "iifname vmap @fwout" },
        { "incoming", "ct state established,related return" },
        { "incoming", "oifname @trying oifname vmap @tryin" },
        { "incoming", "oifname vmap @fwin" }
    };

    name = conf->nft_table;

    vz_strbuf_put(text, "add set inet %s trying { type ifname; "
                  "flags timeout; }\n", name);

    for (way = 0; way < 2; way++) {
        for (kind = 0; kind < 2; kind++) {
            vz_strbuf_put(text, "add map inet %s %s%s "
                          "{ type ifname : verdict; }\n", name,
                          vz_nft_firewall_kinds[kind],
                          vz_nft_firewall_ways[way]);
        }

        vz_strbuf_put(text, "add chain inet %s %s\nflush chain inet %s %s\n",
                      name, chains[way], name, chains[way]);
    }

    for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        vz_strbuf_put(text, "add rule inet %s %s %s\n", name, rules[i].chain,
                      rules[i].rule);
    }
}


void
vz_nft_firewall_flush(vz_strbuf_t *text, const vz_config_t *conf)
{
    unsigned  kind, way;

    vz_strbuf_put(text, "flush set inet %s trying\n", conf->nft_table);

    for (way = 0; way < 2; way++) {
        for (kind = 0; kind < 2; kind++) {
            vz_strbuf_put(text, "flush map inet %s %s%s\n", conf->nft_table,
                          vz_nft_firewall_kinds[kind],
                          vz_nft_firewall_ways[way]);
        }
    }
}


void
vz_nft_firewall_into(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct)
{
    char        interface[VZ_CT_LINK_MAX];
    int64_t     left;
    vz_rules_t  rules;

    vz_ct_link_name(conf, ct->ctid, interface);

    vz_nft_firewall_gate(text, conf, "mailers", interface, !ct->smtp_shut);
    vz_nft_firewall_gate(text, conf, "blocked", interface, ct->all_shut);

    if (conf->bridge[0]) {
        return;
    }

    (void) vz_ct_firewall_read(ct, &rules);

    if (vz_ct_firewall_open(&rules)) {
        vz_nft_firewall_empty(text, conf, ct, 0);

    } else {
        vz_nft_firewall_fill(text, conf, ct, 0, &rules);
    }

    vz_nft_firewall_gate(text, conf, "trying", interface, 0);

    left = vz_ct_firewall_trial(ct, &rules);

    if (left) {
        vz_nft_firewall_fill(text, conf, ct, 1, &rules);
        vz_strbuf_put(text, "add element inet %s trying { \"%s\" timeout %"
                      PRId64 "ms }\n", conf->nft_table, interface, left);
    }
}


void
vz_nft_firewall_out(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct)
{
    char      interface[VZ_CT_LINK_MAX];
    unsigned  i;

    static const char  *sets[] = { "mailers", "blocked", "trying" };

    vz_ct_link_name(conf, ct->ctid, interface);

    for (i = 0; i < (conf->bridge[0] ? 2 : 3); i++) {
        vz_nft_firewall_gate(text, conf, sets[i], interface, 0);
    }

    if (conf->bridge[0]) {
        return;
    }

    vz_nft_firewall_empty(text, conf, ct, 0);
    vz_nft_firewall_empty(text, conf, ct, 1);
}


/* Deleting what does not exist would refuse the whole transaction. */

static void
vz_nft_firewall_gate(vz_strbuf_t *text, const vz_config_t *conf,
    const char *set, const char *interface, unsigned in)
{
    const char  *family;

    family = conf->bridge[0] ? "bridge" : "inet";

    vz_strbuf_put(text, "add element %s %s %s { \"%s\" }\n", family,
                  conf->nft_table, set, interface);

    if (!in) {
        vz_strbuf_put(text, "delete element %s %s %s { \"%s\" }\n", family,
                      conf->nft_table, set, interface);
    }
}


/* What comes in is decided by its source, what goes out by its destination. */

static void
vz_nft_firewall_fill(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct, unsigned tried, const vz_rules_t *rules)
{
    char      chain[VZ_NFT_FIREWALL_NAME], to[VZ_NFT_FIREWALL_LINE];
    unsigned  i, out;

    for (out = 0; out < 2; out++) {
        vz_nft_firewall_chain(ct->ctid, tried, out, chain);

        vz_strbuf_put(text, "add chain inet %s %s\nflush chain inet %s %s\n",
                      conf->nft_table, chain, conf->nft_table, chain);
        (void) snprintf(to, sizeof(to), "add rule inet %.31s %s",
                        conf->nft_table, chain);

        for (i = 0; i < rules->n; i++) {
            if (rules->rules[i].out == out) {
                vz_nft_firewall_rule(text, to, &rules->rules[i]);
            }
        }

        vz_strbuf_put(text, "%s counter %s\n", to,
                      rules->drop[out] ? "drop" : "return");
        vz_nft_firewall_element(text, conf, ct, tried, out);
    }
}


/*
 * One port range and one network a rule: an anonymous set in each would cost
 * the kernel seconds, since it looks for a name among all sets.
 */

static void
vz_nft_firewall_rule(vz_strbuf_t *text, const char *to, const vz_rule_t *rule)
{
    unsigned     i, n;
    const char  *protocol;

    n = vz_nft_firewall_rules(rule);

    for (i = 0; i < n; i++) {
        vz_strbuf_put(text, "%s", to);

        if (rule->address[0]) {
            vz_strbuf_put(text, " %s %s %s", rule->six ? "ip6" : "ip",
                          rule->out ? "daddr" : "saddr", rule->address);
        }

        protocol = rule->protocol == VZ_RULE_TCP ? "tcp"
                   : rule->protocol == VZ_RULE_UDP ? "udp"
                   : rule->six || i == 1 ? "ipv6-icmp" : "icmp";

        if (rule->first) {
            vz_strbuf_put(text, " %s dport %u-%u", protocol, rule->first,
                          rule->last);

        } else if (rule->protocol != VZ_RULE_ANY) {
            vz_strbuf_put(text, " meta l4proto %s", protocol);
        }

        vz_strbuf_put(text, " counter %s\n", rule->drop ? "drop" : "return");
    }
}


unsigned
vz_nft_firewall_rules(const vz_rule_t *rule)
{
    return rule->protocol == VZ_RULE_ICMP && rule->address[0] == '\0' ? 2 : 1;
}


static void
vz_nft_firewall_empty(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct, unsigned tried)
{
    char      chain[VZ_NFT_FIREWALL_NAME], interface[VZ_CT_LINK_MAX];
    unsigned  out;

    vz_ct_link_name(conf, ct->ctid, interface);

    for (out = 0; out < 2; out++) {
        vz_nft_firewall_chain(ct->ctid, tried, out, chain);

        vz_strbuf_put(text, "add chain inet %s %s\n", conf->nft_table, chain);
        vz_nft_firewall_element(text, conf, ct, tried, out);
        vz_strbuf_put(text, "delete element inet %s %s%s { \"%s\" }\n"
                      "flush chain inet %s %s\ndelete chain inet %s %s\n",
                      conf->nft_table, vz_nft_firewall_kinds[tried],
                      vz_nft_firewall_ways[out], interface,
                      conf->nft_table, chain, conf->nft_table, chain);
    }
}


static void
vz_nft_firewall_element(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct, unsigned tried, unsigned out)
{
    char  chain[VZ_NFT_FIREWALL_NAME], interface[VZ_CT_LINK_MAX];

    vz_ct_link_name(conf, ct->ctid, interface);
    vz_nft_firewall_chain(ct->ctid, tried, out, chain);

    vz_strbuf_put(text, "add element inet %s %s%s { \"%s\" : goto %s }\n",
                  conf->nft_table, vz_nft_firewall_kinds[tried],
                  vz_nft_firewall_ways[out], interface, chain);
}


size_t
vz_nft_firewall_size(const vz_ct_t *ct)
{
    size_t      lines;
    vz_rules_t  rules;

    (void) vz_ct_firewall_read(ct, &rules);
    lines = VZ_NFT_FIREWALL_LINES + 2 * rules.n;

    if (vz_ct_firewall_trial(ct, &rules)) {
        lines += 2 * rules.n;
    }

    return lines * VZ_NFT_FIREWALL_LINE;
}


unsigned
vz_nft_firewall_uses(const vz_ct_t *ct)
{
    unsigned    i, n;
    vz_rules_t  rules;

    (void) vz_ct_firewall_read(ct, &rules);

    if (vz_ct_firewall_open(&rules)) {
        return 0;
    }

    n = 4;                              /* policies and elements */

    for (i = 0; i < rules.n; i++) {
        n += vz_nft_firewall_rules(&rules.rules[i]);
    }

    return n;
}


void
vz_nft_firewall_chain(uint32_t ctid, unsigned tried, unsigned out,
    char name[VZ_NFT_FIREWALL_NAME])
{
    (void) snprintf(name, VZ_NFT_FIREWALL_NAME, "%s%s%u",
                    vz_nft_firewall_kinds[tried], vz_nft_firewall_ways[out],
                    ctid);
}
