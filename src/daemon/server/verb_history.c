#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "daemon/base/job.h"
#include "daemon/base/strbuf.h"
#include "daemon/history/reason.h"
#include "daemon/history/recorder.h"
#include "daemon/history/series.h"
#include "daemon/server/verb_history.h"
#include "wire/field_value.h"


#define VZ_VERB_HISTORY_POINTS  800
#define VZ_VERB_HISTORY_LINE    1024
#define VZ_VERB_HISTORY_NUMBER  32


/* What is asked for, and by which slots it is answered. */
typedef struct {
    uint32_t    from;
    uint32_t    until;
    unsigned    resolution;
    unsigned    join;               /* slots of a point */
    unsigned    n;                  /* slots */
} vz_verb_history_t;


static vz_code_e vz_verb_history_ask(vz_job_t *job, unsigned first,
    vz_verb_history_t *ask);
static void vz_verb_history_pick(uint32_t now, vz_verb_history_t *ask);
static vz_code_e vz_verb_history_path(vz_job_t *job, char *path);
static vz_code_e vz_verb_history_ring(vz_job_t *job, const char *path,
    vz_ring_t *ring);
static vz_code_e vz_verb_history_tell(vz_job_t *job, const char *path,
    const vz_verb_history_t *ask);
static void vz_verb_history_head(vz_job_t *job, const vz_ring_state_t *state,
    const vz_verb_history_t *ask);
static void vz_verb_history_point(vz_job_t *job, const vz_ring_slot_t *slot);
static void vz_verb_history_marks(vz_job_t *job,
    const vz_ring_state_t *state, const vz_verb_history_t *ask);
static uint32_t vz_verb_history_last(const vz_ring_state_t *state);
static const char *vz_verb_history_number(double value,
    char text[VZ_VERB_HISTORY_NUMBER]);


vz_code_e
vz_verb_history_one(vz_job_t *job)
{
    char               path[PATH_MAX];
    vz_code_e          code;
    vz_verb_history_t  ask;

    code = vz_verb_history_ask(job, 1, &ask);

    if (code == VZ_OK) {
        code = vz_verb_history_path(job, path);
    }

    return code == VZ_OK ? vz_verb_history_tell(job, path, &ask) : code;
}


vz_code_e
vz_verb_history_node(vz_job_t *job)
{
    char               path[PATH_MAX];
    vz_code_e          code;
    vz_verb_history_t  ask;

    code = vz_verb_history_ask(job, 0, &ask);
    if (code != VZ_OK) {
        return code;
    }

    if (vz_recorder_node(job->conf, path) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s", strerror(ENAMETOOLONG));
    }

    return vz_verb_history_tell(job, path, &ask);
}


/* Read FROM and UNTIL, arguments first and first + 1. */

static vz_code_e
vz_verb_history_ask(vz_job_t *job, unsigned first, vz_verb_history_t *ask)
{
    uint64_t             from, until;
    const char *const   *argv;

    argv = job->req->argv + first;

    if (vz_field_value_number(argv[0], strlen(argv[0]), UINT32_MAX, &from)
        != VZ_OK
        || vz_field_value_number(argv[1], strlen(argv[1]), UINT32_MAX, &until)
           != VZ_OK
        || until <= from)
    {
        return vz_job_end(job, VZ_RANGE, "time: the second one is after the "
                          "first");
    }

    ask->from = (uint32_t) from;
    ask->until = (uint32_t) until;
    vz_verb_history_pick((uint32_t) time(NULL), ask);

    return VZ_OK;
}


/*
 * The finest resolution that reaches back to the first time; as many of its
 * slots are joined as make it VZ_VERB_HISTORY_POINTS points at most. Neither
 * the future nor what no ring reaches is asked for.
 */

