/*
 * The life of a websocket: the handshake, the worker's list, one timer for all
 * of them, and its end.  What goes through it is in websocket_carry.c.
 *
 * The timer is not cancelable: a worker that leaves would end while its
 * sockets are open, else.
 */

#include <ngx_sha1.h>
#include "runtime/http_core.h"
#include "runtime/websocket_core.h"
#include "runtime/zone_revocation.h"


#define VZ_WEBSOCKET_TICK   250
#define VZ_WEBSOCKET_PING   20000       /* ms between two pings */
#define VZ_WEBSOCKET_DEAD   60000       /* ms without any sign */
#define VZ_WEBSOCKET_LEAVE  2000        /* ms for the answer to a close */
#define VZ_WEBSOCKET_KEY    24          /* characters of a key */
#define VZ_WEBSOCKET_GUID   "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


static ngx_int_t vz_websocket_headers(ngx_http_request_t *r,
    vz_websocket_t *ws);
static ngx_int_t vz_websocket_header(ngx_http_request_t *r, const char *name,
    const ngx_str_t *value);
static void vz_websocket_event(ngx_http_request_t *r);
static void vz_websocket_changed(void *data);
static void vz_websocket_tick(ngx_event_t *ev);
static void vz_websocket_look(vz_websocket_t *ws);
static void vz_websocket_drop(const u_char *hash, uint64_t user);
static void vz_websocket_detach(void *data);
static void vz_websocket_release(void *data);


static ngx_queue_t   vz_websockets;
static ngx_uint_t    vz_websocket_number;
static uint64_t      vz_websocket_revoked;  /* revocations read so far */
static ngx_event_t   vz_websocket_timer;

/* what nginx's debug log looks into for a timer */
static ngx_connection_t  vz_websocket_dumb = { .fd = (ngx_socket_t) -1 };


void
vz_websocket_init(ngx_cycle_t *cycle)
{
    ngx_queue_init(&vz_websockets);
    vz_websocket_number = 0;

    ngx_memzero(&vz_websocket_timer, sizeof(ngx_event_t));
    vz_websocket_timer.handler = vz_websocket_tick;
    vz_websocket_timer.data = &vz_websocket_dumb;
    vz_websocket_timer.log = cycle->log;
}


vz_code_e
vz_websocket_asked(vz_call_t *call)
{
    if (call->upgrade.len != 9
        || ngx_strncasecmp(call->upgrade.data, (u_char *) "websocket", 9) != 0
        || call->http11 == 0)
    {
        vz_call_problem(call, 426, "upgrade_required",
                        "This path speaks the websocket protocol, over "
                        "HTTP/1.1.");
        vz_call_header(call, "Upgrade", vz_call_printf(call, "websocket"));
        return VZ_SYNTAX;
    }

    if (call->ws_version.len != 2
        || ngx_strncmp(call->ws_version.data, "13", 2) != 0)
    {
        vz_call_problem(call, 426, "upgrade_required",
                        "Version 13 of the websocket protocol is spoken "
                        "here.");
        vz_call_header(call, "Sec-WebSocket-Version",
                       vz_call_printf(call, "13"));
        return VZ_SYNTAX;
    }

    if (call->ws_key.len != VZ_WEBSOCKET_KEY) {
        vz_call_problem(call, NGX_HTTP_BAD_REQUEST, "bad_request",
                        "Sec-WebSocket-Key: 16 bytes in base64 are wanted.");
        return VZ_SYNTAX;
    }

    return VZ_OK;
}


vz_code_e
vz_websocket_open(vz_call_t *call, const char *protocol,
    const vz_websocket_scope_t *scope)
{
    vz_websocket_t      *ws;
    ngx_pool_cleanup_t  *cln;

    ws = ngx_pcalloc(call->pool, sizeof(vz_websocket_t));
    cln = ws ? ngx_pool_cleanup_add(call->pool, 0) : NULL;

    if (cln == NULL) {
        if (scope->stream) {
            vz_relay_stream_close(scope->stream, VZ_INTERNAL);
        }

        return VZ_OVERLOADED;
    }

    ws->scope = *scope;
    ws->session.user = scope->who.user;
    ws->session.all = scope->who.admin;
    ws->session.until = scope->who.until;
    ngx_memcpy(ws->session.token, scope->token, sizeof(scope->token));
    ws->call = call;
    ws->protocol.data = (u_char *) protocol;
    ws->protocol.len = ngx_strlen(protocol);
    ws->born = ngx_current_msec;
    ws->code = 1006;
    vz_websocket_frame_init(&ws->reader);

    cln->handler = vz_websocket_release;
    cln->data = ws;
    call->socket = ws;

    return VZ_OK;
}


