/*
 * A terminal on a websocket.  It ends in the worker, which carries records
 * (wire/console.h) between it and a stream of the relay: each message of the
 * browser begins with a record's type, and so does each to it.  It holds no
 * fiber, and no buffer while nothing is on its way.  What may be on its way is
 * bounded by the two ends: neither side is read while the other does not take.
 *
 * A worker that leaves keeps its websockets until worker_shutdown_timeout.
 */

#ifndef VZ_WEBSOCKET_H
#define VZ_WEBSOCKET_H

#include "runtime/call.h"
#include "runtime/relay_stream.h"
#include "runtime/sse.h"
#include "runtime/websocket_frame.h"


/* close codes of our own (RFC 6455, 7.4.2) */
#define VZ_WEBSOCKET_REVOKED  4001      /* the session has ended */
#define VZ_WEBSOCKET_IDLE     4008      /* nothing was typed for so long */
#define VZ_WEBSOCKET_NODE     4502      /* the reason is a code, as "state" */

typedef struct {
    ngx_msec_t   lasted;
    uint64_t     typed;         /* bytes of input */
    uint64_t     shown;         /* bytes of output */
    ngx_uint_t   code;          /* as closed; 1006: it was cut off */
} vz_websocket_end_t;

/* Whose it is, and what it carries. */
typedef struct {
    vz_caller_t          who;
    u_char               token[32];     /* of the session, which ends it */
    uint64_t             revoked;       /* vz_zone_revocation_count() before
                                           it was looked at */
    vz_relay_stream_t   *stream;        /* NULL: it is closed at once */
    ngx_uint_t           code;          /* with this code, and this reason */
    const char          *reason;
    ngx_msec_t           idle;          /* without a key it ends after */

    /* called from the main stack; both may be NULL */
    void               (*beat)(void *data);     /* each VZ_WEBSOCKET_BEAT */
    void               (*ended)(void *data, const vz_websocket_end_t *end);
    void                *data;
} vz_websocket_scope_t;

#define VZ_WEBSOCKET_BEAT  5000     /* ms */


/*
 * vz_websocket_asked: whether a call asks for a websocket of version 13 by
 * HTTP/1.1 and GET.  VZ_OK, or VZ_SYNTAX with 400 or 426 as the reply.
 */
vz_code_e vz_websocket_asked(vz_call_t *call);

/*
 * vz_websocket_open: on a call's fiber, let its connection become a websocket
 * of that subprotocol (a constant) when the call ends.  The stream is the
 * websocket's from now on, in any case, and ended is called once.  VZ_OK, or
 * VZ_OVERLOADED.
 */
vz_code_e vz_websocket_open(vz_call_t *call, const char *protocol,
    const vz_websocket_scope_t *scope);

/*
 * vz_websocket_start: for the http layer, when the call's fiber has ended.
 * NGX_AGAIN when it was opened, else the code to finalize the request with.
 */
ngx_int_t vz_websocket_start(ngx_http_request_t *r, vz_websocket_t *ws);

/*
 * vz_websocket_ask, vz_websocket_told: as vz_sse_ask() and vz_sse_told(), for
 * the sessions of websockets.  vz_websocket_count: all of this worker.
 */
ngx_uint_t vz_websocket_ask(ngx_msec_t since, ngx_str_t *tokens,
    ngx_uint_t most);
void vz_websocket_told(const vz_revocable_session_t *sessions, ngx_uint_t n);
ngx_uint_t vz_websocket_count(void);

/* vz_websocket_init: worker start. */
void vz_websocket_init(ngx_cycle_t *cycle);


#endif /* VZ_WEBSOCKET_H */
