/*
 * The first line is "in=POLICY out=POLICY", that of a trial goes on with
 * " until=MS boot=ID": milliseconds of CLOCK_BOOTTIME, which runs on while the
 * node sleeps, since the start of the node that ID names. A line per rule
 * follows.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>
#include "daemon/base/strbuf.h"
#include "daemon/ct/ct_firewall.h"
#include "daemon/ct/ct_state.h"


#define VZ_CT_FIREWALL_FILE   "firewall"
#define VZ_CT_FIREWALL_TRIAL  "firewall.trial"
#define VZ_CT_FIREWALL_MAX    (VZ_RULES_MAX * VZ_RULE_LINE + 128)
#define VZ_CT_FIREWALL_BOOT   40


typedef struct {
    int64_t     until;
    char        boot[VZ_CT_FIREWALL_BOOT];
} vz_ct_firewall_end_t;


static int vz_ct_firewall_load(const vz_ct_t *ct, const char *file,
    vz_rules_t *rules, vz_ct_firewall_end_t *end);
static int vz_ct_firewall_parse(char *text, vz_rules_t *rules,
    vz_ct_firewall_end_t *end);
static int vz_ct_firewall_policy(const char *word, unsigned *drop);
static int vz_ct_firewall_save(const vz_ct_t *ct, const char *file,
    const vz_rules_t *rules, const vz_ct_firewall_end_t *end);
static int64_t vz_ct_firewall_now(void);


int
vz_ct_firewall_read(const vz_ct_t *ct, vz_rules_t *rules)
{
    vz_ct_firewall_end_t  end;

    if (vz_ct_firewall_load(ct, VZ_CT_FIREWALL_FILE, rules, &end) == 0) {
        return 0;
    }

    memset(rules, 0, sizeof(*rules));

    if (errno == ENOENT) {
        return 0;
    }

    rules->drop[0] = 1;
    rules->drop[1] = 1;

    return -1;
}


int64_t
vz_ct_firewall_trial(const vz_ct_t *ct, vz_rules_t *rules)
{
    int64_t               left;
    vz_ct_firewall_end_t  end;

    if (vz_ct_firewall_load(ct, VZ_CT_FIREWALL_TRIAL, rules, &end) == -1
        || strcmp(end.boot, vz_ct_state_boot()) != 0)
    {
        return 0;
    }

    left = end.until - vz_ct_firewall_now();

    return left > 0 ? left : 0;
}


int
vz_ct_firewall_write(const vz_ct_t *ct, const vz_rules_t *rules)
{
    return vz_ct_firewall_save(ct, VZ_CT_FIREWALL_FILE, rules, NULL) == -1
           ? -1 : vz_ct_firewall_forget(ct);
}


int
vz_ct_firewall_try(const vz_ct_t *ct, const vz_rules_t *rules, int64_t ms)
{
    vz_ct_firewall_end_t  end;

    end.until = vz_ct_firewall_now() + ms;
    (void) snprintf(end.boot, sizeof(end.boot), "%.39s", vz_ct_state_boot());

    return vz_ct_firewall_save(ct, VZ_CT_FIREWALL_TRIAL, rules, &end);
}


/* The line of the trial is kept: it names no policy. */

int
vz_ct_firewall_keep(const vz_ct_t *ct)
{
    char  from[PATH_MAX], to[PATH_MAX];

    if (vz_ct_store_path(ct, VZ_CT_FIREWALL_TRIAL, from) == -1
        || vz_ct_store_path(ct, VZ_CT_FIREWALL_FILE, to) == -1)
    {
        errno = ENAMETOOLONG;
        return -1;
    }

    return rename(from, to);
}


int
vz_ct_firewall_forget(const vz_ct_t *ct)
{
    return vz_ct_store_forget(ct, VZ_CT_FIREWALL_TRIAL);
}


int
vz_ct_firewall_open(const vz_rules_t *rules)
{
    return rules->n == 0 && !rules->drop[0] && !rules->drop[1];
}


static int
vz_ct_firewall_load(const vz_ct_t *ct, const char *file, vz_rules_t *rules,
    vz_ct_firewall_end_t *end)
{
    char  text[VZ_CT_FIREWALL_MAX];

    memset(rules, 0, sizeof(*rules));
    memset(end, 0, sizeof(*end));

    if (vz_ct_store_text(ct, file, text, sizeof(text)) == -1) {
        return -1;
    }

    if (vz_ct_firewall_parse(text, rules, end) == 0) {
        return 0;
    }

    errno = EINVAL;

    return -1;
}


static int
vz_ct_firewall_parse(char *text, vz_rules_t *rules, vz_ct_firewall_end_t *end)
{
    char            *line, *save, in[8], out[8];
    vz_rule_word_e   wrong;

    line = strtok_r(text, "\n", &save);

    if (line == NULL
        || sscanf(line, "in=%7s out=%7s until=%" SCNd64 " boot=%39s", in, out,
                  &end->until, end->boot)
           < 2
        || vz_ct_firewall_policy(in, &rules->drop[0]) == -1
        || vz_ct_firewall_policy(out, &rules->drop[1]) == -1)
    {
        return -1;
    }

    while ((line = strtok_r(NULL, "\n", &save)) != NULL) {
        if (rules->n == VZ_RULES_MAX
            || vz_rule_parse(line, &rules->rules[rules->n++], &wrong)
               != VZ_OK)
        {
            return -1;
        }
    }

    return 0;
}


static int
vz_ct_firewall_policy(const char *word, unsigned *drop)
{
    *drop = strcmp(word, "drop") == 0;

    return *drop || strcmp(word, "accept") == 0 ? 0 : -1;
}


static int
vz_ct_firewall_save(const vz_ct_t *ct, const char *file,
    const vz_rules_t *rules, const vz_ct_firewall_end_t *end)
{
    char         buf[VZ_CT_FIREWALL_MAX], line[VZ_RULE_LINE];
    unsigned     i;
    vz_strbuf_t  text;

    vz_strbuf_init(&text, buf, sizeof(buf));
    vz_strbuf_put(&text, "in=%s out=%s", rules->drop[0] ? "drop" : "accept",
                  rules->drop[1] ? "drop" : "accept");

    if (end != NULL) {
        vz_strbuf_put(&text, " until=%" PRId64 " boot=%s", end->until,
                      end->boot);
    }

    vz_strbuf_put(&text, "\n");

    for (i = 0; i < rules->n; i++) {
        vz_rule_print(&rules->rules[i], line);
        vz_strbuf_put(&text, "%s\n", line);
    }

    if (text.full) {
        errno = E2BIG;
        return -1;
    }

    return vz_ct_store_file(ct, file, text.buf, text.len);
}


static int64_t
vz_ct_firewall_now(void)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_BOOTTIME, &now);

    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
