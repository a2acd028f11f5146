/*
 * What panel code calls to read its request and to write its reply.
 */

#ifndef VZ_CALL_H
#define VZ_CALL_H

#include "runtime/http.h"


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


#endif /* VZ_CALL_H */
