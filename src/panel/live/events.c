/*
 * GET /api/events and the live form of GET /api/orders/{secret}.
 *
 * Rendering runs on the main stack and reads the zone only.  The newest
 * version is read before the tables: a change meanwhile is sent twice rather
 * than never.
 */

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/live/event_json.h"
#include "panel/live/events.h"
#include "panel/live/notification.h"
#include "panel/live/sample.h"
#include "panel/live/task_state.h"
#include "panel/live/task_view.h"
#include "runtime/call.h"
#include "runtime/sse.h"
#include "wire/field.h"
#include "wire/field_value.h"


#define VZ_EVENTS_BATCH  200        /* containers in one event */
#define VZ_EVENTS_WATCH  5000       /* ms until the stream itself keeps the
                                       collector going */
#define VZ_EVENTS_LATER  "10"       /* seconds until a stream may be free
                                       again */


/* What a stream shows, of all that its user may see. */
typedef struct {
    uint64_t               task;        /* not 0: this one and nothing else */
    const uint64_t        *vms;         /* only these containers */
    ngx_uint_t             nvms;        /* 0: all */
    ngx_uint_t             snapshot_sent;   /* of these, as they were */
} vz_events_filter_t;

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
static ngx_uint_t vz_events_watches(const vz_events_filter_t *filter,
    uint64_t vm);
static ngx_int_t vz_events_vm(void *data, const vz_sample_t *sample);
static ngx_int_t vz_events_task(void *data, const vz_task_view_t *view);
static void vz_events_notices(vz_events_t *stream, uint64_t version);
static void vz_events_flush(vz_events_t *stream);
static uint64_t vz_events_start(vz_events_t *stream, vz_sse_scope_t *scope,
    ngx_pool_t *pool);
static void vz_events_begin(vz_events_t *stream);
static void vz_events_event(vz_events_t *stream, const char *name);
static void vz_events_part(vz_events_t *stream, const char *data, size_t len);
static void vz_events_end(vz_events_t *stream, uint64_t version,
    ngx_str_t *text);
static uint64_t vz_events_since(vz_call_t *call);
static void vz_events_open(vz_call_t *call, vz_sse_scope_t *scope,
    const vz_events_filter_t *filter, vz_sse_render_pt render);


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
    vz_code_e            rc;
    uint64_t            *vms;
    vz_sse_scope_t       scope;
    vz_events_filter_t   filter;

    ngx_memzero(&scope, sizeof(vz_sse_scope_t));
    ngx_memzero(&filter, sizeof(vz_events_filter_t));

    rc = vz_query_numbers(call, "vms", &vms, &filter.nvms);

    if (rc != VZ_OK) {
        if (rc == VZ_RANGE) {
            vz_call_refuse(call);
        } else {
            vz_call_fault(call, "panel", rc);
        }

        return;
    }

    filter.vms = vms;

    scope.user = call->who.user;
    scope.all = call->who.admin;
    scope.since = vz_events_since(call);
    scope.until = call->who.until;
    ngx_memcpy(scope.token, call->token, sizeof(scope.token));

    vz_zone_watch(VZ_EVENTS_WATCH);
    vz_events_open(call, &scope, &filter, vz_events_render);
}


void
vz_events_order(vz_call_t *call, uint64_t task)
{
    vz_sse_scope_t      scope;
    vz_events_filter_t  filter;

    ngx_memzero(&scope, sizeof(vz_sse_scope_t));
    ngx_memzero(&filter, sizeof(vz_events_filter_t));

    filter.task = task;
    scope.thing = task;
    scope.since = vz_events_since(call);

    vz_events_open(call, &scope, &filter, vz_events_render_order);
}