static void
vz_verb_history_pick(uint32_t now, vz_verb_history_t *ask)
{
    uint32_t              reach, step;
    unsigned              r;
    const vz_ring_def_t  *def;

    ask->until = ask->until < now ? ask->until : now;
    ask->from = ask->from < ask->until ? ask->from : ask->until;

    for (r = 0; r < VZ_RING_COUNT - 1; r++) {
        if (now - ask->from
            <= vz_ring_defs[r].step * (vz_ring_defs[r].slots - 1))
        {
            break;
        }
    }

    def = &vz_ring_defs[r];
    reach = def->step * (def->slots - 1);

    if (now - ask->from > reach) {
        ask->from = now - reach;
        ask->until = ask->until > ask->from ? ask->until : ask->from;
    }

    ask->resolution = r;
    ask->join = (ask->until - ask->from)
                / def->step / VZ_VERB_HISTORY_POINTS + 1;

    step = def->step * ask->join;
    ask->from -= ask->from % step;
    ask->n = (ask->until - ask->from) / def->step + 1;
    ask->n = ask->n < def->slots ? ask->n : def->slots;
}


static vz_code_e
vz_verb_history_path(vz_job_t *job, char *path)
{
    char       tag[VZ_TAG_LEN + 1];
    vz_code_e  code;

    code = job->driver->tag(job->conf, job->ctid, tag);

    if (code == VZ_NOENT) {
        return vz_job_end(job, code, "container %u does not exist",
                          job->ctid);
    }

    if (job->driver->sample_path(job->conf, job->ctid, path) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s", strerror(ENAMETOOLONG));
    }

    return VZ_OK;
}


/* One that is not there, or broken, is an empty one: the recorder cares. */

static vz_code_e
vz_verb_history_ring(vz_job_t *job, const char *path, vz_ring_t *ring)
{
    vz_code_e  code;

    memset(&ring->state, 0, sizeof(ring->state));
    code = vz_ring_open(path, ring);

    if (code == VZ_INTERNAL) {
        return vz_job_end(job, code, "the history: %s", strerror(errno));
    }

    return VZ_OK;
}


static vz_code_e
vz_verb_history_tell(vz_job_t *job, const char *path,
    const vz_verb_history_t *ask)
{
    unsigned          i;
    vz_code_e         code;
    vz_ring_t         ring;
    vz_ring_fill_t    point;
    vz_ring_slot_t   *slots;

    code = vz_verb_history_ring(job, path, &ring);
    if (code != VZ_OK) {
        return code;
    }

    vz_verb_history_head(job, &ring.state, ask);

    if (ring.fd == -1) {
        return VZ_OK;
    }

    slots = calloc(ask->n, sizeof(*slots));

    code = slots ? vz_ring_read(&ring, ask->resolution, ask->from, ask->n,
                                slots)
                 : VZ_INTERNAL;

    for (i = 0; code == VZ_OK && i < ask->n; i++) {
        if (i % ask->join == 0) {
            memset(&point, 0, sizeof(point));
            point.slot.at = ask->from
                            + i * vz_ring_defs[ask->resolution].step;
        }

        vz_ring_join(&point, &slots[i]);

        if (point.slot.n
            && (i % ask->join == ask->join - 1 || i == ask->n - 1))
        {
            vz_verb_history_point(job, &point.slot);
        }
    }

    if (code == VZ_OK) {
        vz_verb_history_marks(job, &ring.state, ask);
    } else {
        (void) vz_job_end(job, code, "the history: %s", strerror(errno));
    }

    free(slots);
    vz_ring_close(&ring);

    return code;
}


/* When the last sample was taken; 0: never. */

static uint32_t
vz_verb_history_last(const vz_ring_state_t *state)
{
    return state->last ? state->last + vz_ring_defs[0].step : 0;
}


static void
vz_verb_history_head(vz_job_t *job, const vz_ring_state_t *state,
    const vz_verb_history_t *ask)
{
    char         buf[VZ_VERB_HISTORY_LINE];
    unsigned     i;
    vz_strbuf_t  line;

    vz_strbuf_init(&line, buf, sizeof(buf));
    vz_strbuf_put(&line, "step=%u from=%u until=%u recorded=%u series=",
                  vz_ring_defs[ask->resolution].step * ask->join, ask->from,
                  ask->until, vz_verb_history_last(state));

    for (i = 0; i < VZ_SERIES_COUNT; i++) {
        vz_strbuf_put(&line, "%s%s", i ? "," : "", vz_series[i].name);
    }

    vz_job_data(job, "%s", buf);
}


