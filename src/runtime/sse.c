/*
 * Server-sent events (HTML standard, 9.2).
 *
 * A stream is a request held open in the worker's list.  One timer checks the
 * zone's version.  Nothing is queued for a client that reads slowly: later it
 * gets what has changed since its version.  The timer is not cancelable, so a
 * leaving worker can end its streams properly.
 */

#include "runtime/call.h"
#include "runtime/http_core.h"
#include "runtime/queue.h"
#include "runtime/sse.h"
#include "runtime/zone_revocation.h"


#define VZ_SSE_WATCH     2000           /* ms between two vz_zone_watch() */
#define VZ_SSE_WATCHED   5000           /* ms that one holds */
#define VZ_SSE_LIFE      (30 * 60 * 1000)   /* after which the browser
                                               reconnects */
#define VZ_SSE_SCRATCH   16384

/* streams at a time, in one worker */
#define VZ_SSE_SESSION   16
#define VZ_SSE_USER      64
#define VZ_SSE_VISITOR   4          /* of one thing */


struct vz_sse_s {
    vz_sse_scope_t       scope;
    vz_sse_render_pt     render;
    vz_call_t           *call;
    vz_share_place_t     place;         /* taken before the headers are sent */
    ngx_http_request_t  *request;       /* NULL: not in the list */
    vz_revocable_t       session;
    ngx_buf_t            buf;
    u_char              *text;          /* being sent; freed here */
    uint64_t             seen;          /* the zone's version at the last
                                           look */
    ngx_msec_t           born;
    ngx_msec_t           sent;
};


static ngx_int_t vz_sse_headers(ngx_http_request_t *r, vz_call_t *call);
static ngx_int_t vz_sse_first(vz_sse_t *stream);
static void vz_sse_tick(ngx_event_t *ev);
static void vz_sse_drop(const u_char *hash, uint64_t user);
static void vz_sse_round(uint64_t version);
static void vz_sse_serve(vz_sse_t *stream, uint64_t version);
static ngx_uint_t vz_sse_ends(const vz_sse_t *stream);
static ngx_int_t vz_sse_tell(vz_sse_t *stream, const char *before,
    uint64_t version);
static ngx_int_t vz_sse_send(vz_sse_t *stream, const char *before,
    const ngx_str_t *text);
static ngx_uint_t vz_sse_busy(vz_sse_t *stream);
static ngx_int_t vz_sse_flush_later(ngx_http_request_t *r);
static void vz_sse_write(ngx_http_request_t *r);
static vz_sse_t *vz_sse_find(ngx_http_request_t *r);
static void vz_sse_end(vz_sse_t *stream);
static void vz_sse_detach(void *data);
static void vz_sse_ungrant(void *data);
static void vz_sse_free(void *data);


static ngx_queue_t   vz_sse_streams;
static ngx_uint_t    vz_sse_number;         /* streams in the list */
static vz_share_t    vz_sse_share;
static ngx_uint_t    vz_sse_watching;
static ngx_event_t   vz_sse_timer;

/* what nginx's debug log looks into for a timer */
static ngx_connection_t  vz_sse_dumb = { .fd = (ngx_socket_t) -1 };

static ngx_pool_t   *vz_sse_scratch;
static uint64_t      vz_sse_revoked;    /* revocations of the zone read so
                                           far */
static ngx_msec_t    vz_sse_watched;    /* of the last vz_zone_watch() */


void
vz_sse_init(ngx_cycle_t *cycle)
{
    ngx_queue_init(&vz_sse_streams);
    vz_sse_number = 0;
    vz_share_init(&vz_sse_share, cycle->connection_n / 2, VZ_SSE_SESSION,
                  VZ_SSE_USER, VZ_SSE_VISITOR);
    vz_sse_watching = 0;
    vz_sse_watched = ngx_current_msec - VZ_SSE_WATCH;

    ngx_memzero(&vz_sse_timer, sizeof(ngx_event_t));
    vz_sse_timer.handler = vz_sse_tick;
    vz_sse_timer.data = &vz_sse_dumb;
    vz_sse_timer.log = cycle->log;
}


