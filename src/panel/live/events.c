/*
 * GET /api/events and the live form of GET /api/orders/{secret}.
 *
 * Rendering runs on the main stack and reads the zone only.  The newest
 * version is read before the tables are: what changes meanwhile is told twice
 * rather than never.
 */

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/live/collector.h"
#include "panel/live/events.h"
#include "panel/live/notification.h"
#include "panel/live/task_state.h"
#include "panel/vm/vm_json.h"
#include "runtime/call.h"
#include "runtime/sse.h"
#include "runtime/zone_live.h"
#include "runtime/zone_notice.h"
#include "wire/field.h"
#include "wire/field_value.h"


#define VZ_EVENTS_BATCH  200        /* containers in one event */
#define VZ_EVENTS_WATCH  5000       /* ms; the collector goes on from there */
#define VZ_EVENTS_LATER  "10"       /* seconds until one may be free again */


typedef struct {
    const vz_sse_scope_t  *scope;
    vz_json_t              json;        /* the event that is being written */
    ngx_pool_t            *pool;
    ngx_uint_t             n;           /* containers in it */
    ngx_uint_t             failed;
    ngx_array_t            parts;       /* of ngx_str_t */
    size_t                 size;
} vz_events_t;


static void vz_events_render(vz_sse_scope_t *scope, ngx_pool_t *pool,
    ngx_str_t *text);
static void vz_events_render_order(vz_sse_scope_t *scope, ngx_pool_t *pool,
    ngx_str_t *text);
static ngx_uint_t vz_events_watches(const vz_sse_scope_t *scope, uint64_t vm);
static ngx_int_t vz_events_vm(void *data, const vz_sample_t *sample);
static ngx_int_t vz_events_task(void *data, const vz_task_view_t *view);
static void vz_events_notices(vz_events_t *stream, uint64_t version);
static void vz_events_flush(vz_events_t *stream);
static void vz_events_begin(vz_events_t *stream);
static void vz_events_event(vz_events_t *stream, const char *name);
static void vz_events_part(vz_events_t *stream, const char *data, size_t len);
static void vz_events_end(vz_events_t *stream, uint64_t version,
    ngx_str_t *text);
static uint64_t vz_events_since(vz_call_t *call);
static void vz_events_open(vz_call_t *call, vz_sse_scope_t *scope,
    vz_sse_render_pt render);


static const vz_query_t  vz_events_arg[] = {
    { "since", VZ_QUERY_NUMBER, 0, NULL }
};

const vz_query_args_t  vz_events_args = vz_query_args(vz_events_arg);

static const vz_query_t  vz_events_stream_arg[] = {
    { "since", VZ_QUERY_NUMBER, 0, NULL },
    { "vms", VZ_QUERY_NUMBERS, 0, NULL }
};

const vz_query_args_t  vz_events_stream_args =
    vz_query_args(vz_events_stream_arg);


void
vz_events_stream(vz_call_t *call)
{
    vz_code_e        rc;
    uint64_t        *vms;
    vz_sse_scope_t   scope;

    ngx_memzero(&scope, sizeof(vz_sse_scope_t));

    rc = vz_query_numbers(call, "vms", &vms, &scope.nvms);

    if (rc != VZ_OK) {
        if (rc == VZ_RANGE) {
            vz_call_refuse(call);
        } else {
            vz_call_fault(call, "panel", rc);
        }

        return;
    }

    scope.vms = vms;

    scope.user = call->who.user;
    scope.all = call->who.admin;
    scope.since = vz_events_since(call);
    scope.until = call->who.until;
    ngx_memcpy(scope.token, call->token, sizeof(scope.token));

    vz_zone_watch(VZ_EVENTS_WATCH);
    vz_events_open(call, &scope, vz_events_render);
}


void
vz_events_order(vz_call_t *call, uint64_t task)
{
    vz_sse_scope_t  scope;

    ngx_memzero(&scope, sizeof(vz_sse_scope_t));

    scope.task = task;
    scope.since = vz_events_since(call);

    vz_events_open(call, &scope, vz_events_render_order);
}