ngx_int_t
vz_websocket_start(ngx_http_request_t *r, vz_websocket_t *ws)
{
    uint64_t             seen;
    ngx_connection_t    *c;
    ngx_http_cleanup_t  *detach;

    detach = ngx_http_cleanup_add(r, 0);

    if (detach == NULL || vz_websocket_headers(r, ws) != NGX_OK) {
        return NGX_ERROR;
    }

    c = r->connection;
    detach->handler = vz_websocket_detach;
    detach->data = ws;

    if (vz_websocket_number++ == 0) {
        vz_websocket_revoked = vz_zone_revocation_count();
        ngx_add_timer(&vz_websocket_timer, VZ_WEBSOCKET_TICK);
    }

    ws->request = r;
    ws->heard = ngx_current_msec;
    ws->typed = ngx_current_msec;
    ws->pinged = ngx_current_msec;
    ws->beaten = ngx_current_msec;
    vz_revocable_add(&vz_websockets, &ws->session);

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    if (c->write->timer_set) {
        ngx_del_timer(c->write);
    }

    r->read_event_handler = vz_websocket_event;
    r->write_event_handler = vz_websocket_event;

    /* whoever was revoked since the call was let in */

    seen = ws->scope.revoked;

    if (vz_zone_revocation_read(&seen, vz_websocket_drop) != NGX_OK) {
        ws->session.over = 1;
    }

    if (ws->scope.stream) {
        vz_relay_stream_watch(ws->scope.stream, vz_websocket_changed, ws);
    } else {
        vz_websocket_carry_close(ws, ws->scope.code, ws->scope.reason);
    }

    vz_websocket_carry(ws);

    return NGX_AGAIN;
}