static void
vz_verb_history_point(vz_job_t *job, const vz_ring_slot_t *slot)
{
    char          buf[VZ_VERB_HISTORY_LINE], text[VZ_VERB_HISTORY_NUMBER];
    unsigned      i, k;
    vz_strbuf_t   line;

    const float  *const   values[] = { slot->mean, slot->most };

    vz_strbuf_init(&line, buf, sizeof(buf));
    vz_strbuf_put(&line, "at=%u n=%u up=%u", slot->at, slot->n, slot->up);

    for (k = 0; k < 2; k++) {
        vz_strbuf_put(&line, k ? " most=" : " mean=");

        for (i = 0; i < VZ_SERIES_COUNT; i++) {
            vz_strbuf_put(&line, "%s%s", i ? "," : "",
                          vz_verb_history_number(values[k][i], text));
        }
    }

    vz_job_data(job, "%s", buf);
}


static void
vz_verb_history_marks(vz_job_t *job, const vz_ring_state_t *state,
    const vz_verb_history_t *ask)
{
    unsigned               i;
    const vz_ring_mark_t  *mark;

    for (i = 0; i < VZ_RING_MARKS; i++) {
        mark = &state->mark[i];

        if (mark->kind && mark->at >= ask->from && mark->at <= ask->until) {
            vz_job_data(job, "mark=%s at=%u count=%u name=%.*s",
                        mark->kind == VZ_RING_KILLED ? "killed" : "refused",
                        mark->at, mark->count, VZ_CT_RAW_NAME,
                        mark->name[0] ? mark->name : "-");
        }
    }
}


static const char *
vz_verb_history_number(double value, char text[VZ_VERB_HISTORY_NUMBER])
{
    if (isnan(value)) {
        return "-";
    }

    (void) snprintf(text, VZ_VERB_HISTORY_NUMBER,
                    value < 999999.5 ? "%.6g" : "%.0f", value);

    return text;
}


vz_code_e
vz_verb_history_why(vz_job_t *job)
{
    char                 path[PATH_MAX], text[3][VZ_VERB_HISTORY_NUMBER];
    uint32_t             now;
    unsigned             i, n;
    vz_code_e            code;
    vz_ring_t            ring;
    vz_reason_t          reasons[VZ_REASON_MOST];
    vz_ct_stat_t         stat;
    vz_ring_slot_t       slots[VZ_REASON_SLOTS];
    vz_ct_detail_t       detail;
    vz_reason_limits_t   limits;

    code = vz_verb_history_path(job, path);

    if (code == VZ_OK) {
        code = job->driver->stat(job, &stat, &detail);
    }

    if (code == VZ_OK) {
        code = vz_verb_history_ring(job, path, &ring);
    }

    if (code != VZ_OK) {
        return code;
    }

    now = (uint32_t) time(NULL);
    memset(slots, 0, sizeof(slots));

    if (ring.fd != -1) {
        code = vz_ring_read(&ring, 0,
                            now - now % vz_ring_defs[0].step
                            - (VZ_REASON_SLOTS - 1) * vz_ring_defs[0].step,
                            VZ_REASON_SLOTS, slots);
        vz_ring_close(&ring);
    }

    if (code != VZ_OK) {
        return vz_job_end(job, code, "the history: %s", strerror(errno));
    }

    limits.cpu = stat.cpu_percent;
    limits.memory = stat.memory_limit;
    limits.disk = stat.disk_total;
    limits.disk_free = stat.disk_free;
    limits.processes = detail.processes_limit;

    vz_job_data(job, "recorded=%u", vz_verb_history_last(&ring.state));

    n = vz_reason_find(slots, &ring.state, &limits, now, reasons);

    for (i = 0; i < n; i++) {
        vz_job_data(job, "reason=%s at=%u value=%s hour=%s limit=%s name=%s",
                    reasons[i].code, reasons[i].at,
                    vz_verb_history_number(reasons[i].value, text[0]),
                    vz_verb_history_number(reasons[i].hour, text[1]),
                    vz_verb_history_number(reasons[i].limit, text[2]),
                    reasons[i].name[0] ? reasons[i].name : "-");
    }

    return VZ_OK;
}
