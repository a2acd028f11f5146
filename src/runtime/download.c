/*
 * A file from a node.
 */

#include "runtime/download.h"
#include "runtime/http_core.h"
#include "runtime/revocable.h"
#include "runtime/zone_revocation.h"


#define VZ_DOWNLOAD_BYTES    32768
#define VZ_DOWNLOAD_TURNS    16         /* then others have theirs */
#define VZ_DOWNLOAD_TICK     1000       /* ms between looks at sessions */

/* at a time, in one worker */
#define VZ_DOWNLOAD_ALL      64
#define VZ_DOWNLOAD_USER     2


struct vz_download_s {
    vz_call_t           *call;
    vz_relay_stream_t   *stream;        /* NULL: closed */
    ngx_http_request_t  *request;       /* NULL: not begun, or over */
    vz_revocable_t       session;
    ngx_buf_t            buf;
    u_char              *bytes;
    uint64_t             sent;
    vz_download_pt       ended;         /* NULL: told */
    uint64_t             about;
};


static ngx_int_t vz_download_headers(ngx_http_request_t *r, vz_call_t *call);
static void vz_download_tick(ngx_event_t *ev);
static void vz_download_drop(const u_char *hash, uint64_t user);
static void vz_download_changed(void *data);
static void vz_download_write(ngx_http_request_t *r);
static void vz_download_pump(vz_download_t *d);
static ngx_int_t vz_download_turn(vz_download_t *d);
static ngx_int_t vz_download_send(vz_download_t *d, size_t n);
static ngx_uint_t vz_download_busy(const vz_download_t *d);
static void vz_download_end(vz_download_t *d, ngx_int_t rc);
static vz_download_t *vz_download_find(ngx_http_request_t *r);
static void vz_download_detach(void *data);
static void vz_download_release(void *data);
static void vz_download_give(void *data);


static ngx_queue_t   vz_downloads;
static ngx_uint_t    vz_download_number;
static vz_share_t    vz_download_share;
static uint64_t      vz_download_revoked;
static ngx_event_t   vz_download_timer;

/* what nginx's debug log looks into for a timer */
static ngx_connection_t  vz_download_dumb = { .fd = (ngx_socket_t) -1 };


void
vz_download_init(void)
{
    ngx_queue_init(&vz_downloads);
    vz_download_number = 0;
    vz_share_init(&vz_download_share, VZ_DOWNLOAD_ALL, VZ_DOWNLOAD_USER,
                  VZ_DOWNLOAD_USER, 0);

    ngx_memzero(&vz_download_timer, sizeof(ngx_event_t));
    vz_download_timer.handler = vz_download_tick;
    vz_download_timer.data = &vz_download_dumb;
    vz_download_timer.log = ngx_cycle->log;
}


vz_code_e
vz_download_place(vz_call_t *call)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(call->pool, sizeof(vz_share_place_t));

    if (cln == NULL) {
        return VZ_OVERLOADED;
    }

    ngx_memzero(cln->data, sizeof(vz_share_place_t));
    cln->handler = vz_download_give;

    return vz_share_take(&vz_download_share, &call->who, call->token, 0,
                         cln->data);
}


static void
vz_download_give(void *data)
{
    vz_share_give(data);
}


vz_code_e
vz_download_open(vz_call_t *call, vz_relay_stream_t *stream,
    ngx_str_t disposition, vz_download_pt ended, uint64_t about)
{
    vz_download_t       *d;
    ngx_pool_cleanup_t  *cln;

    d = ngx_pcalloc(call->pool, sizeof(vz_download_t));
    cln = d ? ngx_pool_cleanup_add(call->pool, 0) : NULL;

    if (cln != NULL) {
        d->bytes = ngx_pnalloc(call->pool, VZ_DOWNLOAD_BYTES);
    }

    if (cln == NULL || d->bytes == NULL || disposition.len == 0) {
        vz_relay_stream_close(stream, VZ_OVERLOADED);
        return VZ_OVERLOADED;
    }

    d->call = call;
    d->stream = stream;
    d->ended = ended;
    d->about = about;
    d->session.user = call->who.user;
    d->session.all = call->who.admin;
    d->session.until = call->who.until;
    ngx_memcpy(d->session.token, call->token, sizeof(call->token));

    cln->handler = vz_download_release;
    cln->data = d;

    (void) vz_call_reply(call, NGX_HTTP_OK);
    ngx_str_set(&call->type, "application/octet-stream");
    vz_call_header(call, "Content-Disposition",
                   vz_call_printf(call, "attachment; %V", &disposition));
    vz_call_header(call, "X-Accel-Buffering", vz_call_printf(call, "no"));
    call->download = d;

    return VZ_OK;
}