vz_code_e
vz_sse_open(vz_call_t *call, const vz_sse_scope_t *scope,
    vz_sse_render_pt render)
{
    vz_code_e            rc;
    vz_sse_t            *stream;
    ngx_pool_cleanup_t  *cln;

    if (ngx_exiting) {
        return VZ_OVERLOADED;
    }

    stream = ngx_pcalloc(call->pool, sizeof(vz_sse_t));
    cln = ngx_pool_cleanup_add(call->pool, 0);

    if (stream == NULL || cln == NULL) {
        return VZ_OVERLOADED;
    }

    rc = vz_share_take(&vz_sse_share, &call->who, call->token, scope->thing,
                       &stream->place);
    if (rc != VZ_OK) {
        return rc;
    }

    cln->handler = vz_sse_ungrant;
    cln->data = stream;

    stream->scope = *scope;
    stream->session.user = scope->user;
    stream->session.all = scope->all;
    stream->session.until = scope->until;
    ngx_memcpy(stream->session.token, scope->token, sizeof(scope->token));
    stream->render = render;
    stream->call = call;

    (void) vz_call_reply(call, NGX_HTTP_OK);
    ngx_str_set(&call->type, "text/event-stream");
    vz_call_header(call, "X-Accel-Buffering", vz_call_printf(call, "no"));
    call->stream = stream;

    return VZ_OK;
}


ngx_int_t
vz_sse_start(ngx_http_request_t *r, vz_sse_t *stream)
{
    ngx_int_t            rc;
    ngx_http_cleanup_t  *detach;
    ngx_pool_cleanup_t  *cln;

    rc = vz_sse_headers(r, stream->call);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    detach = ngx_http_cleanup_add(r, 0);
    cln = ngx_pool_cleanup_add(r->pool, 0);

    if (detach == NULL || cln == NULL) {
        return NGX_ERROR;
    }

    detach->handler = vz_sse_detach;
    detach->data = stream;
    cln->handler = vz_sse_free;
    cln->data = stream;

    if (vz_sse_number == 0) {
        vz_sse_revoked = vz_zone_revocation_count();
        ngx_add_timer(&vz_sse_timer, VZ_SSE_TICK);
    }

    stream->request = r;
    stream->born = ngx_current_msec;
    vz_revocable_add(&vz_sse_streams, &stream->session);
    vz_sse_number++;
    vz_sse_watching += (stream->scope.user != 0);

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = vz_sse_write;

    return vz_sse_first(stream) == NGX_OK ? NGX_AGAIN : NGX_ERROR;
}


