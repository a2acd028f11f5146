/*
 * JSON replies for what nginx itself refuses, where the request is for the API:
 * in its locations (deny, limit_req, a broken body), and before a location was
 * looked up (a broken header, a line that is too long, TRACE).
 */

#ifndef VZ_HTTP_REFUSE_H
#define VZ_HTTP_REFUSE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * vz_refuse_pt: the prefix of the API that a request is for, or NULL.  path is
 * as much of the path as was read.
 */
typedef const ngx_str_t *(*vz_refuse_pt)(ngx_http_request_t *r,
    const ngx_str_t *path);

/*
 * vz_http_refuse_init: in postconfiguration, put our filters before all others.
 */
void vz_http_refuse_init(vz_refuse_pt prefix);


#endif /* VZ_HTTP_REFUSE_H */
