/*
 * Between the files of the http layer; nobody else includes it.
 */

#ifndef VZ_HTTP_CORE_H
#define VZ_HTTP_CORE_H

#include "runtime/http.h"


/*
 * vz_http_serve_again: run serve for a parked call on a fiber of its own.
 * NGX_ERROR where there is no fiber.
 */
ngx_int_t vz_http_serve_again(vz_call_t *call, vz_call_pt serve);

/*
 * vz_http_release: let go of a call (the data of a cleanup); who lets go last
 * destroys its pool.
 */
void vz_http_release(void *data);

/*
 * vz_http_copy: the request's line, headers and addresses into a call that
 * has its pool.  NGX_ERROR when there is no memory.
 */
ngx_int_t vz_http_copy(vz_call_t *call, ngx_http_request_t *r,
    const ngx_str_t *prefix);

/*
 * vz_http_copy_body_max: bytes that a body of the call's Content-Type may
 * have.
 */
off_t vz_http_copy_body_max(const vz_call_t *call);

/*
 * vz_http_copy_redact: when all of the request was copied, put stars for what
 * looks like one of our secrets (64 hex digits) into its line, path and
 * arguments, so that no log has it, whatever its format.
 */
void vz_http_copy_redact(ngx_http_request_t *r);

/*
 * vz_http_copy_body: the body that nginx has read into call->text.  NGX_OK,
 * NGX_DECLINED when it is larger than vz_http_copy_body_max(), NGX_ERROR.
 */
ngx_int_t vz_http_copy_body(vz_call_t *call, ngx_http_request_t *r);

/*
 * vz_http_send: the call's reply to the client.  Returns what the request is
 * to be finalized with.  The reply's buffers stay the call's.
 */
ngx_int_t vz_http_send(ngx_http_request_t *r, vz_call_t *call);

/*
 * vz_http_send_add_header: one response header; name and value must outlive
 * the request. NULL when there is no memory.
 */
ngx_table_elt_t *vz_http_send_add_header(ngx_http_request_t *r,
    const char *name, const ngx_str_t *value);

/*
 * vz_http_refused: the request's call, or one that nobody serves, with a reply
 * that says in JSON what nginx refused with this status.  NULL when there is no
 * memory.
 */
vz_call_t *vz_http_refused(ngx_http_request_t *r, const ngx_str_t *prefix,
    ngx_uint_t status);

/* vz_http_send_headers: the call's own headers, for a stream as well. */
ngx_int_t vz_http_send_headers(ngx_http_request_t *r, vz_call_t *call);


#endif /* VZ_HTTP_CORE_H */
