#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "daemon/net/ct_link.h"
#include "daemon/net/nft_traffic.h"


#define VZ_NFT_TRAFFIC_MBIT   125000    /* bytes a second */
#define VZ_NFT_TRAFFIC_BURST  65536     /* bytes, beside a second's worth: a
                                           packet may have as many */
#define VZ_NFT_TRAFFIC_TRIES  4


/* what the elements of a set are told to, and of which container each is */
typedef struct {
    const vz_config_t    *conf;
    unsigned              sent;
    vz_nft_traffic_pt     each;
    void                 *data;
} vz_nft_traffic_told_t;


static void vz_nft_traffic_rate(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct, unsigned out);
static void vz_nft_traffic_element(const char *name,
    const vz_nfnetlink_counter_t *counter, void *data);
static int vz_nft_traffic_once(vz_nfnetlink_t *nfn, const vz_config_t *conf,
    uint64_t *table, vz_nft_traffic_pt each, void *data);


static const char *const  vz_nft_traffic_sets[] = {
    VZ_NFT_TRAFFIC_GOT, VZ_NFT_TRAFFIC_SENT
};

static const char *const  vz_nft_traffic_ways[] = { "in", "out" };


static const char *
vz_nft_traffic_family(const vz_config_t *conf)
{
    return conf->bridge[0] ? "bridge" : "inet";
}


/* What a rate drops is not counted, nor what a firewall keeps from it. */

void
vz_nft_traffic_table(vz_strbuf_t *text, const vz_config_t *conf)
{
    unsigned     i;
    const char  *family, *name;

    static const char  *rules[] = {
        "from iifname vmap @" VZ_NFT_TRAFFIC_RATES "out",
        "from iifname @" VZ_NFT_TRAFFIC_SENT,
        "to oifname vmap @" VZ_NFT_TRAFFIC_RATES "in",
        "to oifname @" VZ_NFT_TRAFFIC_GOT
    };

    family = vz_nft_traffic_family(conf);
    name = conf->nft_table;

    for (i = 0; i < 2; i++) {
        vz_strbuf_put(text, "add set %s %s %s { type ifname; counter; }\n"
                      "add map %s %s " VZ_NFT_TRAFFIC_RATES "%s "
                      "{ type ifname : verdict; }\n", family, name,
                      vz_nft_traffic_sets[i], family, name,
                      vz_nft_traffic_ways[i]);
    }

    vz_strbuf_put(text, "add chain %s %s to { type filter hook postrouting "
                  "priority 300; policy accept; }\nflush chain %s %s to\n",
                  family, name, family, name);

    for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        vz_strbuf_put(text, "add rule %s %s %s\n", family, name, rules[i]);
    }
}


void
vz_nft_traffic_flush(vz_strbuf_t *text, const vz_config_t *conf)
{
    unsigned  i;

    for (i = 0; i < 2; i++) {
        vz_strbuf_put(text, "flush map %s %s " VZ_NFT_TRAFFIC_RATES "%s\n",
                      vz_nft_traffic_family(conf), conf->nft_table,
                      vz_nft_traffic_ways[i]);
    }
}


void
vz_nft_traffic_into(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct)
{
    char      interface[VZ_CT_LINK_MAX];
    unsigned  i;

    vz_ct_link_name(conf, ct->ctid, interface);

    for (i = 0; i < 2; i++) {
        vz_strbuf_put(text, "add element %s %s %s { \"%s\" }\n",
                      vz_nft_traffic_family(conf), conf->nft_table,
                      vz_nft_traffic_sets[i], interface);
        vz_nft_traffic_rate(text, conf, ct, i);
    }
}


void
vz_nft_traffic_out(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct)
{
    vz_ct_t   none;
    unsigned  i;

    none.ctid = ct->ctid;
    none.rate_in = 0;
    none.rate_out = 0;

    for (i = 0; i < 2; i++) {
        vz_nft_traffic_rate(text, conf, &none, i);
    }
}


/* Deleting what does not exist would refuse the whole transaction. */