static void
vz_events_open(vz_call_t *call, vz_sse_scope_t *scope,
    vz_sse_render_pt render)
{
    vz_code_e  rc;

    /* the page would wait for the stream's end, and hold what it says */

    if (call->included) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "stream_included",
                        "A page can't include a stream of events: let the "
                        "browser open it.");
        return;
    }

    rc = vz_sse_open(call, scope, render);

    if (rc == VZ_BUSY) {
        vz_call_problem(call, NGX_HTTP_TOO_MANY_REQUESTS, "too_many",
                        "As many streams are open here as one may have.");
        vz_call_header(call, "Retry-After",
                       vz_call_printf(call, VZ_EVENTS_LATER));

    } else if (rc != VZ_OK) {
        vz_call_fault(call, "panel", rc);
    }
}


ngx_uint_t
vz_events_wanted(vz_call_t *call)
{
    static const ngx_str_t  type = ngx_string("text/event-stream");

    /* which reads what is shorter, and none at all, out of bounds */

    if (call->accept.len < type.len) {
        return 0;
    }

    return ngx_strlcasestrn(call->accept.data,
                            call->accept.data + call->accept.len,
                            type.data, type.len - 1)
           != NULL;
}


/* from Last-Event-ID when a browser returns, else from ?since=VERSION */

static uint64_t
vz_events_since(vz_call_t *call)
{
    uint64_t   since;
    ngx_str_t  text;

    text = call->last_event_id.len ? call->last_event_id
                                   : vz_call_arg(call, "since");

    if (text.len == 0
        || vz_field_value_number((char *) text.data, text.len, INT64_MAX,
                                 &since)
           != VZ_OK)
    {
        return 0;
    }

    /* a version of the future would wait for ever */

    return since > vz_zone_version() ? 0 : since;
}


static void
vz_events_render(vz_sse_scope_t *scope, ngx_pool_t *pool, ngx_str_t *text)
{
    uint64_t     version;
    vz_events_t  stream;

    version = vz_zone_version();

    ngx_memzero(&stream, sizeof(vz_events_t));
    stream.scope = scope;
    stream.pool = pool;

    (void) vz_zone_samples(scope->nvms && !scope->begun ? 0 : scope->since,
                           vz_events_vm, &stream);
    vz_events_flush(&stream);
    (void) vz_zone_tasks(scope->since, vz_events_task, &stream);
    vz_events_notices(&stream, version);

    vz_events_end(&stream, version, text);

    if (!stream.failed) {
        scope->since = version;
        scope->begun = 1;
    }
}


static ngx_uint_t
vz_events_watches(const vz_sse_scope_t *scope, uint64_t vm)
{
    ngx_uint_t  i;

    for (i = 0; i < scope->nvms && scope->vms[i] != vm; i++) {
        /* void */
    }

    return scope->nvms == 0 || i < scope->nvms;
}


static ngx_int_t
vz_events_vm(void *data, const vz_sample_t *sample)
{
    vz_events_t  *stream = data;

    if (sample->vm == 0
        || (!stream->scope->all && sample->owner != stream->scope->user)
        || !vz_events_watches(stream->scope, sample->vm))
    {
        return NGX_OK;
    }

    if (stream->n == 0) {
        vz_events_begin(stream);
        vz_json_array(&stream->json, NULL);
    }

    vz_vm_json_sample(&stream->json, sample);

    if (++stream->n == VZ_EVENTS_BATCH) {
        vz_events_flush(stream);
    }

    return stream->failed ? NGX_ERROR : NGX_OK;
}


static void
vz_events_flush(vz_events_t *stream)
{
    if (stream->n) {
        vz_json_close(&stream->json);
        vz_events_event(stream, "vm");
        stream->n = 0;
    }
}


