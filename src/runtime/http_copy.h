/*
 * Copying a request into a call, which may outlive it, and redacting secrets.
 */

#ifndef VZ_HTTP_COPY_H
#define VZ_HTTP_COPY_H

#include "runtime/http.h"


/*
 * vz_http_copy_redact_line: mask the secret of an order's link in the request
 * line, before nginx can log it with a refusal.  It runs in the post-read
 * phase, and leaves the path as it is.
 */
void vz_http_copy_redact_line(ngx_http_request_t *r);


#endif /* VZ_HTTP_COPY_H */
