#include <math.h>
#include <string.h>
#include "daemon/base/ct_stat.h"
#include "daemon/history/reading.h"
#include "daemon/history/series.h"


#define VZ_READING_FRESH  60000     /* ms: a rate over more than that is that
                                       of no slot */
#define VZ_READING_OFF    5000      /* ms that two clocks may differ by */
#define VZ_READING_SAME   600       /* seconds, in which marks of one kind and
                                       name are one */

#define VZ_READING_MSEC   1000000   /* ns */


static unsigned vz_reading_sample(vz_ring_t *ring, const vz_ct_raw_t *raw,
    const vz_reading_when_t *when, vz_ring_sample_t *sample);
static int vz_reading_put(vz_ring_t *ring, const vz_ring_sample_t *sample,
    unsigned missed);
static void vz_reading_mark(vz_ring_t *ring, uint32_t at,
    vz_ring_mark_e kind, float count, const char *name);


int
vz_reading_add(vz_ring_t *ring, const vz_ct_raw_t *raw,
    const vz_reading_when_t *when)
{
    unsigned          missed;
    vz_ring_sample_t  sample;

    missed = vz_reading_sample(ring, raw, when, &sample);

    return vz_reading_put(ring, &sample, missed);
}


/*
 * Returns how many slots before its own the sample stands for, too, because
 * nothing was read while the node was busy.
 */

static unsigned
vz_reading_sample(vz_ring_t *ring, const vz_ct_raw_t *raw,
    const vz_reading_when_t *when, vz_ring_sample_t *sample)
{
    float             *value;
    int64_t            off;
    uint64_t           age;
    unsigned           i, same, first, born, missed;
    vz_ring_state_t   *state;

    state = &ring->state;
    born = state->read == 0 && raw->begun && when->up > raw->begun
           && when->up - raw->begun <= VZ_READING_FRESH;
    first = state->read == 0 && !born;
    same = first || (!born && state->boot == when->boot
                     && state->epoch == raw->epoch);
    age = state->boot == when->boot && when->up > state->read
          ? when->up - state->read : 0;
    age = born ? when->up - raw->begun : age;
    age = first || age > VZ_READING_FRESH ? 0 : age;

    /* it is of the time before the reading */

    sample->at = (uint32_t) ((when->now - VZ_READING_STEP * 500) / 1000);
    sample->at -= sample->at % VZ_READING_STEP;
    sample->up = raw->up;
    value = sample->value;

    /* of one that was just started all that was counted is new */

    for (i = 0; i < VZ_SERIES_COUNT; i++) {
        value[i] = vz_series_value(i, first ? VZ_CT_STAT_UNKNOWN
                                            : state->raw[i],
                                   raw->value[i], age * VZ_READING_MSEC,
                                   same);
    }

    vz_reading_mark(ring, (uint32_t) (when->now / 1000), VZ_RING_KILLED,
                    value[VZ_SERIES_KILLS], raw->killed);
    vz_reading_mark(ring, (uint32_t) (when->now / 1000), VZ_RING_REFUSED,
                    value[VZ_SERIES_REFUSED], raw->refused);

    missed = 0;

    if (age && !born && sample->at > state->last) {
        off = (int64_t) (sample->at - state->last) * 1000 - (int64_t) age;

        if (off >= -VZ_READING_OFF && off <= VZ_READING_OFF) {
            missed = (sample->at - state->last) / VZ_READING_STEP - 1;
        }
    }

    state->boot = when->boot;
    state->epoch = raw->epoch;
    state->read = when->up;
    memcpy(state->raw, raw->value, sizeof(state->raw));

    return missed;
}


static int
vz_reading_put(vz_ring_t *ring, const vz_ring_sample_t *sample,
    unsigned missed)
{
    unsigned          i;
    vz_ring_sample_t  before;

    before = *sample;

    for (i = 0; i < VZ_SERIES_COUNT; i++) {
        if (vz_series[i].kind == VZ_SERIES_EVENTS) {
            before.value[i] = 0;
        }
    }

    for ( /* void */ ; missed; missed--) {
        before.at = sample->at - missed * VZ_READING_STEP;

        if (vz_ring_add(ring, &before) == -1) {
            return -1;
        }
    }

    return vz_ring_add(ring, sample);
}


/* What happens again soon is told by the mark that is there. */

static void
vz_reading_mark(vz_ring_t *ring, uint32_t at, vz_ring_mark_e kind,
    float count, const char *name)
{
    unsigned         i;
    vz_ring_mark_t  *mark;

    if (!(count >= 1)) {
        return;
    }

    for (i = 0; i < VZ_RING_MARKS; i++) {
        mark = &ring->state.mark[i];

        if (mark->kind == kind && mark->at <= at
            && at - mark->at < VZ_READING_SAME
            && strcmp(mark->name, name) == 0)
        {
            mark->at = at;
            mark->count = (uint16_t) (mark->count + (unsigned) count
                                      < UINT16_MAX
                                      ? mark->count + (unsigned) count
                                      : UINT16_MAX);
            return;
        }
    }

    vz_ring_mark(ring, at, kind, (unsigned) count, name);
}
