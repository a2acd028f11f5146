#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/base/job.h"
#include "daemon/server/verb_firewall.h"


static vz_code_e vz_verb_firewall_read(vz_job_t *job, vz_rules_t *rules);
static void vz_verb_firewall_rule(vz_job_t *job, const vz_rule_t *rule,
    const vz_hits_t *hits);


vz_code_e
vz_verb_firewall_set(vz_job_t *job)
{
    vz_code_e   code;
    vz_rules_t  rules;

    code = vz_verb_firewall_read(job, &rules);

    return code == VZ_OK
           ? job->driver->set_firewall(job, &rules, job->req->argc > 3
                                       ? (unsigned) atoi(job->req->argv[3])
                                       : 0)
           : code;
}


static vz_code_e
vz_verb_firewall_read(vz_job_t *job, vz_rules_t *rules)
{
    unsigned        i;
    vz_rule_word_e  wrong;

    memset(rules, 0, sizeof(*rules));

    for (i = 0; i < 2; i++) {
        rules->drop[i] = strcmp(job->req->argv[1 + i], "drop") == 0;
    }

    for (i = 0; job->body != NULL && i < job->body->nlines; i++) {
        if (vz_rule_parse(job->body->line[i], &rules->rules[i], &wrong)
            != VZ_OK)
        {
            return vz_job_end(job, VZ_RANGE, "body: line %u: %s: %s", i + 1,
                              vz_rule_name(wrong), vz_rule_hint(wrong));
        }
    }

    rules->n = i;

    return VZ_OK;
}


vz_code_e
vz_verb_firewall_keep(vz_job_t *job)
{
    return job->driver->keep_firewall(job);
}


vz_code_e
vz_verb_firewall_gate(vz_job_t *job)
{
    return job->driver->set_gate(job, strcmp(job->req->argv[1], "smtp") == 0
                                      ? VZ_GATE_SMTP : VZ_GATE_ALL,
                                 strcmp(job->req->argv[2], "shut") == 0);
}


vz_code_e
vz_verb_firewall_show(vz_job_t *job)
{
    unsigned            i;
    vz_code_e           code;
    vz_firewall_stat_t  stat;

    code = job->driver->firewall(job, &stat);
    if (code != VZ_OK) {
        return code;
    }

    vz_job_data(job, "in=%s out=%s left=%" PRId64 " smtp=%s all=%s"
                " in_packets=%" PRIu64 " in_bytes=%" PRIu64
                " out_packets=%" PRIu64 " out_bytes=%" PRIu64,
                stat.rules.drop[0] ? "drop" : "accept",
                stat.rules.drop[1] ? "drop" : "accept", stat.left,
                stat.shut[VZ_GATE_SMTP] ? "shut" : "open",
                stat.shut[VZ_GATE_ALL] ? "shut" : "open",
                stat.rest[0].packets, stat.rest[0].bytes,
                stat.rest[1].packets, stat.rest[1].bytes);

    for (i = 0; i < stat.rules.n; i++) {
        vz_verb_firewall_rule(job, &stat.rules.rules[i], &stat.hits[i]);
    }

    return VZ_OK;
}


static void
vz_verb_firewall_rule(vz_job_t *job, const vz_rule_t *rule,
    const vz_hits_t *hits)
{
    char            words[VZ_RULE_WORDS][VZ_RULE_ADDRESS];
    vz_rule_word_e  i;

    for (i = VZ_RULE_WAY; i < VZ_RULE_WORDS; i++) {
        (void) vz_rule_word(rule, i, words[i]);
    }

    vz_job_data(job, "direction=%s action=%s protocol=%s ports=%s address=%s"
                " packets=%" PRIu64 " bytes=%" PRIu64, words[VZ_RULE_WAY],
                words[VZ_RULE_ACTION], words[VZ_RULE_PROTOCOL],
                words[VZ_RULE_PORTS], words[VZ_RULE_PEER], hits->packets,
                hits->bytes);
}