static void
vz_events_open(vz_call_t *call, vz_sse_scope_t *scope,
    const vz_events_filter_t *filter, vz_sse_render_pt render)
{
    vz_code_e  rc;

    /* nginx would wait for the stream's end before it sends the page */

    if (call->included) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "stream_included",
                        "A page can't include an event stream: let the "
                        "browser open it.");
        return;
    }

    scope->filter = ngx_palloc(call->pool, sizeof(vz_events_filter_t));

    if (scope->filter == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    ngx_memcpy(scope->filter, filter, sizeof(vz_events_filter_t));

    rc = vz_sse_open(call, scope, render);

    if (rc == VZ_BUSY) {
        vz_call_problem(call, NGX_HTTP_TOO_MANY_REQUESTS, "too_many",
                        "Too many event streams are open: close one first.");
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

    /* ngx_strlcasestrn() reads out of bounds in what is shorter */

    if (call->accept.len < type.len) {
        return 0;
    }

    return ngx_strlcasestrn(call->accept.data,
                            call->accept.data + call->accept.len,
                            type.data, type.len - 1)
           != NULL;
}


/* from Last-Event-ID when a browser reconnects, else from ?since=VERSION */

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

    /* with a version of the future the stream would stay silent */

    return since > vz_zone_version() ? 0 : since;
}


static void
vz_events_render(vz_sse_scope_t *scope, ngx_pool_t *pool, ngx_str_t *text)
{
    uint64_t             version;
    vz_events_t          stream;
    vz_events_filter_t  *filter = scope->filter;

    version = vz_events_start(&stream, scope, pool);

    (void) vz_sample_each(filter->nvms && !filter->snapshot_sent ? 0
                                                                 : scope->since,
                          vz_events_vm, &stream);
    vz_events_flush(&stream);
    (void) vz_task_view_each(scope->since, vz_events_task, &stream);
    vz_events_notices(&stream, version);

    vz_events_end(&stream, version, text);

    if (!stream.failed) {
        scope->since = version;
        filter->snapshot_sent = 1;
    }
}


static ngx_uint_t
vz_events_watches(const vz_events_filter_t *filter, uint64_t vm)
{
    ngx_uint_t  i;

    for (i = 0; i < filter->nvms && filter->vms[i] != vm; i++) {
        /* void */
    }

    return filter->nvms == 0 || i < filter->nvms;
}


static ngx_int_t
vz_events_vm(void *data, const vz_sample_t *sample)
{
    vz_events_t  *stream = data;

    if ((!stream->scope->all && sample->owner != stream->scope->user)
        || !vz_events_watches(stream->scope->filter, sample->vm))
    {
        return NGX_OK;
    }

    if (stream->n == 0) {
        vz_events_begin(stream);
        vz_json_array(&stream->json, NULL);
    }

    vz_event_json_vm(&stream->json, sample);

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

    /* tasks that ended before the stream began are not sent */

    if (stream->scope->since == 0
        && state != VZ_TASK_STATE_QUEUED && state != VZ_TASK_STATE_RUNNING)
    {
        return NGX_OK;
    }

    vz_events_begin(stream);
    vz_event_json_task(&stream->json, NULL, view, stream->scope->all);
    vz_events_event(stream, "task");

    return stream->failed ? NGX_ERROR : NGX_OK;
}


/* notices up to the version, so that none is sent twice */

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

    while (vz_notification_next(since, &notice) == NGX_OK
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


/* start to render; returns the version that is rendered */

static uint64_t
vz_events_start(vz_events_t *stream, vz_sse_scope_t *scope, ngx_pool_t *pool)
{
    ngx_memzero(stream, sizeof(vz_events_t));
    stream->scope = scope;
    stream->pool = pool;

    return vz_zone_version();
}


static void
vz_events_render_order(vz_sse_scope_t *scope, ngx_pool_t *pool,
    ngx_str_t *text)
{
    uint64_t             version;
    vz_events_t          stream;
    vz_task_view_t       view;
    vz_events_filter_t  *filter = scope->filter;

    version = vz_events_start(&stream, scope, pool);

    if (vz_task_view_get(filter->task, &view) == NGX_OK
        && view.version > scope->since)
    {
        vz_events_begin(&stream);
        vz_event_json_task(&stream.json, NULL, &view, 0);
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
 * The id comes last, in a block of its own without data: browsers store it and
 * dispatch nothing (HTML, 9.2.6).  A stream that has nothing to send yet
 * begins with one, so that nothing is missed after a reconnect.
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
