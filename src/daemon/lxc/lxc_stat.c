#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "daemon/base/strbuf.h"
#include "daemon/cgroup/ct_limits.h"
#include "daemon/lxc/lxc_restart.h"
#include "daemon/lxc/lxc_stat.h"
#include "daemon/lxc/lxcfs.h"
#include "daemon/net/ct_link.h"
#include "daemon/net/netlink.h"
#include "wire/field.h"
#include "wire/frame.h"


#define VZ_LXC_STAT_LINE  (VZ_REPLY_MAX - 16)  /* "= " and LF around it */


static unsigned vz_lxc_stat_lives(const vz_ct_state_t *run,
    vz_cgroup_use_t *use);
static void vz_lxc_stat_whole(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_lxc_stat_t *stat, vz_strbuf_t *text);
static void vz_lxc_stat_gateways(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct);
static unsigned vz_lxc_stat_family(const vz_ct_t *ct, int family);
static void vz_lxc_stat_inside(vz_strbuf_t *text, const vz_lxc_stat_t *stat);
static void vz_lxc_stat_dns(vz_strbuf_t *text, const vz_ct_t *ct);
static void vz_lxc_stat_size(vz_strbuf_t *text, const char *key,
    uint64_t size);
static void vz_lxc_stat_pair(vz_strbuf_t *text, const char *key,
    const vz_pair_t *pair);


void
vz_lxc_stat(const vz_ct_t *ct, vz_lxc_stat_t *stat)
{
    memset(stat, 0, sizeof(*stat));

    stat->state = "stopped";

    if (vz_ct_state_read(ct, &stat->run) == 0) {
        stat->running = stat->run.init.pid != 0
                        && vz_lxc_stat_lives(&stat->run, &stat->use);

        if (stat->running || vz_process_alive(&stat->run.monitor)) {
            stat->state = "running";
        }
    }

    if (stat->running) {
        if (vz_cgroup_frozen(&stat->run)) {
            stat->state = "frozen";
        }

        stat->uptime = vz_process_age(&stat->run.init);
    }

    vz_disk_use(ct, stat->running, &stat->disk);
}


/*
 * A thousand looks into /proc take longer than a thousand into cgroups, which
 * have to be read anyway: a group without processes has no init.
 */

static unsigned
vz_lxc_stat_lives(const vz_ct_state_t *run, vz_cgroup_use_t *use)
{
    vz_cgroup_use(run, use);

    if (use->processes) {
        return 1;
    }

    memset(use, 0, sizeof(*use));

    return 0;
}


void
vz_lxc_stat_print(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_lxc_stat_t *stat, unsigned whole, char *line)
{
    vz_strbuf_t  text;

    vz_strbuf_init(&text, line, VZ_LXC_STAT_LINE);

    vz_strbuf_put(&text, "id=%u state=%s hostname=%s address=", ct->ctid,
                  stat->state, ct->hostname[0] ? ct->hostname : "-");
    vz_strbuf_addresses(&text, ct->addresses, ct->naddresses);

    vz_lxc_stat_size(&text, "memory_used", stat->use.memory_used);
    vz_lxc_stat_size(&text, "memory_limit",
                     ct->privvm.set ? ct->privvm.limit : VZ_UNLIMITED);
    vz_lxc_stat_size(&text, "swap_used", stat->use.swap_used);
    vz_lxc_stat_size(&text, "disk_used", stat->disk.used);
    vz_lxc_stat_size(&text, "disk_total", stat->disk.total);

    /* btrfs counts none, and a stopped container is not looked into */

    if (stat->disk.inodes == 0) {
        vz_strbuf_put(&text, " inodes_used=- inodes_total=-");

    } else {
        vz_lxc_stat_size(&text, "inodes_used", stat->disk.inodes_used);
        vz_lxc_stat_size(&text, "inodes_total", stat->disk.inodes);
    }

    vz_lxc_stat_size(&text, "cpu_ns", stat->use.cpu_ns);

    vz_strbuf_put(&text, " cpu_units=%u cpu_percent=%u", ct->units,
                  ct->percent);
    vz_lxc_stat_size(&text, "processes", stat->use.processes);
    vz_lxc_stat_size(&text, "uptime", stat->uptime);
    vz_strbuf_put(&text, " template=%s tag=%s",
                  ct->template[0] ? ct->template : "-",
                  ct->tag[0] ? ct->tag : "-");

    if (ct->broken) {
        vz_strbuf_put(&text, " broken=1");
    }

    if (whole) {
        vz_lxc_stat_whole(conf, ct, stat, &text);
    }
}


