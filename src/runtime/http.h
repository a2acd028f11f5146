/*
 * A call: one API request as panel code sees it.  The http layer copies the
 * request in, runs the handler on a fiber, and sends the reply when it ends.
 * If the client left meanwhile the reply is dropped and the work finishes.
 */

#ifndef VZ_HTTP_H
#define VZ_HTTP_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include "runtime/json.h"
#include "runtime/share.h"
#include "runtime/zone.h"
#include "wire/code.h"


#define VZ_PARAMS_MAX    4
#define VZ_BODY_MAX      16384
#define VZ_BODY_MESSAGE  65536      /* of a mail, by its Content-Type */
#define VZ_ERRORS_MAX    16
#define VZ_COOKIE         "vzpanel_session"
#define VZ_COOKIE_DEVICE  "vzpanel_device"


typedef struct {
    ngx_str_t        name;
    ngx_str_t        value;
} vz_header_t;

typedef struct {
    const char      *field;
    const char      *code;          /* stable, English: "required" */
    ngx_str_t        message;
} vz_field_error_t;

typedef struct vz_call_s  vz_call_t;
typedef struct vz_sse_s   vz_sse_t;
typedef void (*vz_call_pt)(vz_call_t *call);

struct vz_call_s {
    ngx_pool_t      *pool;
    ngx_log_t       *log;

    /* what came in */
    ngx_uint_t       method;        /* NGX_HTTP_GET ...; HEAD reads as GET */
    ngx_str_t        method_name;
    ngx_str_t        prefix;        /* "/api": what was cut from the path */
    ngx_str_t        path;          /* decoded, without it */
    ngx_str_t        args;          /* raw query string */
    ngx_str_t        remote;        /* the client's address as text */
    ngx_uint_t       secure;        /* came by TLS */
    ngx_uint_t       included;      /* by a page, as SSI does: a subrequest */
    ngx_str_t        session;       /* our cookie's value, or empty */
    ngx_str_t        device;        /* the same of the other one */
    ngx_str_t        bearer;        /* Authorization: Bearer, or empty */
    ngx_str_t        host;
    ngx_str_t        origin;
    ngx_str_t        fetch_site;    /* Sec-Fetch-Site */
    ngx_str_t        content_type;
    ngx_str_t        accept;
    ngx_str_t        accept_language;
    ngx_str_t        user_agent;
    ngx_str_t        if_match;
    ngx_str_t        if_none_match;
    ngx_str_t        idempotency_key;
    ngx_str_t        last_event_id;
    ngx_str_t        meant;         /* Vzpanel-User: for whom it is asked */
    ngx_uint_t       wait;          /* seconds of Prefer: wait=N, <= 120 */
    ngx_str_t        text;          /* the body as it came */
    json_t          *body;          /* parsed by vz_call_body() */

    /* what the panel found out */
    ngx_str_t        params[VZ_PARAMS_MAX];     /* of the route's pattern */
    vz_who_t         who;           /* user == 0: nobody signed in */
    u_char           token[32];     /* hash of the session or token used */
    ngx_uint_t       cookie_auth;   /* signed in by cookie, not by token */
    uint64_t         task;          /* for $vzpanel_task */
    vz_share_place_t place;         /* among calls, while a fiber serves it */

    /* vz_call_park() */
    vz_call_pt       resume;        /* NULL: it is not parked */
    void            *data;          /* what it goes on with */

    ngx_uint_t       left;          /* the client did: nobody reads a reply;
                                       seen soon where it asked to wait */

    /* what goes out */
    ngx_uint_t       status;        /* 0 until a reply was set */
    vz_json_t        out;
    ngx_array_t      headers;       /* of vz_header_t */
    ngx_str_t        type;          /* Content-Type */
    ngx_str_t        etag;          /* with its quotes, or empty */
    ngx_uint_t       nerrors;
    vz_field_error_t errors[VZ_ERRORS_MAX];
    vz_sse_t        *stream;        /* set: the connection becomes a stream */
};


/*
 * vz_http_handler: the content handler of an API location: reads the body
 * (too large: 413), makes the call and runs serve on a fiber.  The
 * prefix (the location's "/api") is cut from the path.  Fibers or memory
 * short: 503 with Retry-After.
 */
ngx_int_t vz_http_handler(ngx_http_request_t *r, const ngx_str_t *prefix,
    vz_call_pt serve);

/* vz_http_call: the call of a request for variables, NULL where none. */
vz_call_t *vz_http_call(ngx_http_request_t *r);


/*
 * A call that waits for long does so without a fiber.
 *
 * vz_call_park: as the last thing that its handler does: the call ends its
 * fiber without a reply, and goes on with resume on another when it is told
 * to.
 * vz_call_resume: from the main stack: NGX_OK; NGX_ERROR where there is no
 * fiber now: it is parked as before.  The call may be gone when the event loop
 * has come round.
 * vz_call_leave: the client of a parked call left: it is gone afterwards.
 */
void vz_call_park(vz_call_t *call, vz_call_pt resume);
ngx_int_t vz_call_resume(vz_call_t *call);
void vz_call_leave(vz_call_t *call);


/* --- for panel code, from the call's fiber --- */

#endif /* VZ_HTTP_H */
