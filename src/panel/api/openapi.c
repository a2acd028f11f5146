/*
 * GET /api/openapi.json: what the build made of the tables.
 */

#include "panel/api/body.h"
#include "panel/api/openapi.h"
#include "panel/api/query.h"
#include "runtime/call.h"


void
vz_openapi_show(vz_call_t *call)
{
    ngx_str_t  tag, text;

    tag.data = (u_char *) vz_openapi_tag;
    tag.len = ngx_strlen(vz_openapi_tag);
    text.data = (u_char *) vz_openapi_text;
    text.len = vz_openapi_size;

    vz_call_etag(call, &tag);
    vz_json_static(vz_call_reply(call, NGX_HTTP_OK), NULL, &text);
}
