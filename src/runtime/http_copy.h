/*
 * What a call knows of its request: copied, so that it may outlive it.
 */

#ifndef VZ_HTTP_COPY_H
#define VZ_HTTP_COPY_H

#include "runtime/http.h"


/*
 * vz_http_copy_redact_line: at the begin of any request, put stars for the
 * secret of an order's link in its line, which nginx logs with whatever it
 * refuses.  The path is left to who is asked for it.
 */
void vz_http_copy_redact_line(ngx_http_request_t *r);


#endif /* VZ_HTTP_COPY_H */
