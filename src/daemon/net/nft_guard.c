#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "daemon/base/log.h"
#include "daemon/ct/ct_lock.h"
#include "daemon/ct/ct_state.h"
#include "daemon/net/ct_net.h"
#include "daemon/net/netlink.h"
#include "daemon/net/nft_firewall.h"
#include "daemon/net/nft_guard.h"
#include "daemon/net/nft_traffic.h"
#include "wire/frame.h"


#define VZ_NFT_GUARD_GROW  64


/* The running containers. */

typedef struct {
    vz_ct_t         *list;
    unsigned         n;
    unsigned         size;
    vz_nft_count_t   count;
} vz_nft_guard_t;


static int vz_nft_guard_all(const vz_config_t *conf, vz_nft_guard_t *guard);
static int vz_nft_guard_one(const vz_ct_t *ct, void *data);
static void vz_nft_guard_mend(const vz_config_t *conf,
    const vz_nft_guard_t *guard, const char *why);


int
vz_nft_guard_filters(void)
{
    int                  status;
    pid_t                child;
    vz_netlink_t         nl;
    vz_ingress_filter_t  filter;

    static const vz_config_t  conf;
    static const vz_ct_t      ct;

    child = fork();

    if (child == 0) {
        vz_ingress_filter_make(&conf, &ct, (const unsigned char *) "\2zvzpa",
                               &filter);

        _exit(unshare(CLONE_NEWNET) == 0 && vz_netlink_open(&nl, NULL,
                                                            "lo") == 0
              && vz_netlink_filter(&nl, &filter) == 0
              ? 0 : 1);
    }

    while (child != -1 && waitpid(child, &status, 0) == -1) {
        if (errno != EINTR) {
            return 0;
        }
    }

    return child != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}


void
vz_nft_guard_count(vz_nft_count_t *count, const vz_ct_t *ct)
{
    unsigned  i;

    count->ports++;
    count->mailers += !ct->smtp_shut;
    count->blocked += ct->all_shut != 0;
    count->uses += vz_nft_firewall_uses(ct);
    count->rates += vz_nft_traffic_uses(ct);

    for (i = 0; i < ct->naddresses; i++) {
        *(ct->addresses[i].family == AF_INET ? &count->owner4
                                             : &count->owner6) += 1;
    }
}


int
vz_nft_guard_look(const vz_config_t *conf, char *words)
{
    int             rc;
    vz_nft_guard_t  guard;

    if (vz_nft_guard_all(conf, &guard) == -1) {
        snprintf(words, VZ_WORDS_MAX, "%.120s: %s", conf->lxc_path,
                 strerror(errno));
        return 0;
    }

    free(guard.list);

    /* without a running container there is nothing to check */

    rc = guard.n == 0 || vz_nft_whole(conf, &guard.count, words);

    return rc;
}


void
vz_nft_guard_keep(const vz_config_t *conf, const vz_nft_count_t *count)
{
    char            words[VZ_WORDS_MAX], why[VZ_WORDS_MAX];
    vz_lock_t       lock;
    vz_nft_guard_t  guard;

    if ((count != NULL
         && (count->ports == 0 || vz_nft_whole(conf, count, words)))
        || vz_ct_lock_addresses(conf, "guard", 0, &lock, words) != VZ_OK)
    {
        return;
    }

    /* under the lock, what runs and what the table must contain agree */

    if (vz_nft_guard_all(conf, &guard) == 0) {
        if (guard.n && !vz_nft_whole(conf, &guard.count, why)) {
            vz_nft_guard_mend(conf, &guard, why);
        }

        free(guard.list);
    }

    vz_lock_drop(&lock);
}


static void
vz_nft_guard_mend(const vz_config_t *conf, const vz_nft_guard_t *guard,
    const char *why)
{
    char      words[VZ_WORDS_MAX];
    unsigned  i;

    if (vz_nft_all(conf, guard->list, guard->n, words) == -1) {
        vz_log(LOG_ERR, "%s; it can't be repaired: %s", why, words);
        return;
    }

    for (i = 0; i < guard->n; i++) {
        if (vz_ct_net_filter(conf, &guard->list[i], words) == -1) {
            vz_log(LOG_ERR, "container %u: %s", guard->list[i].ctid, words);
        }
    }

    vz_log(LOG_WARNING, "%s; made again for %u containers", why, guard->n);
}


static int
vz_nft_guard_all(const vz_config_t *conf, vz_nft_guard_t *guard)
{
    memset(guard, 0, sizeof(*guard));

    if (vz_ct_store_each(conf, 0, vz_nft_guard_one, guard) == 0) {
        return 0;
    }

    free(guard->list);
    errno = ENOMEM;

    return -1;
}


static int
vz_nft_guard_one(const vz_ct_t *ct, void *data)
{
    vz_ct_t         *list;
    vz_ct_state_t    run;
    vz_nft_guard_t  *guard;

    guard = data;

    /* what is tried has no interface */

    if (ct->trial || !vz_ct_state_alive(ct, &run) || run.init.pid == 0) {
        return 0;
    }

    if (guard->n == guard->size) {
        list = realloc(guard->list, (guard->size + VZ_NFT_GUARD_GROW)
                                    * sizeof(*list));
        if (list == NULL) {
            return -1;
        }

        guard->list = list;
        guard->size += VZ_NFT_GUARD_GROW;
    }

    guard->list[guard->n++] = *ct;
    vz_nft_guard_count(&guard->count, ct);

    return 0;
}
