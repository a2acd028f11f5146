#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <net/if.h>
#include <netinet/in.h>
#include "daemon/ct/ct_lock.h"
#include "daemon/net/ct_link.h"
#include "daemon/net/ct_net.h"
#include "daemon/net/ct_net_core.h"
#include "daemon/net/netlink.h"
#include "daemon/net/nft.h"
#include "wire/frame.h"


static int vz_ct_net_open(vz_ct_net_t *net, const vz_config_t *conf,
    const vz_ct_t *ct, const vz_process_t *init, char *words);
static void vz_ct_net_close(vz_ct_net_t *net);
static void vz_ct_net_lacks(const vz_ct_net_t *net, char *words);
static void vz_ct_net_inside(vz_ct_net_t *net, const vz_ip_t *address,
    vz_netlink_e op, char *words);
static int vz_ct_net_guest(vz_ct_net_t *net, const vz_ip_t *address,
    vz_netlink_e op, char *words);
static int vz_ct_net_again(vz_ct_net_t *net, const vz_ip_t *gone,
    char *words);
static int vz_ct_net_default(vz_ct_net_t *net, int family, char *words);


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

    if (vz_ct_net_host_filter(&net, words) == -1
        || (conf->bridge[0] == '\0'
            && vz_ct_net_host_gateway(&net, words) == -1)
        || vz_nft_start(conf, ct, words) == -1)
    {
        goto done;
    }

    for (i = 0; i < ct->naddresses; i++) {
        if (vz_ct_net_host_address(&net, &ct->addresses[i], VZ_NETLINK_ADD,
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


int
vz_ct_net_filter(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    int          rc;
    vz_ct_net_t  net;

    if (vz_ct_net_open(&net, conf, ct, NULL, words) == -1) {
        return -1;
    }

    rc = net.host.index ? vz_ct_net_host_filter(&net, words) : 0;
    vz_ct_net_close(&net);

    return rc;
}


int
vz_ct_net_stop(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    int        rc;
    unsigned   i;
    vz_lock_t  lock;

    /*
     * many containers may end at once: cleaning up goes on without the lock,
     * too
     */

    (void) vz_ct_lock_addresses(conf, "stop", VZ_CT_LOCK_WAIT, &lock, words);

    rc = vz_nft_stop(conf, ct, words);

    for (i = 0; i < ct->naddresses; i++) {
        (void) vz_ct_net_host_uplink(conf, &ct->addresses[i],
                                     VZ_NETLINK_DELETE);
    }

    vz_lock_drop(&lock);

    return vz_ct_net_unlink(conf, ct, words) == -1 ? -1 : rc;
}


vz_code_e
vz_ct_net_forget(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    int        rc;
    vz_code_e  code;
    vz_lock_t  lock;

    code = vz_ct_lock_addresses(conf, "create", VZ_CT_LOCK_WAIT, &lock, words);
    if (code != VZ_OK) {
        return code;
    }

    rc = vz_nft_forget(conf, ct->ctid, words);
    vz_lock_drop(&lock);

    return rc == 0 ? VZ_OK : VZ_FAILED;
}


vz_code_e
vz_ct_net_rate(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ct_state_t *run, char *words)
{
    int        rc;
    vz_code_e  code;
    vz_lock_t  lock;

    (void) run;

    code = vz_ct_lock_addresses(conf, "rate", VZ_CT_LOCK_WAIT, &lock, words);
    if (code != VZ_OK) {
        return code;
    }

    rc = vz_nft_start(conf, ct, words);
    vz_lock_drop(&lock);

    return rc == 0 ? VZ_OK : VZ_FAILED;
}


int
vz_ct_net_unlink(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    int           rc;
    char          name[VZ_CT_LINK_MAX];
    vz_netlink_t  host;

    rc = 0;
    vz_ct_link_name(conf, ct->ctid, name);

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

    if (net.host.index && vz_ct_net_host_filter(&net, words) == -1) {
        rc = VZ_FAILED;
    }

    if (vz_nft_address(conf, ct, address, add, words) == -1) {
        rc = VZ_FAILED;
    }

    if (rc == VZ_OK || !add) {
        host = vz_ct_net_host_address(&net, address, op, words);
        rc = rc == VZ_OK ? host : rc;
    }

    if (rc == VZ_OK && init != NULL) {
        vz_ct_net_inside(&net, address, op, words);
    }

    vz_ct_net_close(&net);

    return rc;
}


/*
 * The guest's side belongs to the guest's root: where it was changed there,
 * that is only reported.
 */

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

    /* the first address of a family may need its default route */

    if (op == VZ_NETLINK_ADD || bridged) {
        (void) vz_ct_net_default(net, address->family, words);
    }
}


/*
 * Without promote_secondaries, removing the first address of a subnet removes
 * the others, too.
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
 * Open both ends, as far as they exist. The guest may have renamed its own
 * end, so it is found by its index, too.
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
    vz_ct_link_name(conf, ct->ctid, net->name);
    vz_ct_link_mac(ct->ctid, net->other);

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

    if (vz_netlink_open(&net->guest, init, VZ_CT_LINK_INSIDE) == -1) {
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
             VZ_CT_LINK_INSIDE, net->host.index ? "" : ", restart it");
}


static int
vz_ct_net_guest(vz_ct_net_t *net, const vz_ip_t *address, vz_netlink_e op,
    char *words)
{
    unsigned  prefix;

    /*
     * routed addresses have no neighbours: the prefix covers the whole address
     */

    prefix = address->prefix;

    if (net->conf->bridge[0] == '\0') {
        prefix = address->family == AF_INET ? 32 : 128;
    }

    return vz_netlink_address(&net->guest, op, address, prefix, 0) == -1
           ? vz_ct_net_failed(words, "address inside") : 0;
}


/*
 * The gateway gets a permanent neighbour entry with the hardware address of
 * our end: nobody is asked for it, and a gateway that a customer chose need
 * not exist.
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


int
vz_ct_net_failed(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return -1;
}