static ngx_int_t
vz_websocket_headers(ngx_http_request_t *r, vz_websocket_t *ws)
{
    u_char      digest[20];
    ngx_str_t   hash, accept, upgrade = ngx_string("websocket");
    ngx_sha1_t  sha1;

    ngx_sha1_init(&sha1);
    ngx_sha1_update(&sha1, ws->call->ws_key.data, ws->call->ws_key.len);
    ngx_sha1_update(&sha1, VZ_WEBSOCKET_GUID, sizeof(VZ_WEBSOCKET_GUID) - 1);
    ngx_sha1_final(digest, &sha1);

    hash.data = digest;
    hash.len = sizeof(digest);
    accept.data = ngx_pnalloc(r->pool, ngx_base64_encoded_length(hash.len));

    if (accept.data == NULL) {
        return NGX_ERROR;
    }

    ngx_encode_base64(&accept, &hash);

    if (vz_websocket_header(r, "Upgrade", &upgrade) != NGX_OK
        || vz_websocket_header(r, "Sec-WebSocket-Accept", &accept) != NGX_OK
        || vz_websocket_header(r, "Sec-WebSocket-Protocol", &ws->protocol)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* nginx adds "Connection: upgrade"; its own line has no phrase */

    r->headers_out.status = NGX_HTTP_SWITCHING_PROTOCOLS;
    ngx_str_set(&r->headers_out.status_line, "101 Switching Protocols");
    r->keepalive = 0;
    ngx_http_clear_content_length(r);

    if (ngx_http_send_header(r) != NGX_OK
        || ngx_http_send_special(r, NGX_HTTP_FLUSH) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    /* so few bytes go at once; frames are written past nginx's filters */

    if (r->out || r->connection->buffered) {
        return NGX_ERROR;
    }

    return ngx_tcp_nodelay(r->connection);
}


static ngx_int_t
vz_websocket_header(ngx_http_request_t *r, const char *name,
    const ngx_str_t *value)
{
    return vz_http_send_add_header(r, name, value) ? NGX_OK : NGX_ERROR;
}


static void
vz_websocket_event(ngx_http_request_t *r)
{
    ngx_http_cleanup_t  *cln;

    for (cln = r->cleanup; cln; cln = cln->next) {
        if (cln->handler == vz_websocket_detach) {
            vz_websocket_carry(cln->data);
            return;
        }
    }
}


static void
vz_websocket_changed(void *data)
{
    vz_websocket_t    *ws = data;
    ngx_connection_t  *c;

    if (ws->request) {
        c = ws->request->connection;
        vz_websocket_carry(ws);
        ngx_http_run_posted_requests(c);
    }
}


/* looking at one may end it, and no other */
static void
vz_websocket_tick(ngx_event_t *ev)
{
    ngx_queue_t       *q, *next;
    vz_websocket_t    *ws;
    ngx_connection_t  *c;

    if (vz_zone_revocation_read(&vz_websocket_revoked, vz_websocket_drop)
        != NGX_OK)
    {
        vz_revocable_drop_all(&vz_websockets);
    }

    for (q = ngx_queue_head(&vz_websockets);
         q != ngx_queue_sentinel(&vz_websockets);
         q = next)
    {
        next = ngx_queue_next(q);
        ws = ngx_queue_data(q, vz_websocket_t, session.queue);
        c = ws->request->connection;

        vz_websocket_look(ws);
        ngx_http_run_posted_requests(c);
    }

    if (vz_websocket_number > 0) {
        ngx_add_timer(ev, VZ_WEBSOCKET_TICK);
    }
}


static void
vz_websocket_look(vz_websocket_t *ws)
{
    ngx_msec_t  now;

    now = ngx_current_msec;

    if (now - ws->heard >= VZ_WEBSOCKET_DEAD
        || (ws->closing && now - ws->closed >= VZ_WEBSOCKET_LEAVE))
    {
        vz_websocket_end(ws);
        return;
    }

    if (vz_revocable_over(&ws->session)) {
        vz_websocket_carry_close(ws, VZ_WEBSOCKET_REVOKED, "revoked");

    } else if (now - ws->typed >= ws->scope.idle) {
        vz_websocket_carry_close(ws, VZ_WEBSOCKET_IDLE, "idle");
    }

    if (now - ws->pinged >= VZ_WEBSOCKET_PING) {
        ws->pinged = now;
        vz_websocket_carry_ping(ws);
    }

    if (now - ws->beaten >= VZ_WEBSOCKET_BEAT) {
        ws->beaten = now;

        if (ws->scope.beat) {
            ws->scope.beat(ws->scope.data);
        }
    }

    vz_websocket_carry(ws);
}


static void
vz_websocket_drop(const u_char *hash, uint64_t user)
{
    vz_revocable_drop(&vz_websockets, hash, user);
}


ngx_uint_t
vz_websocket_ask(ngx_msec_t since, ngx_str_t *tokens, ngx_uint_t most)
{
    return vz_revocable_ask(&vz_websockets, since, tokens, most);
}


void
vz_websocket_told(const vz_revocable_session_t *sessions, ngx_uint_t n)
{
    vz_revocable_told(&vz_websockets, sessions, n);
}


ngx_uint_t
vz_websocket_count(void)
{
    return vz_websocket_number;
}


/* what was not read yet would reset the connection, and our close be lost */
void
vz_websocket_end(vz_websocket_t *ws)
{
    ngx_http_request_t  *r;

    r = ws->request;
    vz_websocket_release(ws);

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_request_empty_handler;
    r->lingering_close = 1;

    ngx_http_finalize_request(r, NGX_DONE);
}


static void
vz_websocket_detach(void *data)
{
    vz_websocket_release(data);
}


/* once: by its end, by its request's, or by its call's */
static void
vz_websocket_release(void *data)
{
    vz_websocket_t      *ws = data;
    vz_websocket_end_t   end;

    if (ws->released) {
        return;
    }

    ws->released = 1;

    if (ws->request) {
        ws->request = NULL;
        ngx_queue_remove(&ws->session.queue);
        vz_websocket_number--;
    }

    if (ws->scope.stream) {
        vz_relay_stream_close(ws->scope.stream, VZ_STATE);
        ws->scope.stream = NULL;
    }

    if (ws->out) {
        ngx_free(ws->out);
        ws->out = NULL;
    }

    if (ws->scope.ended) {
        end.lasted = ngx_current_msec - ws->born;
        end.typed = ws->ntyped;
        end.shown = ws->nshown;
        end.code = ws->code;
        ws->scope.ended(ws->scope.data, &end);
    }
}