static ngx_int_t
vz_events_task(void *data, const vz_task_view_t *view)
{
    vz_events_t      *stream = data;
    vz_task_state_e   state;

    state = vz_task_state_text(view->state);

    if (!stream->scope->all && view->owner != stream->scope->user) {
        return NGX_OK;
    }

    /* what ended before somebody began to look is history */

    if (stream->scope->since == 0
        && state != VZ_TASK_STATE_QUEUED && state != VZ_TASK_STATE_RUNNING)
    {
        return NGX_OK;
    }

    vz_events_begin(stream);
    vz_vm_json_view(&stream->json, NULL, view, stream->scope->all);
    vz_events_event(stream, "task");

    return stream->failed ? NGX_ERROR : NGX_OK;
}


/* up to the version, so that none is told twice */

static void
vz_events_notices(vz_events_t *stream, uint64_t version)
{
    uint64_t               since;
    vz_notice_t            notice;
    const vz_sse_scope_t  *scope;

    scope = stream->scope;
    since = scope->since;

    if (since == 0) {
        return;
    }

    while (vz_zone_notice_next(since, &notice) == NGX_OK
           && notice.version <= version)
    {
        since = notice.version;

        if (notice.owner ? notice.owner == scope->user : scope->all) {
            vz_events_begin(stream);
            vz_notification_json(&stream->json, &notice);
            vz_events_event(stream, "notice");
        }
    }
}


static void
vz_events_render_order(vz_sse_scope_t *scope, ngx_pool_t *pool,
    ngx_str_t *text)
{
    uint64_t        version;
    vz_events_t     stream;
    vz_task_view_t  view;

    version = vz_zone_version();

    ngx_memzero(&stream, sizeof(vz_events_t));
    stream.scope = scope;
    stream.pool = pool;

    if (vz_zone_task_get(scope->task, &view) == NGX_OK
        && view.version > scope->since)
    {
        vz_events_begin(&stream);
        vz_vm_json_view(&stream.json, NULL, &view, 0);
        vz_events_event(&stream, "order");
    }

    vz_events_end(&stream, version, text);

    if (!stream.failed) {
        scope->since = version;
    }
}


static void
vz_events_begin(vz_events_t *stream)
{
    vz_json_init(&stream->json, stream->pool);
}


static void
vz_events_event(vz_events_t *stream, const char *name)
{
    ngx_str_t  data;

    if (vz_json_end(&stream->json) != NGX_OK
        || vz_json_string(&stream->json, &data) != NGX_OK)
    {
        stream->failed = 1;
        return;
    }

    vz_events_part(stream, "event: ", 7);
    vz_events_part(stream, name, ngx_strlen(name));
    vz_events_part(stream, "\ndata: ", 7);
    vz_events_part(stream, (char *) data.data, data.len);
    vz_events_part(stream, "\n\n", 2);
}


static void
vz_events_part(vz_events_t *stream, const char *data, size_t len)
{
    ngx_str_t  *part;

    if (stream->failed) {
        return;
    }

    if (stream->parts.elts == NULL
        && ngx_array_init(&stream->parts, stream->pool, 16,
                          sizeof(ngx_str_t))
           != NGX_OK)
    {
        stream->failed = 1;
        return;
    }

    part = ngx_array_push(&stream->parts);

    if (part == NULL) {
        stream->failed = 1;
        return;
    }

    part->data = (u_char *) data;
    part->len = len;
    stream->size += len;
}


/*
 * The id comes last, in a block of its own without data: browsers remember it
 * and dispatch nothing (HTML, 9.2.6).  A stream that has nothing to tell yet
 * begins with one, so that who returns misses nothing.
 */

static void
vz_events_end(vz_events_t *stream, uint64_t version, ngx_str_t *text)
{
    u_char      *p;
    ngx_str_t   *part;
    ngx_uint_t   i;

    ngx_str_null(text);

    if (stream->failed
        || (stream->size == 0 && stream->scope->since != 0))
    {
        return;
    }

    text->data = ngx_pnalloc(stream->pool, stream->size + NGX_INT64_LEN + 8);

    if (text->data == NULL) {
        stream->failed = 1;
        return;
    }

    p = text->data;
    part = stream->parts.elts;

    for (i = 0; i < stream->parts.nelts; i++) {
        p = ngx_cpymem(p, part[i].data, part[i].len);
    }

    p = ngx_sprintf(p, "id: %uL\n\n", version);
    text->len = p - text->data;
}