static ngx_int_t
vz_sse_headers(ngx_http_request_t *r, vz_call_t *call)
{
    ngx_http_core_loc_conf_t  *clcf;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_type = call->type;
    r->headers_out.content_type_len = call->type.len;
    r->disable_not_modified = 1;
    ngx_http_clear_content_length(r);

    if (vz_http_send_headers(r, call) != NGX_OK) {
        return NGX_ERROR;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

#if (NGX_HTTP_V2)
    if (r->stream != NULL) {
        return ngx_http_send_header(r);
    }
#endif

    if (clcf->tcp_nodelay && ngx_tcp_nodelay(r->connection) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_send_header(r);
}


static ngx_int_t
vz_sse_first(vz_sse_t *stream)
{
    u_char       retry[sizeof("retry: \n\n") + NGX_INT_T_LEN];
    ngx_int_t    rc;
    ngx_pool_t  *outer;

    (void) ngx_sprintf(retry, "retry: %d\n\n%Z", VZ_SSE_RETRY);

    outer = vz_sse_scratch;

    vz_sse_scratch = ngx_create_pool(VZ_SSE_SCRATCH, ngx_cycle->log);
    if (vz_sse_scratch == NULL) {
        vz_sse_scratch = outer;
        return NGX_ERROR;
    }

    rc = vz_sse_tell(stream, (const char *) retry, vz_zone_version());

    ngx_destroy_pool(vz_sse_scratch);
    vz_sse_scratch = outer;

    return rc;
}


static void
vz_sse_tick(ngx_event_t *ev)
{
    uint64_t  version;

    if (vz_sse_number == 0) {
        return;
    }

    version = vz_zone_version();

    if (vz_zone_revocation_read(&vz_sse_revoked, vz_sse_drop) != NGX_OK) {
        vz_revocable_drop_all(&vz_sse_streams);
    }

    if (vz_sse_watching > 0
        && ngx_current_msec - vz_sse_watched >= VZ_SSE_WATCH)
    {
        vz_sse_watched = ngx_current_msec;
        vz_zone_watch(VZ_SSE_WATCHED);
    }

    vz_sse_scratch = ngx_create_pool(VZ_SSE_SCRATCH, ngx_cycle->log);

    if (vz_sse_scratch != NULL) {
        vz_sse_round(version);
        ngx_destroy_pool(vz_sse_scratch);
        vz_sse_scratch = NULL;
    }

    if (vz_sse_number > 0) {
        ngx_add_timer(ev, VZ_SSE_TICK);
    }
}


/*
 * serving one stream may end others: a broken HTTP/2 connection ends all of
 * its streams
 */
static void
vz_sse_round(uint64_t version)
{
    ngx_queue_t   todo, *q;

    ngx_queue_init(&todo);
    ngx_queue_add(&todo, &vz_sse_streams);
    ngx_queue_init(&vz_sse_streams);

    while (!ngx_queue_empty(&todo)) {
        q = ngx_queue_head(&todo);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&vz_sse_streams, q);

        vz_sse_serve(ngx_queue_data(q, vz_sse_t, session.queue), version);
    }
}


static void
vz_sse_serve(vz_sse_t *stream, uint64_t version)
{
    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = stream->request;
    c = r->connection;

    if (vz_sse_ends(stream)) {
        vz_sse_end(stream);
        ngx_http_run_posted_requests(c);
        return;
    }

    if (vz_sse_busy(stream)) {
        return;
    }

    rc = NGX_OK;

    if (stream->seen < version) {
        rc = vz_sse_tell(stream, "", version);
        ngx_reset_pool(vz_sse_scratch);
    }

    if (rc == NGX_OK
        && ngx_current_msec - stream->sent >= VZ_SSE_HEARTBEAT)
    {
        rc = vz_sse_send(stream, ":\n\n", NULL);
    }

    if (rc != NGX_OK) {
        ngx_http_finalize_request(r, NGX_ERROR);
        ngx_http_run_posted_requests(c);
    }
}


static ngx_uint_t
vz_sse_ends(const vz_sse_t *stream)
{
    return ngx_exiting || vz_revocable_over(&stream->session)
           || ngx_current_msec - stream->born >= VZ_SSE_LIFE;
}


/* a renderer that stopped half way is called again at the next tick */
static ngx_int_t
vz_sse_tell(vz_sse_t *stream, const char *before, uint64_t version)
{
    ngx_str_t  text = ngx_null_string;

    stream->render(&stream->scope, vz_sse_scratch, &text);

    if (text.len == 0 || stream->scope.since >= version) {
        stream->seen = version;
    }

    return vz_sse_send(stream, before, &text);
}


static ngx_int_t
vz_sse_send(vz_sse_t *stream, const char *before, const ngx_str_t *text)
{
    u_char       *p;
    size_t        len;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    len = ngx_strlen(before) + (text != NULL ? text->len : 0);
    if (len == 0) {
        return NGX_OK;
    }

    p = ngx_alloc(len, ngx_cycle->log);
    if (p == NULL) {
        return NGX_ERROR;
    }

    b = &stream->buf;
    ngx_memzero(b, sizeof(ngx_buf_t));
    b->memory = 1;
    b->flush = 1;
    b->start = p;
    b->pos = p;
    b->end = p + len;
    b->last = b->end;

    stream->text = p;
    stream->sent = ngx_current_msec;

    p = ngx_cpymem(p, before, ngx_strlen(before));

    if (text != NULL && text->len) {
        ngx_memcpy(p, text->data, text->len);
    }

    out.buf = b;
    out.next = NULL;

    if (ngx_http_output_filter(stream->request, &out) == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (vz_sse_busy(stream)) {
        return vz_sse_flush_later(stream->request);
    }

    ngx_free(stream->text);
    stream->text = NULL;

    return NGX_OK;
}


static ngx_uint_t
vz_sse_busy(vz_sse_t *stream)
{
    ngx_http_request_t  *r = stream->request;

    return r->buffered || r->out != NULL || r->connection->buffered;
}


static ngx_int_t
vz_sse_flush_later(ngx_http_request_t *r)
{
    ngx_event_t               *wev;
    ngx_http_core_loc_conf_t  *clcf;

    wev = r->connection->write;
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (!wev->delayed) {
        ngx_add_timer(wev, clcf->send_timeout);
    }

    return ngx_handle_write_event(wev, clcf->send_lowat);
}


static void
vz_sse_write(ngx_http_request_t *r)
{
    vz_sse_t     *stream;
    ngx_event_t  *wev;

    wev = r->connection->write;
    stream = vz_sse_find(r);

    if (wev->timedout) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, NGX_ETIMEDOUT,
                      "client of an event stream does not read");
        r->connection->timedout = 1;
        ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
        return;
    }

    if (!vz_sse_busy(stream)) {
        return;
    }

    if (!wev->delayed && ngx_http_output_filter(r, NULL) == NGX_ERROR) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    if (vz_sse_busy(stream)) {
        if (vz_sse_flush_later(r) != NGX_OK) {
            ngx_http_finalize_request(r, NGX_ERROR);
        }

        return;
    }

    if (wev->timer_set) {
        ngx_del_timer(wev);
    }

    if (stream->text != NULL) {
        ngx_free(stream->text);
        stream->text = NULL;
    }
}


