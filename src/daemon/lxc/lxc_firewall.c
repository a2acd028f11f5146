#include <errno.h>
#include <string.h>
#include "daemon/base/job.h"
#include "daemon/ct/ct_firewall.h"
#include "daemon/ct/ct_lock.h"
#include "daemon/lxc/lxc_change.h"
#include "daemon/lxc/lxc_firewall.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/net/nfnetlink.h"
#include "daemon/net/nft.h"
#include "daemon/net/nft_firewall.h"


typedef struct {
    vz_lxc_change_t   change;
    vz_lock_t         addresses;
} vz_lxc_firewall_t;


static vz_code_e vz_lxc_firewall_begin(vz_job_t *job, vz_lxc_firewall_t *fw);
static vz_code_e vz_lxc_firewall_bridged(vz_job_t *job);
static void vz_lxc_firewall_end(vz_lxc_firewall_t *fw);
static vz_code_e vz_lxc_firewall_apply(vz_job_t *job, vz_lxc_firewall_t *fw,
    int stored, const vz_rules_t *before);
static void vz_lxc_firewall_count(const vz_job_t *job,
    vz_firewall_stat_t *stat);
static unsigned vz_lxc_firewall_hits(const vz_rules_t *rules, unsigned out,
    const vz_nfnetlink_counter_t *list, vz_firewall_stat_t *stat);


vz_code_e
vz_lxc_firewall_set(vz_job_t *job, const vz_rules_t *rules, unsigned seconds)
{
    int                stored;
    vz_code_e          rc;
    vz_rules_t         before;
    vz_lxc_firewall_t  fw;

    if (job->conf->bridge[0]) {
        return vz_lxc_firewall_bridged(job);
    }

    rc = vz_lxc_firewall_begin(job, &fw);
    if (rc != VZ_OK) {
        return rc;
    }

    (void) vz_ct_firewall_read(&fw.change.ct, &before);

    stored = seconds
             ? vz_ct_firewall_try(&fw.change.ct, rules, seconds * 1000LL)
             : vz_ct_firewall_write(&fw.change.ct, rules);

    rc = vz_lxc_firewall_apply(job, &fw, stored, &before);
    vz_lxc_firewall_end(&fw);

    return rc;
}


vz_code_e
vz_lxc_firewall_keep(vz_job_t *job)
{
    vz_code_e          rc;
    vz_rules_t         before, tried;
    vz_lxc_firewall_t  fw;

    rc = vz_lxc_firewall_begin(job, &fw);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_ct_firewall_trial(&fw.change.ct, &tried) == 0) {
        rc = vz_job_end(job, VZ_STATE, "no rules are tried any more: those "
                        "from before hold");

    } else {
        (void) vz_ct_firewall_read(&fw.change.ct, &before);
        rc = vz_lxc_firewall_apply(job, &fw,
                                   vz_ct_firewall_keep(&fw.change.ct),
                                   &before);
    }

    vz_lxc_firewall_end(&fw);

    return rc;
}


static vz_code_e
vz_lxc_firewall_bridged(vz_job_t *job)
{
    return vz_job_end(job, VZ_UNSUPPORTED, "containers of a bridge have no "
                      "firewall of the node's");
}


/* If the kernel refuses the rules, the rules of before are stored again. */

static vz_code_e
vz_lxc_firewall_apply(vz_job_t *job, vz_lxc_firewall_t *fw, int stored,
    const vz_rules_t *before)
{
    char      words[VZ_WORDS_MAX], again[VZ_WORDS_MAX];
    vz_ct_t  *ct;

    ct = &fw->change.ct;

    if (stored == -1) {
        return vz_job_end(job, errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                          "the firewall of container %u: %s", ct->ctid,
                          strerror(errno));
    }

    if (!fw->change.live || vz_nft_start(job->conf, ct, words) == 0) {
        return VZ_OK;
    }

    (void) vz_ct_firewall_write(ct, before);
    (void) vz_nft_start(job->conf, ct, again);

    return vz_job_end(job, VZ_FAILED, "%s", words);
}


