/*
 * Server-sent events.  A stream holds no fiber: it is a connection in the
 * worker's list, fed from the zone's tables by version.
 */

#ifndef VZ_SSE_H
#define VZ_SSE_H

#include "runtime/call.h"
#include "runtime/revocable.h"


#define VZ_SSE_TICK        100      /* ms between looks at the zone's version */
#define VZ_SSE_HEARTBEAT   15000
#define VZ_SSE_RETRY       2000     /* ms a browser waits before it returns */


/* Whose a stream is, and from where it goes on. */
typedef struct {
    uint64_t         user;          /* 0: a visitor's, with no session */
    ngx_uint_t       all;           /* it may see what is not its user's */
    u_char           token[32];     /* of the session, which ends the stream */
    ngx_msec_t       until;         /* when that ends by itself; 0: never */
    uint64_t         thing;         /* what a visitor's is about */
    uint64_t         since;         /* the version after which to tell */
    void            *filter;        /* the renderer's own, in the call's pool */
} vz_sse_scope_t;

/*
 * vz_sse_render_pt: write the events newer than scope->since that the scope
 * may see as event-stream text, and move scope->since.  Runs on the main
 * stack: it may read the zone and nothing that waits.
 */
typedef void (*vz_sse_render_pt)(vz_sse_scope_t *scope, ngx_pool_t *pool,
    ngx_str_t *text);

/*
 * vz_sse_open: on a call's fiber, let its connection become a stream when the
 * call ends.  The reply gets its headers here (text/event-stream, no-store,
 * X-Accel-Buffering: no).  VZ_OK; VZ_BUSY where the caller has as many streams
 * as one may; VZ_OVERLOADED.
 */
vz_code_e vz_sse_open(vz_call_t *call, const vz_sse_scope_t *scope,
    vz_sse_render_pt render);

/*
 * vz_sse_start: for the http layer, when the call's fiber has ended: send the
 * headers and add the request to the list.  NGX_AGAIN when it was added, else
 * the code to finalize the request with.
 */
ngx_int_t vz_sse_start(ngx_http_request_t *r, vz_sse_t *stream);

/*
 * vz_sse_revoke: end every stream of a session in this worker at the next
 * tick.  The zone's revocations do the same in every worker without this call.
 */
void vz_sse_revoke(const u_char token[32]);

/*
 * vz_sse_ask, vz_sse_told: vz_revocable_ask() and vz_revocable_told() for the
 * streams of this worker.  A stream that is over ends at the next tick.
 */
ngx_uint_t vz_sse_ask(ngx_msec_t since, ngx_str_t *tokens, ngx_uint_t most);
void vz_sse_told(const vz_revocable_session_t *sessions, ngx_uint_t n);

/*
 * vz_sse_count: all streams of this worker; *watching, where it is not NULL,
 * is how many of them have a session.
 */
ngx_uint_t vz_sse_count(ngx_uint_t *watching);

/* vz_sse_init: worker start. */
void vz_sse_init(ngx_cycle_t *cycle);


#endif /* VZ_SSE_H */
