/*
 * When a figure of a container becomes an alert, and when it ends.
 */

#include <string.h>
#include "panel/vm/vm_alert_rule.h"


#define VZ_VM_ALERT_MEAN  60000     /* ms that a rate is a mean of, at least */
#define VZ_VM_ALERT_GAP   180000    /* ms between looks that belong together */
#define VZ_VM_ALERT_LOW   9         /* tenths of its limit, below which it
                                       ends */


static void vz_vm_alert_rule_rates(vz_vm_alert_watch_t *watch,
    const vz_vm_alert_seen_t *seen);
static int64_t vz_vm_alert_rule_part(uint64_t used, uint64_t limit);


const vz_vm_alert_kind_t  vz_vm_alert_rule_kinds[VZ_VM_ALERT_KINDS] = {
    [VZ_VM_ALERT_CPU] =
        { "cpu", "percent", 1, 90, 30 },
    [VZ_VM_ALERT_MEMORY] =
        { "memory", "percent", 1, 90, 10 },
    [VZ_VM_ALERT_DISK] =
        { "disk", "percent", 1, 90, 10 },
    [VZ_VM_ALERT_NETWORK] =
        { "network", "mbit", 0, 100, 10 },
    [VZ_VM_ALERT_DOWN] =
        { "down", NULL, 1, 1, 2 }
};


void
vz_vm_alert_rule_see(vz_vm_alert_watch_t *watch,
    const vz_vm_alert_seen_t *seen)
{
    unsigned  i;

    if (watch->at == 0 || seen->at - watch->at > VZ_VM_ALERT_GAP) {
        memset(watch, 0, sizeof(*watch));
        watch->value[VZ_VM_ALERT_CPU] = VZ_VM_ALERT_UNKNOWN;
        watch->value[VZ_VM_ALERT_NETWORK] = VZ_VM_ALERT_UNKNOWN;
    }

    watch->at = seen->at;

    if (!seen->known) {
        for (i = 0; i < VZ_VM_ALERT_KINDS; i++) {
            watch->value[i] = VZ_VM_ALERT_UNKNOWN;
        }

        watch->base = 0;
        return;
    }

    vz_vm_alert_rule_rates(watch, seen);

    watch->value[VZ_VM_ALERT_MEMORY] = !seen->running ? 0
        : vz_vm_alert_rule_part(seen->memory_used, seen->memory_limit);
    watch->value[VZ_VM_ALERT_DISK] =
        vz_vm_alert_rule_part(seen->disk_used, seen->disk_total);
    watch->value[VZ_VM_ALERT_DOWN] = seen->wanted && !seen->running ? 10 : 0;
}


static void
vz_vm_alert_rule_rates(vz_vm_alert_watch_t *watch,
    const vz_vm_alert_seen_t *seen)
{
    double   ms;
    int64_t  *value;

    value = watch->value;

    if (!seen->running) {
        value[VZ_VM_ALERT_CPU] = 0;
        value[VZ_VM_ALERT_NETWORK] = 0;
        watch->base = 0;
        return;
    }

    /* it was started again, or this is the first look */

    if (watch->base == 0 || seen->cpu_ns < watch->cpu_ns
        || seen->net_bytes < watch->net_bytes)
    {
        value[VZ_VM_ALERT_CPU] = VZ_VM_ALERT_UNKNOWN;
        value[VZ_VM_ALERT_NETWORK] = VZ_VM_ALERT_UNKNOWN;

    } else if (seen->at - watch->base < VZ_VM_ALERT_MEAN) {
        return;

    } else {
        ms = (double) (seen->at - watch->base);

        /* ns of ms, in tenths of a per cent of its limit; bits of ms */

        value[VZ_VM_ALERT_CPU] = seen->cpu_percent == 0 ? VZ_VM_ALERT_UNKNOWN
            : (int64_t) ((double) (seen->cpu_ns - watch->cpu_ns) / ms / 10
                         / (double) seen->cpu_percent);
        value[VZ_VM_ALERT_NETWORK] =
            (int64_t) ((double) (seen->net_bytes - watch->net_bytes) * 8
                       / ms / 100);
    }

    watch->base = seen->at;
    watch->cpu_ns = seen->cpu_ns;
    watch->net_bytes = seen->net_bytes;
}


static int64_t
vz_vm_alert_rule_part(uint64_t used, uint64_t limit)
{
    if (limit == 0 || limit == UINT64_MAX) {
        return VZ_VM_ALERT_UNKNOWN;
    }

    return (int64_t) ((double) used * 1000 / (double) limit);
}


vz_vm_alert_turn_e
vz_vm_alert_rule_turn(vz_vm_alert_watch_t *watch, vz_vm_alert_e kind,
    const vz_vm_alert_set_t *set, unsigned raised)
{
    int64_t  value;

    value = watch->value[kind];

    if (!set->enabled) {
        watch->above[kind] = 0;
        return raised ? VZ_VM_ALERT_ENDS : VZ_VM_ALERT_STAYS;
    }

    if (value == VZ_VM_ALERT_UNKNOWN) {
        return VZ_VM_ALERT_STAYS;
    }

    if (value < (int64_t) set->limit * 10) {
        watch->above[kind] = 0;

        return raised && value < (int64_t) set->limit * VZ_VM_ALERT_LOW
               ? VZ_VM_ALERT_ENDS : VZ_VM_ALERT_STAYS;
    }

    if (watch->above[kind] == 0) {
        watch->above[kind] = watch->at;
    }

    return !raised && watch->at - watch->above[kind]
                      >= (uint64_t) set->minutes * 60000
           ? VZ_VM_ALERT_BEGINS : VZ_VM_ALERT_STAYS;
}
