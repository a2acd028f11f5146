/*
 * The http layer: it copies a request into a call, runs the handler on a
 * fiber, and sends the reply when that ends.  If the client left meanwhile the
 * reply is dropped and the work finishes.
 */

#ifndef VZ_HTTP_H
#define VZ_HTTP_H

#include <ngx_http.h>
#include "runtime/call.h"


/*
 * vz_http_handler: the content handler of an API location.  It reads the body
 * (too large: 413), makes the call and runs serve on a fiber.  prefix, the
 * location's "/api", is cut from the path.  Where fibers or memory are short
 * the answer is 503 with Retry-After.
 */
ngx_int_t vz_http_handler(ngx_http_request_t *r, const ngx_str_t *prefix,
    vz_call_pt serve);

/* vz_http_call: the call of a request, for variables; NULL for none. */
vz_call_t *vz_http_call(ngx_http_request_t *r);


#endif /* VZ_HTTP_H */