/* what one is told alone, and what is the matter with it at the end */

static void
vz_lxc_stat_whole(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_lxc_stat_t *stat, vz_strbuf_t *text)
{
    char         kept[VZ_WORDS_MAX];
    unsigned     again;
    const char  *gateway;

    gateway = ct->gateway4[0] ? ct->gateway4
              : ct->gateway6[0] ? ct->gateway6
              : conf->bridge[0] ? "-" : conf->gateway4;

    vz_strbuf_put(text, " gateway=%s gateways=", gateway);
    vz_lxc_stat_gateways(text, conf, ct);
    vz_strbuf_put(text, " dns=");
    vz_lxc_stat_dns(text, ct);

    vz_lxc_stat_pair(text, "vmguarpages", &ct->vmguar);
    vz_lxc_stat_pair(text, "oomguarpages", &ct->oomguar);
    vz_lxc_stat_pair(text, "privvmpages", &ct->privvm);
    vz_lxc_stat_pair(text, "diskspace", &ct->disk);

    vz_ct_limits_kept(ct, NULL, kept);
    vz_strbuf_put(text, " kept=%s", kept);
    vz_lxc_stat_size(text, "created", ct->created);

    again = vz_lxc_restart_tries(conf, ct->ctid);

    if (again) {
        vz_strbuf_put(text, " again=%u", again);
    }

    if (stat->running && vz_lxcfs_gone(conf, &stat->run)) {
        vz_strbuf_put(text, " lxcfs=gone");
    }

    vz_lxc_stat_inside(text, stat);
}


/* what its eth0 has now: a guest's own manager may have taken it away */

static void
vz_lxc_stat_inside(vz_strbuf_t *text, const vz_lxc_stat_t *stat)
{
    int           n;
    vz_netlink_t  nl;
    vz_ip_t       list[VZ_CT_ADDRESSES];

    n = 0;

    if (stat->running
        && vz_netlink_open(&nl, &stat->run.init, VZ_CT_LINK_INSIDE) == 0)
    {
        n = nl.index ? vz_netlink_addresses(&nl, list, VZ_CT_ADDRESSES) : 0;
        vz_netlink_close(&nl);
    }

    vz_strbuf_put(text, " inside=");
    vz_strbuf_addresses(text, list, n > 0 ? (unsigned) n : 0);
}


/* of each family it has addresses of, or a gateway of its own */

static void
vz_lxc_stat_gateways(vz_strbuf_t *text, const vz_config_t *conf,
                     const vz_ct_t *ct)
{
    unsigned     n;
    const char  *four, *six;

    four = ct->gateway4;
    six = ct->gateway6;

    if (*four == '\0' && !conf->bridge[0] && vz_lxc_stat_family(ct, AF_INET)) {
        four = conf->gateway4;
    }

    if (*six == '\0' && !conf->bridge[0] && vz_lxc_stat_family(ct, AF_INET6)) {
        six = conf->gateway6;
    }

    n = *four != '\0' && *six != '\0';

    vz_strbuf_put(text, "%s%s%s", four, n ? "," : "",
                  *four == '\0' && *six == '\0' ? "-" : six);
}


static unsigned
vz_lxc_stat_family(const vz_ct_t *ct, int family)
{
    unsigned  i;

    for (i = 0; i < ct->naddresses; i++) {
        if (ct->addresses[i].family == family) {
            return 1;
        }
    }

    return 0;
}


static void
vz_lxc_stat_dns(vz_strbuf_t *text, const vz_ct_t *ct)
{
    unsigned  i;

    if (ct->ndns == 0) {
        vz_strbuf_put(text, "-");
    }

    for (i = 0; i < ct->ndns; i++) {
        vz_strbuf_put(text, "%s%s", i ? "," : "", ct->dns[i]);
    }
}


static void
vz_lxc_stat_size(vz_strbuf_t *text, const char *key, uint64_t size)
{
    if (size == VZ_UNLIMITED) {
        vz_strbuf_put(text, " %s=unlimited", key);

    } else {
        vz_strbuf_put(text, " %s=%llu", key, (unsigned long long) size);
    }
}


static void
vz_lxc_stat_pair(vz_strbuf_t *text, const char *key, const vz_pair_t *pair)
{
    if (!pair->set) {
        vz_strbuf_put(text, " %s=-", key);
        return;
    }

    vz_lxc_stat_size(text, key, pair->barrier);

    if (pair->limit == VZ_UNLIMITED) {
        vz_strbuf_put(text, ":unlimited");

    } else {
        vz_strbuf_put(text, ":%llu", (unsigned long long) pair->limit);
    }
}
