#include <math.h>
#include "daemon/base/ct_stat.h"
#include "daemon/history/series.h"


const vz_series_t  vz_series[VZ_SERIES_COUNT] = {
    [VZ_SERIES_CPU] = { "cpu", VZ_SERIES_PERCENT, 0 },
    [VZ_SERIES_CPU_WAIT] = { "cpu_wait", VZ_SERIES_PERCENT, 0 },
    [VZ_SERIES_MEMORY] = { "memory", VZ_SERIES_LEVEL, 0 },
    [VZ_SERIES_SWAP] = { "swap", VZ_SERIES_LEVEL, 0 },
    [VZ_SERIES_DISK] = { "disk", VZ_SERIES_LEVEL, 0 },
    [VZ_SERIES_DISK_READ] = { "disk_read", VZ_SERIES_RATE, 1 },
    [VZ_SERIES_DISK_WRITE] = { "disk_write", VZ_SERIES_RATE, 1 },
    [VZ_SERIES_RX] = { "rx", VZ_SERIES_RATE, 0 },
    [VZ_SERIES_TX] = { "tx", VZ_SERIES_RATE, 0 },
    [VZ_SERIES_PROCESSES] = { "processes", VZ_SERIES_LEVEL, 0 },
    [VZ_SERIES_CPU_PRESSURE] = { "cpu_pressure", VZ_SERIES_PERCENT, 0 },
    [VZ_SERIES_MEMORY_PRESSURE] =
        { "memory_pressure", VZ_SERIES_PERCENT, 0 },
    [VZ_SERIES_IO_PRESSURE] = { "io_pressure", VZ_SERIES_PERCENT, 0 },
    [VZ_SERIES_KILLS] = { "kills", VZ_SERIES_EVENTS, 0 },
    [VZ_SERIES_REFUSED] = { "refused", VZ_SERIES_EVENTS, 0 }
};


float
vz_series_value(unsigned series, uint64_t before, uint64_t now, uint64_t ns,
    unsigned same)
{
    uint64_t            delta;
    const vz_series_t  *def;

    def = &vz_series[series];

    if (now >= VZ_CT_STAT_UNKNOWN) {
        return NAN;
    }

    if (def->kind == VZ_SERIES_LEVEL) {
        return (float) now;
    }

    if (same && before < VZ_CT_STAT_UNKNOWN && now >= before) {
        delta = now - before;

    } else if (def->device || (same && before >= VZ_CT_STAT_UNKNOWN)) {
        return NAN;

    } else if (same && def->kind == VZ_SERIES_EVENTS) {

        /* events are not forgotten within an epoch: who counts them was */
        delta = 0;

    } else {
        delta = now;
    }

    if (def->kind == VZ_SERIES_EVENTS) {
        return (float) delta;
    }

    if (ns == 0) {
        return NAN;
    }

    return def->kind == VZ_SERIES_PERCENT
           ? (float) ((double) delta * 100 / (double) ns)
           : (float) ((double) delta * 1e9 / (double) ns);
}
