#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <lxc/version.h>
#include <sys/statvfs.h>
#include "daemon/base/job.h"
#include "daemon/lxc/lxc_read.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/lxc/lxc_reinstall.h"
#include "daemon/lxc/lxc_stat.h"
#include "daemon/net/link_count.h"
#include "daemon/net/nft_guard.h"


typedef struct {
    const vz_config_t  *conf;
    vz_each_pt          each;
    void               *data;
    vz_nft_count_t      count;
    vz_link_count_t     links;
} vz_lxc_read_each_t;

typedef struct {
    unsigned    containers;
    unsigned    running;
    uint64_t    units;
} vz_lxc_read_count_t;


static int vz_lxc_read_each_one(const vz_ct_t *ct, void *data);
static vz_code_e vz_lxc_read_count(vz_job_t *job, vz_lxc_read_count_t *count);
static int vz_lxc_read_count_one(const vz_ct_t *ct, void *data);


vz_code_e
vz_lxc_read_stat(vz_job_t *job, vz_ct_stat_t *stat, vz_ct_detail_t *detail)
{
    vz_ct_t        ct;
    vz_code_e      rc;
    vz_lxc_stat_t  own;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_lxc_stat(&ct, &own);
    vz_lxc_stat_fill(&ct, &own, stat);

    if (own.running) {
        vz_link_count_one(job->conf, ct.ctid, &stat->rx_bytes,
                          &stat->tx_bytes);
    }

    if (detail != NULL) {
        vz_lxc_stat_detail(job->conf, &ct, &own, detail);
    }

    return VZ_OK;
}


vz_code_e
vz_lxc_read_each(vz_job_t *job, vz_each_pt each, void *data)
{
    int                 rc;
    vz_lxc_read_each_t  walk;

    memset(&walk, 0, sizeof(walk));
    walk.conf = job->conf;
    walk.each = each;
    walk.data = data;

    vz_link_count_load(job->conf, &walk.links);
    rc = vz_ct_store_each(job->conf, 0, vz_lxc_read_each_one, &walk);
    vz_link_count_free(&walk.links);

    if (rc == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s", strerror(errno));
    }

    /* the rules of nftables must be whole while containers run */

    vz_nft_guard_keep(job->conf, &walk.count);

    return VZ_OK;
}


static int
vz_lxc_read_each_one(const vz_ct_t *ct, void *data)
{
    vz_ct_stat_t         stat;
    vz_lxc_stat_t        own;
    vz_lxc_read_each_t  *walk;

    walk = data;

    if (ct->trial) {
        return 0;
    }

    vz_lxc_stat(ct, &own);
    vz_lxc_stat_fill(ct, &own, &stat);

    if (own.running) {
        vz_link_count_find(&walk->links, ct->ctid, &stat.rx_bytes,
                           &stat.tx_bytes);
    }

    walk->each(&stat, walk->data);

    vz_lxc_reinstall_expire(walk->conf, ct);

    if (own.running) {
        vz_nft_guard_count(&walk->count, ct);
    }

    return 0;
}


vz_code_e
vz_lxc_read_node(vz_job_t *job, vz_node_stat_t *node)
{
    vz_code_e             rc;
    struct statvfs        fs;
    vz_lxc_read_count_t   count;

    if (statvfs(job->conf->lxc_path, &fs) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s", strerror(errno));
    }

    rc = vz_lxc_read_count(job, &count);
    if (rc != VZ_OK) {
        return rc;
    }

    memset(node, 0, sizeof(*node));

    snprintf(node->version, sizeof(node->version), "%s", LXC_VERSION);
    node->cgroup = vz_cgroup_version();
    node->disk_total = (uint64_t) fs.f_blocks * fs.f_frsize;
    node->disk_free = (uint64_t) fs.f_bavail * fs.f_frsize;
    node->containers = count.containers;
    node->running = count.running;
    node->disk_min = VZ_DISK_MIN;
    node->kept = node->cgroup == 1
                 ? "privvmpages.barrier,oomguarpages,diskspace.soft"
                 : "diskspace.soft";

    return VZ_OK;
}


vz_code_e
vz_lxc_read_node_units(vz_job_t *job, uint64_t *units)
{
    vz_code_e            rc;
    vz_lxc_read_count_t  count;

    rc = vz_lxc_read_count(job, &count);
    *units = count.units;

    return rc;
}


static vz_code_e
vz_lxc_read_count(vz_job_t *job, vz_lxc_read_count_t *count)
{
    memset(count, 0, sizeof(*count));

    if (vz_ct_store_each(job->conf, 0, vz_lxc_read_count_one, count) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s", strerror(errno));
    }

    return VZ_OK;
}


static int
vz_lxc_read_count_one(const vz_ct_t *ct, void *data)
{
    vz_ct_state_t         run;
    vz_lxc_read_count_t  *count;

    count = data;

    if (ct->trial) {
        return 0;
    }

    count->containers++;

    if (vz_ct_state_alive(ct, &run)) {
        count->running++;
        count->units += ct->units;
    }

    return 0;
}