ngx_int_t
vz_download_start(ngx_http_request_t *r, vz_download_t *d)
{
    ngx_int_t            rc;
    ngx_http_cleanup_t  *detach;

    rc = vz_download_headers(r, d->call);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    /* nginx keeps the headers back until they have company: nothing would be
       read before they are gone */

    if (ngx_http_send_special(r, NGX_HTTP_FLUSH) == NGX_ERROR) {
        return NGX_ERROR;
    }

    detach = ngx_http_cleanup_add(r, 0);

    if (detach == NULL) {
        return NGX_ERROR;
    }

    detach->handler = vz_download_detach;
    detach->data = d;

    if (vz_download_number++ == 0) {
        vz_download_revoked = vz_zone_revocation_count();
        ngx_add_timer(&vz_download_timer, VZ_DOWNLOAD_TICK);
    }

    d->request = r;
    vz_revocable_add(&vz_downloads, &d->session);

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = vz_download_write;

    vz_relay_stream_end(d->stream);
    vz_relay_stream_watch(d->stream, vz_download_changed, d);
    vz_download_pump(d);

    return NGX_AGAIN;
}


static ngx_int_t
vz_download_headers(ngx_http_request_t *r, vz_call_t *call)
{
    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_type = call->type;
    r->headers_out.content_type_len = call->type.len;
    r->disable_not_modified = 1;
    r->allow_ranges = 0;
    ngx_http_clear_content_length(r);

    return vz_http_send_headers(r, call) == NGX_OK
           ? ngx_http_send_header(r) : NGX_ERROR;
}


/* ending one ends no other: each has a request of its own */

static void
vz_download_tick(ngx_event_t *ev)
{
    ngx_queue_t       *q, *next;
    vz_download_t     *d;
    ngx_connection_t  *c;

    if (vz_zone_revocation_read(&vz_download_revoked, vz_download_drop)
        != NGX_OK)
    {
        vz_revocable_drop_all(&vz_downloads);
    }

    for (q = ngx_queue_head(&vz_downloads);
         q != ngx_queue_sentinel(&vz_downloads);
         q = next)
    {
        next = ngx_queue_next(q);
        d = ngx_queue_data(q, vz_download_t, session.queue);

        if (vz_revocable_over(&d->session)) {
            c = d->request->connection;
            vz_download_end(d, NGX_ERROR);
            ngx_http_run_posted_requests(c);
        }
    }

    if (vz_download_number > 0) {
        ngx_add_timer(ev, VZ_DOWNLOAD_TICK);
    }
}


static void
vz_download_drop(const u_char *hash, uint64_t user)
{
    vz_revocable_drop(&vz_downloads, hash, user);
}


static void
vz_download_changed(void *data)
{
    vz_download_t     *d = data;
    ngx_connection_t  *c;

    if (d->request != NULL) {
        c = d->request->connection;
        vz_download_pump(d);
        ngx_http_run_posted_requests(c);
    }
}


static void
vz_download_write(ngx_http_request_t *r)
{
    vz_download_t  *d;

    d = vz_download_find(r);

    if (d == NULL || d->request == NULL) {
        return;
    }

    if (r->connection->write->timedout) {
        r->connection->timedout = 1;
        vz_download_end(d, NGX_HTTP_REQUEST_TIME_OUT);
        return;
    }

    if (vz_download_busy(d) && !r->connection->write->delayed
        && ngx_http_output_filter(r, NULL) == NGX_ERROR)
    {
        vz_download_end(d, NGX_ERROR);
        return;
    }

    vz_download_pump(d);
}


