#include <math.h>
#include <stdio.h>
#include <string.h>
#include "daemon/base/ct_stat.h"
#include "daemon/history/reason.h"


#define VZ_REASON_RECENT  60        /* seconds that "now" is */
#define VZ_REASON_DAY     86400     /* that a mark counts */

/* per cent of the disk that are taken */
#define VZ_REASON_DISK_NEARLY  90
#define VZ_REASON_DISK_FULL    98


/* Limits, by their place in vz_reason_limits_t. */
typedef enum {
    VZ_REASON_OF_NOTHING = 0,
    VZ_REASON_OF_CPU,
    VZ_REASON_OF_MEMORY,
    VZ_REASON_OF_PROCESSES,
    VZ_REASON_OF_COUNT
} vz_reason_of_e;

/*
 * A reason holds where the mean of the last minute reaches mean, or the newest
 * slot reaches newest; of a limit both are per cent of it. One that names
 * another (but) gives way to it.
 */
typedef struct {
    const char      *code;
    vz_series_e      series;
    vz_reason_of_e   of;
    double           mean;
    double           newest;
    const char      *but;
} vz_reason_rule_t;

static const vz_reason_rule_t  vz_reason_rules[] = {
    { "cpu_share", VZ_SERIES_CPU_WAIT, VZ_REASON_OF_NOTHING, 5, 20, NULL },
    { "memory_nearly", VZ_SERIES_MEMORY, VZ_REASON_OF_MEMORY, 95, 95, NULL },
    { "processes", VZ_SERIES_PROCESSES, VZ_REASON_OF_PROCESSES, 95, 95, NULL },
    { "memory_waits", VZ_SERIES_MEMORY_PRESSURE, VZ_REASON_OF_NOTHING, 10, 30,
      NULL },
    { "disk_waits", VZ_SERIES_IO_PRESSURE, VZ_REASON_OF_NOTHING, 30, 60,
      NULL },
    { "cpu_waits", VZ_SERIES_CPU_PRESSURE, VZ_REASON_OF_NOTHING, 40, 70,
      "cpu_share" }
};

#define VZ_REASON_RULES  (sizeof(vz_reason_rules) / sizeof(vz_reason_rules[0]))


static unsigned vz_reason_marks(const vz_ring_state_t *state, uint32_t now,
    double memory, vz_reason_t *reasons);
static unsigned vz_reason_rule(const vz_reason_rule_t *rule,
    const vz_ring_slot_t *slots, uint32_t now, double limit,
    vz_reason_t *reason);
static unsigned vz_reason_disk(const vz_reason_limits_t *limits,
    uint32_t now, vz_reason_t *reason);
static int vz_reason_told(const vz_reason_t *reasons, unsigned n,
    const char *code);
static double vz_reason_mean(const vz_ring_slot_t *slots, unsigned series,
    uint32_t since);


unsigned
vz_reason_find(const vz_ring_slot_t slots[VZ_REASON_SLOTS],
    const vz_ring_state_t *state, const vz_reason_limits_t *limits,
    uint32_t now, vz_reason_t reasons[VZ_REASON_MOST])
{
    double                    limit[VZ_REASON_OF_COUNT];
    unsigned                  i, n;
    const vz_reason_rule_t   *rule;

    const uint64_t  values[VZ_REASON_OF_COUNT] = {
        0, limits->cpu, limits->memory, limits->processes
    };

    for (i = 0; i < VZ_REASON_OF_COUNT; i++) {
        limit[i] = values[i] == 0 || values[i] >= VZ_CT_STAT_UNKNOWN
                   ? NAN : (double) values[i];
    }

    n = vz_reason_marks(state, now, limit[VZ_REASON_OF_MEMORY], reasons);
    n += vz_reason_disk(limits, now, &reasons[n]);

    for (i = 0; i < VZ_REASON_RULES && n < VZ_REASON_MOST; i++) {
        rule = &vz_reason_rules[i];

        if ((rule->but == NULL || !vz_reason_told(reasons, n, rule->but))
            && vz_reason_rule(rule, slots, now, limit[rule->of], &reasons[n]))
        {
            if (rule->series == VZ_SERIES_CPU_WAIT) {
                reasons[n].limit = limit[VZ_REASON_OF_CPU];
            }

            n++;
        }
    }

    return n;
}


