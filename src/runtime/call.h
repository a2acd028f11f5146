/*
 * A call: one request as panel code sees it, and how that reads the request
 * and writes the reply.
 */

#ifndef VZ_CALL_H
#define VZ_CALL_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include "runtime/caller.h"
#include "runtime/json.h"
#include "runtime/share.h"
#include "wire/code.h"


#define VZ_PARAMS_MAX    4
#define VZ_BODY_MAX      16384
#define VZ_BODY_LONG     98304      /* of who is signed in, where a route takes
                                       it */
#define VZ_BODY_MESSAGE  65536      /* of a mail, by its Content-Type */
#define VZ_ERRORS_MAX    16
#define VZ_COOKIE         "vzpanel_session"
#define VZ_COOKIE_DEVICE  "vzpanel_device"
#define VZ_COOKIE_HOST    "__Host-"     /* before both by TLS: a browser takes
                                           such a name from this host alone,
                                           and not from one beside it */


typedef struct {
    ngx_str_t        name;
    ngx_str_t        value;
} vz_header_t;

typedef struct {
    const char      *field;
    const char      *code;          /* stable, English: "required" */
    ngx_str_t        message;
} vz_field_error_t;

typedef struct vz_call_s      vz_call_t;
typedef struct vz_sse_s       vz_sse_t;
typedef struct vz_websocket_s vz_websocket_t;
typedef struct vz_download_s  vz_download_t;
typedef struct vz_identity_s  vz_identity_t;

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
    ngx_str_t        upgrade;
    ngx_str_t        ws_key;        /* Sec-WebSocket-Key, -Version, -Protocol */
    ngx_str_t        ws_version;
    ngx_str_t        ws_protocol;
    ngx_uint_t       http11;        /* by HTTP/1.1, neither older nor newer */
    ngx_str_t        meant;         /* Vzpanel-User: for whom it is asked */
    ngx_uint_t       wait;          /* seconds of Prefer: wait=N, <= 120 */
    ngx_str_t        text;          /* the body as it came */
    json_t          *body;          /* parsed by vz_call_body() */

    /* what the panel found out */
    const void      *route;         /* the panel's own of it, or NULL */
    ngx_str_t        params[VZ_PARAMS_MAX];     /* of the route's pattern */
    vz_caller_t      who;
    vz_identity_t   *identity;      /* the panel's own of who, or NULL */
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
    vz_websocket_t  *socket;        /* set: the connection becomes this */
    vz_download_t   *download;      /* set: the reply is this */
};


/*
 * vz_call_arg: a query argument, decoded; NULL data where it is missing.
 */
ngx_str_t vz_call_arg(vz_call_t *call, const char *name);

/*
 * vz_call_body: the body as a JSON object in call->body.  Refuses with 415
 * what is not application/json, with 400 what is not JSON or not an object.
 * VZ_OK, or VZ_SYNTAX with the reply already set.
 */
vz_code_e vz_call_body(vz_call_t *call);

/*
 * vz_call_header: add a response header; both strings must outlive the call.
 * A value with control characters is dropped and logged: nothing that came
 * from outside can start a line of its own.  Cache-Control is no-store where
 * the call sets none.
 */
void vz_call_header(vz_call_t *call, const char *name, ngx_str_t value);

/*
 * vz_call_location: where something is, as a path below the API's own prefix,
 * by ngx_snprintf's formats.
 */
void vz_call_location(vz_call_t *call, const char *fmt, ...);

/*
 * vz_call_etag: give the reply an ETag of these characters (quoted here).  A
 * GET whose If-None-Match holds it is answered 304 without a body; the reply
 * is "private, no-cache" instead of no-store.
 */
void vz_call_etag(vz_call_t *call, const ngx_str_t *tag);

/*
 * vz_call_matches: whether a list of entity tags (If-Match, If-None-Match)
 * holds the tag of these characters, or is "*".  Weak ones count too: gzip on
 * the way out makes ours weak (RFC 9110, 8.8.3).
 */
ngx_uint_t vz_call_matches(const ngx_str_t *list, const ngx_str_t *tag);

/*
 * vz_call_secure: whether the browser connects by TLS, to nginx or to a proxy
 * in front of it.
 */
ngx_uint_t vz_call_secure(const vz_call_t *call);

/*
 * vz_call_nobody: a call that nobody made, by which a job's texts are written
 * and its acts audited; it is not replied to.
 */
void vz_call_nobody(vz_call_t *call, ngx_pool_t *pool);

/* vz_call_printf: text from the call's pool, ngx_snprintf's formats. */
ngx_str_t vz_call_printf(vz_call_t *call, const char *fmt, ...);

/*
 * vz_call_reply: the status of a reply whose body is written to call->out
 * (which this starts anew).  204 and 304 have none.
 */
vz_json_t *vz_call_reply(vz_call_t *call, ngx_uint_t status);

/*
 * vz_call_problem: answer with problem+json (RFC 9457): status, stable code,
 * detail for people in English.  Field errors collected before are listed.
 * The type is "about:blank" with code as an extension member.
 */
void vz_call_problem(vz_call_t *call, ngx_uint_t status, const char *code,
    const char *detail, ...);

/*
 * vz_call_problem_open: the same, with its object left open for members of
 * its own (RFC 9457, 3.2); the caller closes it.
 */
vz_json_t *vz_call_problem_open(vz_call_t *call, ngx_uint_t status,
    const char *code, const char *detail, ...);

/* vz_call_invalid: collect one field error; vz_call_refuse: 422 with them. */
void vz_call_invalid(vz_call_t *call, const char *field, const char *code,
    const char *message, ...);
void vz_call_refuse(vz_call_t *call);

/*
 * vz_call_fault: the reply for a neighbour's failure: VZ_DOWN, VZ_OVERLOADED
 * and VZ_CONFLICT (nothing was done) 503 and VZ_TIMEOUT (it may still be done)
 * 504, all with Retry-After, VZ_UNFIT (a value does not fit) 422, else 500, or
 * vz_call_behind() while the schema is, for that may be why.  what is
 * "database", "node" or "crypt": database_down, node_down, node_timeout,
 * overloaded, internal.  After VZ_DENIED a reply that was set is left: who asks
 * was told already.
 */
void vz_call_fault(vz_call_t *call, const char *what, vz_code_e code);

/*
 * vz_call_behind: 503 schema_behind or schema_ahead: the database's schema does
 * not fit this module, which changes nothing until it does.
 */
void vz_call_behind(vz_call_t *call);

/* vz_call_busy: 503 overloaded, with the seconds after which to try again. */
void vz_call_busy(vz_call_t *call, ngx_uint_t seconds);

/*
 * A call that waits for long does so without a fiber.
 *
 * vz_call_park: the last thing that a handler does: its fiber ends without a
 * reply, and the call goes on with resume, on another fiber, when
 * vz_call_resume() says so.
 */
void vz_call_park(vz_call_t *call, vz_call_pt resume);

/*
 * vz_call_resume: from the main stack, let a parked call go on.  NGX_OK: the
 * call may be gone when the event loop has come round.  NGX_ERROR where there
 * is no fiber now: the call is parked as before.
 */
ngx_int_t vz_call_resume(vz_call_t *call);

/* vz_call_leave: free a parked call whose client has left. */
void vz_call_leave(vz_call_t *call);


#endif /* VZ_CALL_H */