static void
vz_nft_traffic_rate(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct, unsigned out)
{
    char         chain[64], element[128], interface[VZ_CT_LINK_MAX];
    uint64_t     mbit;
    const char  *way;

    mbit = out ? ct->rate_out : ct->rate_in;
    way = vz_nft_traffic_ways[out];
    vz_ct_link_name(conf, ct->ctid, interface);

    (void) snprintf(chain, sizeof(chain), "%s %.31s " VZ_NFT_TRAFFIC_RATES
                    "%s%u", vz_nft_traffic_family(conf), conf->nft_table, way,
                    ct->ctid);
    (void) snprintf(element, sizeof(element), "element %s %.31s "
                    VZ_NFT_TRAFFIC_RATES "%s { \"%s\"",
                    vz_nft_traffic_family(conf), conf->nft_table, way,
                    interface);

    vz_strbuf_put(text, "add chain %s\nflush chain %s\n"
                  "add %s : jump " VZ_NFT_TRAFFIC_RATES "%s%u }\n", chain,
                  chain, element, way, ct->ctid);

    if (mbit == 0) {
        vz_strbuf_put(text, "delete %s }\ndelete chain %s\n", element, chain);
        return;
    }

    vz_strbuf_put(text, "add rule %s limit rate over %llu bytes/second burst "
                  "%u bytes counter drop\n", chain,
                  (unsigned long long) mbit * VZ_NFT_TRAFFIC_MBIT,
                  VZ_NFT_TRAFFIC_BURST);
}


void
vz_nft_traffic_forget(vz_strbuf_t *text, const vz_config_t *conf,
    uint32_t ctid)
{
    char         interface[VZ_CT_LINK_MAX];
    unsigned     i;
    const char  *family;

    family = vz_nft_traffic_family(conf);
    vz_ct_link_name(conf, ctid, interface);

    for (i = 0; i < 2; i++) {
        vz_strbuf_put(text, "add element %s %s %s { \"%s\" }\n"
                      "delete element %s %s %s { \"%s\" }\n", family,
                      conf->nft_table, vz_nft_traffic_sets[i], interface,
                      family, conf->nft_table, vz_nft_traffic_sets[i],
                      interface);
    }
}


unsigned
vz_nft_traffic_uses(const vz_ct_t *ct)
{
    return 2 * ((ct->rate_in != 0) + (ct->rate_out != 0));
}


/* Another table in between has other counters: then it is read again. */

int
vz_nft_traffic_each(const vz_config_t *conf, uint64_t *table,
    vz_nft_traffic_pt each, void *data)
{
    int             rc, tries;
    uint64_t        after;
    vz_nfnetlink_t  nfn;

    if (vz_nfnetlink_open(&nfn, conf->bridge[0] != '\0', conf->nft_table)
        == -1)
    {
        return -1;
    }

    rc = -1;
    errno = EAGAIN;

    for (tries = 0; tries < VZ_NFT_TRAFFIC_TRIES; tries++) {
        rc = vz_nft_traffic_once(&nfn, conf, table, each, data);

        if (rc == 0) {
            rc = vz_nfnetlink_handle(&nfn, &after);
        }

        if (rc == -1 || after == *table) {
            break;
        }

        rc = -1;
        errno = EAGAIN;
    }

    vz_nfnetlink_close(&nfn);

    return rc;
}


static int
vz_nft_traffic_once(vz_nfnetlink_t *nfn, const vz_config_t *conf,
    uint64_t *table, vz_nft_traffic_pt each, void *data)
{
    unsigned               i;
    vz_nft_traffic_told_t  told;

    if (vz_nfnetlink_handle(nfn, table) == -1) {
        return -1;
    }

    told.conf = conf;
    told.each = each;
    told.data = data;

    for (i = 0; i < 2; i++) {
        told.sent = i;

        if (vz_nfnetlink_each(nfn, vz_nft_traffic_sets[i],
                              vz_nft_traffic_element, &told) == -1)
        {
            return -1;
        }
    }

    return 0;
}


static void
vz_nft_traffic_element(const char *name,
    const vz_nfnetlink_counter_t *counter, void *data)
{
    uint32_t                      ctid;
    const vz_nft_traffic_told_t  *told;

    told = data;
    ctid = vz_ct_link_of(told->conf, name);

    if (ctid != 0) {
        told->each(ctid, told->sent, counter->bytes, told->data);
    }
}