static unsigned
vz_reason_disk(const vz_reason_limits_t *limits, uint32_t now,
    vz_reason_t *reason)
{
    double  taken, total;

    if (limits->disk == 0 || limits->disk >= VZ_CT_STAT_UNKNOWN
        || limits->disk_free > limits->disk)
    {
        return 0;
    }

    total = (double) limits->disk;
    taken = total - (double) limits->disk_free;

    if (taken < total * VZ_REASON_DISK_NEARLY / 100) {
        return 0;
    }

    memset(reason, 0, sizeof(*reason));
    reason->code = taken < total * VZ_REASON_DISK_FULL / 100 ? "disk_nearly"
                                                             : "disk_full";
    reason->at = now;
    reason->value = taken;
    reason->hour = NAN;
    reason->limit = total;

    return 1;
}


static int
vz_reason_told(const vz_reason_t *reasons, unsigned n, const char *code)
{
    while (n--) {
        if (strcmp(reasons[n].code, code) == 0) {
            return 1;
        }
    }

    return 0;
}


/* Kills and refusals of the last day, one reason for each name. */

static unsigned
vz_reason_marks(const vz_ring_state_t *state, uint32_t now, double memory,
    vz_reason_t *reasons)
{
    unsigned               i, k, n;
    const char            *code;
    const vz_ring_mark_t  *mark;

    n = 0;

    for (i = 0; i < VZ_RING_MARKS; i++) {

        /* the newest first */

        mark = &state->mark[(state->marks + VZ_RING_MARKS - 1 - i)
                            % VZ_RING_MARKS];

        if (mark->kind == 0 || mark->at > now
            || now - mark->at > VZ_REASON_DAY)
        {
            continue;
        }

        code = mark->kind == VZ_RING_KILLED ? "killed" : "refused";

        for (k = 0; k < n; k++) {
            if (strcmp(reasons[k].code, code) == 0
                && strncmp(reasons[k].name, mark->name, VZ_CT_RAW_NAME) == 0)
            {
                break;
            }
        }

        if (k == VZ_REASON_MOST / 2) {
            continue;
        }

        if (k == n) {
            n++;
            memset(&reasons[k], 0, sizeof(reasons[k]));
            reasons[k].code = code;
            reasons[k].hour = NAN;
            reasons[k].limit = mark->kind == VZ_RING_KILLED ? memory : NAN;
            (void) snprintf(reasons[k].name, VZ_CT_RAW_NAME, "%.*s",
                            VZ_CT_RAW_NAME - 1, mark->name);
        }

        reasons[k].at = mark->at > reasons[k].at ? mark->at : reasons[k].at;
        reasons[k].value += mark->count;
    }

    return n;
}


static unsigned
vz_reason_rule(const vz_reason_rule_t *rule, const vz_ring_slot_t *slots,
    uint32_t now, double limit, vz_reason_t *reason)
{
    double                 unit, mean, value;
    unsigned               i;
    const vz_ring_slot_t  *newest;

    newest = NULL;

    for (i = VZ_REASON_SLOTS; newest == NULL && i > 0; i--) {
        if (slots[i - 1].n && !isnan(slots[i - 1].mean[rule->series])
            && now - slots[i - 1].at <= VZ_REASON_RECENT)
        {
            newest = &slots[i - 1];
        }
    }

    if (newest == NULL || (rule->of && isnan(limit))) {
        return 0;
    }

    unit = rule->of ? limit / 100 : 1;
    mean = vz_reason_mean(slots, rule->series, now - VZ_REASON_RECENT);
    value = newest->mean[rule->series];

    if (mean < rule->mean * unit && value < rule->newest * unit) {
        return 0;
    }

    memset(reason, 0, sizeof(*reason));
    reason->code = rule->code;
    reason->at = newest->at + vz_ring_defs[0].step;
    reason->value = rule->of || value > mean ? value : mean;
    reason->hour = vz_reason_mean(slots, rule->series, 0);
    reason->limit = rule->of ? limit : NAN;

    return 1;
}


static double
vz_reason_mean(const vz_ring_slot_t *slots, unsigned series, uint32_t since)
{
    double    sum;
    unsigned  i, n;

    n = 0;
    sum = 0;

    for (i = 0; i < VZ_REASON_SLOTS; i++) {
        if (slots[i].n && slots[i].at >= since
            && !isnan(slots[i].mean[series]))
        {
            sum += slots[i].mean[series];
            n++;
        }
    }

    return n ? sum / n : NAN;
}
