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
 * vz_http_copy: copy the request's line, headers and addresses into a call
 * that has its pool.  NGX_OK, or NGX_ERROR when there is no memory.
 */
ngx_int_t vz_http_copy(vz_call_t *call, ngx_http_request_t *r,
    const ngx_str_t *prefix);

/* vz_http_copy_body_max: the most bytes for the call's Content-Type. */
off_t vz_http_copy_body_max(const vz_call_t *call);

/*
 * vz_http_copy_redact: mask whatever looks like one of our secrets (64 hex
 * digits) in the request's line, path and arguments, once all was copied, so
 * that no log has it, whatever its format.
 */
void vz_http_copy_redact(ngx_http_request_t *r);

/*
 * vz_http_copy_body: copy the body that nginx has read into call->text.
 * NGX_OK; NGX_DECLINED when it is larger than vz_http_copy_body_max();
 * NGX_ERROR when there is no memory.
 */
ngx_int_t vz_http_copy_body(vz_call_t *call, ngx_http_request_t *r);

/*
 * vz_http_send: send the call's reply to the client.  Returns the code to
 * finalize the request with.  The reply's buffers stay the call's.
 */
ngx_int_t vz_http_send(ngx_http_request_t *r, vz_call_t *call);

/*
 * vz_http_send_add_header: add one response header; name and value must
 * outlive the request.  NULL when there is no memory.
 */
ngx_table_elt_t *vz_http_send_add_header(ngx_http_request_t *r,
    const char *name, const ngx_str_t *value);

/*
 * vz_http_refused: the request's call, or a new one, with a JSON reply for
 * what nginx itself refused with this status.  NULL when there is no memory.
 */
vz_call_t *vz_http_refused(ngx_http_request_t *r, const ngx_str_t *prefix,
    ngx_uint_t status);

/* vz_http_send_headers: add the call's own headers, also for a stream. */
ngx_int_t vz_http_send_headers(ngx_http_request_t *r, vz_call_t *call);


#endif /* VZ_HTTP_CORE_H */