static vz_sse_t *
vz_sse_find(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln->handler != vz_sse_free;
         cln = cln->next)
    {
        /* every stream has this cleanup */
    }

    return cln->data;
}


void
vz_sse_revoke(const u_char token[32])
{
    vz_sse_drop(token, 0);
}


/* streams that match end at the next tick, on the main stack */
static void
vz_sse_drop(const u_char *hash, uint64_t user)
{
    vz_revocable_drop(&vz_sse_streams, hash, user);
}


ngx_uint_t
vz_sse_ask(ngx_msec_t since, ngx_str_t *tokens, ngx_uint_t most)
{
    return vz_revocable_ask(&vz_sse_streams, since, tokens, most);
}


void
vz_sse_told(const vz_revocable_session_t *sessions, ngx_uint_t n)
{
    vz_revocable_told(&vz_sse_streams, sessions, n);
}


static void
vz_sse_end(vz_sse_t *stream)
{
    ngx_http_request_t  *r;

    r = stream->request;
    vz_sse_detach(stream);

    r->read_event_handler = ngx_http_block_reading;
    ngx_http_finalize_request(r, ngx_http_send_special(r, NGX_HTTP_LAST));
}


ngx_uint_t
vz_sse_count(ngx_uint_t *watching)
{
    if (watching != NULL) {
        *watching = vz_sse_watching;
    }

    return vz_sse_number;
}


static void
vz_sse_detach(void *data)
{
    vz_sse_t  *stream = data;

    if (stream->request == NULL) {
        return;
    }

    stream->request = NULL;
    ngx_queue_remove(&stream->session.queue);
    vz_sse_number--;
    vz_sse_watching -= (stream->scope.user != 0);
}


static void
vz_sse_ungrant(void *data)
{
    vz_sse_t  *stream = data;

    vz_share_give(&stream->place);
}


/* the text may still be being sent when the stream is detached */
static void
vz_sse_free(void *data)
{
    vz_sse_t  *stream = data;

    if (stream->text != NULL) {
        ngx_free(stream->text);
        stream->text = NULL;
    }
}