vz_code_e
vz_lxc_firewall_gate(vz_job_t *job, vz_gate_e gate, unsigned shut)
{
    char               words[VZ_WORDS_MAX];
    vz_ct_t           *ct;
    vz_code_e          rc;
    vz_lxc_firewall_t  fw;

    rc = vz_lxc_firewall_begin(job, &fw);
    if (rc != VZ_OK) {
        return rc;
    }

    ct = &fw.change.ct;
    *(gate == VZ_GATE_SMTP ? &ct->smtp_shut : &ct->all_shut) = shut;

    if (fw.change.live && vz_nft_start(job->conf, ct, words) == -1) {
        rc = vz_job_end(job, VZ_FAILED, "%s", words);

    } else {
        rc = vz_lxc_record_save(job, ct);
    }

    if (rc != VZ_OK && fw.change.live) {
        (void) vz_nft_start(job->conf, &fw.change.before, words);
    }

    vz_lxc_firewall_end(&fw);

    return rc;
}


static vz_code_e
vz_lxc_firewall_begin(vz_job_t *job, vz_lxc_firewall_t *fw)
{
    char       words[VZ_WORDS_MAX];
    vz_code_e  rc;

    rc = vz_lxc_change_begin(job, &fw->change);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_ct_lock_addresses(job->conf, job->name, VZ_CT_LOCK_WAIT,
                              &fw->addresses, words);

    if (rc != VZ_OK) {
        vz_lxc_change_end(&fw->change);
        return vz_job_end(job, rc, "%s", words);
    }

    vz_lxc_change_look(&fw->change);

    return VZ_OK;
}


static void
vz_lxc_firewall_end(vz_lxc_firewall_t *fw)
{
    vz_lock_drop(&fw->addresses);
    vz_lxc_change_end(&fw->change);
}


vz_code_e
vz_lxc_firewall_stat(vz_job_t *job, vz_firewall_stat_t *stat)
{
    vz_ct_t        ct;
    vz_code_e      rc;
    vz_ct_state_t  run;

    memset(stat, 0, sizeof(*stat));

    if (job->conf->bridge[0]) {
        return vz_lxc_firewall_bridged(job);
    }

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    stat->left = vz_ct_firewall_trial(&ct, &stat->rules);

    if (stat->left == 0) {
        (void) vz_ct_firewall_read(&ct, &stat->rules);
    }

    stat->shut[VZ_GATE_SMTP] = ct.smtp_shut != 0;
    stat->shut[VZ_GATE_ALL] = ct.all_shut != 0;

    if (vz_ct_state_alive(&ct, &run) && run.init.pid != 0) {
        vz_lxc_firewall_count(job, stat);
    }

    return VZ_OK;
}


/* A counter that cannot be read is 0. */

static void
vz_lxc_firewall_count(const vz_job_t *job, vz_firewall_stat_t *stat)
{
    int                     n;
    char                    chain[VZ_NFT_FIREWALL_NAME];
    unsigned                out;
    vz_nfnetlink_t          nfn;
    vz_nfnetlink_counter_t  list[2 * VZ_RULES_MAX + 1];

    if (vz_nfnetlink_open(&nfn, 0, job->conf->nft_table) == -1) {
        return;
    }

    for (out = 0; out < 2; out++) {
        vz_nft_firewall_chain(job->ctid, stat->left != 0, out, chain);
        memset(list, 0, sizeof(list));
        n = vz_nfnetlink_counters(&nfn, chain, list,
                                  sizeof(list) / sizeof(list[0]));

        /* the rules may have changed since they were read */

        if (n == (int) vz_lxc_firewall_hits(&stat->rules, out, list, NULL)) {
            (void) vz_lxc_firewall_hits(&stat->rules, out, list, stat);
        }
    }

    vz_nfnetlink_close(&nfn);
}


/*
 * Add the counters of a chain to their rules, unless stat is NULL; returns the
 * number of such rules.
 */

static unsigned
vz_lxc_firewall_hits(const vz_rules_t *rules, unsigned out,
    const vz_nfnetlink_counter_t *list, vz_firewall_stat_t *stat)
{
    unsigned    i, j, n;
    vz_hits_t  *hits;

    n = 0;

    for (i = 0; i <= rules->n; i++) {
        if (i < rules->n && rules->rules[i].out != out) {
            continue;
        }

        j = i < rules->n ? vz_nft_firewall_rules(&rules->rules[i]) : 1;

        for ( /* void */ ; j > 0; j--, n++) {
            if (stat != NULL) {
                hits = i < rules->n ? &stat->hits[i] : &stat->rest[out];
                hits->packets += list[n].packets;
                hits->bytes += list[n].bytes;
            }
        }
    }

    return n;
}
