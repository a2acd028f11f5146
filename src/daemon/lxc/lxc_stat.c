#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include "daemon/cgroup/ct_limits.h"
#include "daemon/lxc/lxc_restart.h"
#include "daemon/lxc/lxc_stat.h"
#include "daemon/lxc/lxcfs.h"
#include "daemon/net/ct_link.h"
#include "daemon/net/netlink.h"
#include "daemon/rootfs/mount.h"


static unsigned vz_lxc_stat_lives(const vz_ct_state_t *run,
    vz_cgroup_use_t *use);
static void vz_lxc_stat_inside(const vz_lxc_stat_t *stat,
    vz_ct_detail_t *detail);
static const char *vz_lxc_stat_own_disk(const vz_ct_t *ct);
static void vz_lxc_stat_gateways(const vz_config_t *conf, const vz_ct_t *ct,
    vz_ct_detail_t *detail);
static unsigned vz_lxc_stat_family(const vz_ct_t *ct, int family);


void
vz_lxc_stat(const vz_ct_t *ct, vz_lxc_stat_t *stat)
{
    memset(stat, 0, sizeof(*stat));

    stat->state = VZ_CT_STOPPED;

    if (vz_ct_state_read(ct, &stat->run) == 0) {
        stat->running = stat->run.init.pid != 0
                        && vz_lxc_stat_lives(&stat->run, &stat->use);

        if (stat->running || vz_process_alive(&stat->run.monitor)) {
            stat->state = VZ_CT_RUNNING;
        }
    }

    if (stat->running) {
        if (vz_cgroup_frozen(&stat->run)) {
            stat->state = VZ_CT_FROZEN;
        }

        stat->uptime = vz_process_age(&stat->run.init);
    }

    vz_disk_use(ct, stat->running, &stat->disk);
}


/*
 * Returns 1 where its init lives. A group without processes has no init:
 * groups have to be read anyway, and reading /proc as well takes longer for a
 * thousand containers.
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
vz_lxc_stat_fill(const vz_ct_t *ct, const vz_lxc_stat_t *stat,
    vz_ct_stat_t *out)
{
    memset(out, 0, sizeof(*out));

    out->ctid = ct->ctid;
    out->state = stat->state;
    out->broken = ct->broken;
    strcpy(out->hostname, ct->hostname);
    strcpy(out->template, ct->template);
    strcpy(out->tag, ct->tag);
    strcpy(out->rescue, ct->rescue);

    out->naddresses = ct->naddresses;
    memcpy(out->addresses, ct->addresses, sizeof(out->addresses));

    out->memory_used = stat->use.memory_used;
    out->memory_limit = ct->privvm.set ? ct->privvm.limit : VZ_UNLIMITED;
    out->swap_used = stat->use.swap_used;
    out->disk_used = stat->disk.used;
    out->disk_total = stat->disk.total;
    out->disk_free = stat->disk.available;

    /*
     * btrfs counts no inodes, and the disk of a stopped container is not read
     */

    out->inodes_used = stat->disk.inodes ? stat->disk.inodes_used
                                         : VZ_CT_STAT_UNKNOWN;
    out->inodes_total = stat->disk.inodes ? stat->disk.inodes
                                          : VZ_CT_STAT_UNKNOWN;

    out->cpu_ns = stat->use.cpu_ns;
    out->cpu_units = ct->units;
    out->cpu_percent = ct->percent;
    out->processes = stat->use.processes;
    out->uptime = stat->uptime;
}


void
vz_lxc_stat_detail(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_lxc_stat_t *stat, vz_ct_detail_t *detail)
{
    memset(detail, 0, sizeof(*detail));

    vz_lxc_stat_gateways(conf, ct, detail);

    detail->ndns = ct->ndns;
    memcpy(detail->dns, ct->dns, sizeof(detail->dns));

    detail->vmguar = ct->vmguar;
    detail->oomguar = ct->oomguar;
    detail->privvm = ct->privvm;
    detail->disk = ct->disk;

    vz_ct_limits_kept(ct, NULL, detail->kept);
    detail->created = ct->created;
    detail->rate_in = ct->rate_in;
    detail->rate_out = ct->rate_out;

    if (ct->old_until) {
        strcpy(detail->old, ct->old_template);
        detail->old_until = ct->old_until;
    }

    if (ct->rescue[0]) {
        detail->rescue_since = ct->rescue_since;
        detail->rescue_disk = stat->running ? vz_lxc_stat_own_disk(ct) : NULL;
    }

    detail->processes_limit = conf->pids_max;
    detail->restarts = vz_lxc_restart_tries(conf, ct->ctid);
    detail->lxcfs_gone = stat->running && vz_lxcfs_gone(conf, &stat->run);

    vz_lxc_stat_inside(stat, detail);
}


static const char *
vz_lxc_stat_own_disk(const vz_ct_t *ct)
{
    char            path[PATH_MAX];
    struct statvfs  fs;

    if (!vz_mount_there(ct, vz_mount_name(ct, 0))
        || vz_ct_store_path(ct, vz_mount_name(ct, 0), path) == -1
        || statvfs(path, &fs) == -1)
    {
        return "gone";
    }

    return fs.f_flag & ST_RDONLY ? "ro" : NULL;
}


/* a guest's own network manager may have taken addresses away */

static void
vz_lxc_stat_inside(const vz_lxc_stat_t *stat, vz_ct_detail_t *detail)
{
    int           n;
    vz_netlink_t  nl;

    n = 0;

    if (stat->running
        && vz_netlink_open(&nl, &stat->run.init, VZ_CT_LINK_INSIDE) == 0)
    {
        n = nl.index ? vz_netlink_addresses(&nl, detail->inside,
                                            VZ_CT_STAT_ADDRESSES) : 0;
        vz_netlink_close(&nl);
    }

    detail->looked = 1;
    detail->ninside = n > 0 ? (unsigned) n : 0;
}


/*
 * Tell a gateway for each family that the container has addresses of, or a
 * gateway of its own. The main gateway is its own one, or that of all routed
 * containers.
 */

static void
vz_lxc_stat_gateways(const vz_config_t *conf, const vz_ct_t *ct,
    vz_ct_detail_t *detail)
{
    unsigned     routed;
    const char  *four, *six, *main;

    routed = conf->bridge[0] == '\0';
    four = ct->gateway4;
    six = ct->gateway6;
    main = four[0] ? four : six[0] ? six : routed ? conf->gateway4 : "";

    if (*four == '\0' && routed && vz_lxc_stat_family(ct, AF_INET)) {
        four = conf->gateway4;
    }

    if (*six == '\0' && routed && vz_lxc_stat_family(ct, AF_INET6)) {
        six = conf->gateway6;
    }

    strcpy(detail->gateway, main);
    strcpy(detail->gateway4, four);
    strcpy(detail->gateway6, six);
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