/* what comes goes on, as long as the client takes it */

static void
vz_download_pump(vz_download_t *d)
{
    ngx_int_t                  rc;
    ngx_uint_t                 turns;
    ngx_event_t               *wev;
    ngx_http_core_loc_conf_t  *clcf;

    wev = d->request->connection->write;
    rc = NGX_OK;

    for (turns = 0; rc == NGX_OK && turns < VZ_DOWNLOAD_TURNS
         && !vz_download_busy(d); turns++)
    {
        rc = vz_download_turn(d);
    }

    if (rc == NGX_ERROR || rc == NGX_DONE) {
        vz_download_end(d, rc == NGX_DONE
                           ? ngx_http_send_special(d->request, NGX_HTTP_LAST)
                           : NGX_ERROR);
        return;
    }

    if (vz_download_busy(d)) {
        clcf = ngx_http_get_module_loc_conf(d->request, ngx_http_core_module);

        if (!wev->delayed) {
            ngx_add_timer(wev, clcf->send_timeout);
        }

        if (ngx_handle_write_event(wev, clcf->send_lowat) != NGX_OK) {
            vz_download_end(d, NGX_ERROR);
        }

        return;
    }

    if (wev->timer_set && !wev->delayed) {
        ngx_del_timer(wev);
    }

    if (rc == NGX_OK) {
        ngx_post_event(wev, &ngx_posted_next_events);
    }
}


/*
 * NGX_OK: there may be more; NGX_AGAIN: not now; NGX_DONE: that was all;
 * NGX_ERROR: it is cut off.
 */

static ngx_int_t
vz_download_turn(vz_download_t *d)
{
    size_t     n;
    vz_code_e  rc;

    rc = vz_relay_stream_read(d->stream, d->bytes, VZ_DOWNLOAD_BYTES, 0, &n);

    if (rc != VZ_OK) {
        return rc == VZ_AGAIN ? NGX_AGAIN : NGX_ERROR;
    }

    return n == 0 ? NGX_DONE : vz_download_send(d, n);
}


static ngx_int_t
vz_download_send(vz_download_t *d, size_t n)
{
    ngx_buf_t    *b = &d->buf;
    ngx_chain_t   out;

    ngx_memzero(b, sizeof(ngx_buf_t));
    b->memory = 1;
    b->flush = 1;
    b->start = d->bytes;
    b->pos = d->bytes;
    b->last = d->bytes + n;
    b->end = b->last;

    out.buf = b;
    out.next = NULL;
    d->sent += n;

    return ngx_http_output_filter(d->request, &out) == NGX_ERROR ? NGX_ERROR
                                                                 : NGX_OK;
}


static ngx_uint_t
vz_download_busy(const vz_download_t *d)
{
    const ngx_http_request_t  *r = d->request;

    return r->buffered || r->out != NULL || r->connection->buffered;
}


/* the request may be gone when this returns */

static void
vz_download_end(vz_download_t *d, ngx_int_t rc)
{
    ngx_http_request_t  *r;

    r = d->request;
    vz_download_detach(d);

    r->read_event_handler = ngx_http_block_reading;
    ngx_http_finalize_request(r, rc);
}


static vz_download_t *
vz_download_find(ngx_http_request_t *r)
{
    ngx_http_cleanup_t  *cln;

    for (cln = r->cleanup; cln != NULL; cln = cln->next) {
        if (cln->handler == vz_download_detach) {
            return cln->data;
        }
    }

    return NULL;
}


static void
vz_download_detach(void *data)
{
    vz_download_t  *d = data;

    if (d->request != NULL) {
        d->request = NULL;
        ngx_queue_remove(&d->session.queue);
        vz_download_number--;
    }

    vz_download_release(d);
}


static void
vz_download_release(void *data)
{
    vz_download_t   *d = data;
    vz_download_pt   ended;

    if (d->stream != NULL) {
        vz_relay_stream_close(d->stream, VZ_STATE);
        d->stream = NULL;
    }

    ended = d->ended;
    d->ended = NULL;

    if (ended != NULL && d->sent != 0) {
        ended(d->about, d->sent);
    }
}
