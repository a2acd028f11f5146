/*
 * Between the files of websockets; nobody else includes it.
 */

#ifndef VZ_WEBSOCKET_CORE_H
#define VZ_WEBSOCKET_CORE_H

#include "runtime/websocket.h"
#include "wire/console.h"


struct vz_websocket_s {
    vz_websocket_scope_t    scope;
    vz_call_t              *call;
    ngx_str_t               protocol;
    ngx_http_request_t     *request;    /* NULL: not in the list */
    vz_revocable_t          session;

    /* from the browser */
    vz_websocket_reader_t   reader;
    u_char                  type;       /* of the message that comes; 0: not
                                           yet known */
    u_char                  number[4];  /* its payload, where it is one */
    ngx_uint_t              nnumber;

    /* to the browser; where TLS took a part of it, it must stay in place */
    vz_console_reader_t     records;
    u_char                 *out;        /* NULL: nothing is on its way */
    u_char                 *pos;
    u_char                 *last;
    u_char                  control[2 + VZ_WEBSOCKET_FRAME_CONTROL];
    size_t                  ncontrol;   /* a pong or ping that is to be sent */

    ngx_msec_t              born;
    ngx_msec_t              heard;      /* anything of the browser */
    ngx_msec_t              typed;      /* a key */
    ngx_msec_t              pinged;
    ngx_msec_t              beaten;
    ngx_msec_t              closed;     /* when a close was to be sent */
    uint64_t                ntyped;
    uint64_t                nshown;

    ngx_uint_t              code;       /* it is closed with */
    const char             *reason;
    unsigned                closing:1;  /* a close is to be sent, or was */
    unsigned                told:1;     /* it was */
    unsigned                answered:1; /* the browser sent one */
    unsigned                released:1;
};


/*
 * vz_websocket_carry: all that can be done without waiting.  It may end the
 * websocket.
 */
void vz_websocket_carry(vz_websocket_t *ws);

/*
 * vz_websocket_carry_close: send a close frame with that code and reason, a
 * constant, behind what is on its way, and take nothing more.  A later call
 * does nothing.
 * vz_websocket_carry_ping: send a ping, unless an answer to one is due.
 */
void vz_websocket_carry_close(vz_websocket_t *ws, ngx_uint_t code,
    const char *reason);
void vz_websocket_carry_ping(vz_websocket_t *ws);

/* vz_websocket_end: let go of it and of its request. */
void vz_websocket_end(vz_websocket_t *ws);


#endif /* VZ_WEBSOCKET_CORE_H */
