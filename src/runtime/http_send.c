/*
 * Sending the reply of a call.
 */

#include "runtime/call.h"
#include "runtime/http_core.h"


/* statuses whose phrase nginx 1.22 does not know */
static const struct {
    ngx_uint_t   status;
    ngx_str_t    line;
} vz_http_lines[] = {
    { 422, ngx_string("422 Unprocessable Content") },
    { 428, ngx_string("428 Precondition Required") },
    { 0, ngx_null_string }
};


static void vz_http_settle(vz_call_t *call);
static void vz_http_not_modified(vz_call_t *call);
static ngx_int_t vz_http_push_defaults(ngx_http_request_t *r, vz_call_t *call);
static ngx_uint_t vz_http_has(vz_call_t *call, const char *name);


ngx_int_t
vz_http_send(ngx_http_request_t *r, vz_call_t *call)
{
    ngx_int_t    rc;
    ngx_buf_t   *b;
    ngx_uint_t   i;

    vz_http_settle(call);
    vz_http_not_modified(call);

    r->headers_out.status = call->status;

    for (i = 0; vz_http_lines[i].status != 0; i++) {
        if (vz_http_lines[i].status == call->status) {
            r->headers_out.status_line = vz_http_lines[i].line;
        }
    }

    r->headers_out.content_length_n = -1;

    /* nginx would check If-Match against a reply whose work is done */
    r->disable_not_modified = 1;
    r->allow_ranges = 0;

    if (call->status != NGX_HTTP_NO_CONTENT
        && call->status != NGX_HTTP_NOT_MODIFIED)
    {
        r->headers_out.content_length_n = call->out.size;
        r->headers_out.content_type = call->type;
        r->headers_out.content_type_len = call->type.len;
    }

    if (vz_http_send_headers(r, call) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    if (call->out.size == 0) {
        return ngx_http_send_special(r, NGX_HTTP_LAST);
    }

    b = call->out.last->buf;
    b->last_buf = (r == r->main);       /* the including page goes on */
    b->last_in_chain = 1;

    return ngx_http_output_filter(r, call->out.first);
}


/* a handler that forgot to answer, or whose JSON is broken, is our bug */
static void
vz_http_settle(vz_call_t *call)
{
    if (call->status != 0 && vz_json_end(&call->out) == NGX_OK) {
        return;
    }

    ngx_log_error(NGX_LOG_ALERT, call->log, 0,
                  call->status == 0 ? "a call ended without a reply"
                                    : "a reply is not whole JSON");

    ngx_str_null(&call->etag);
    call->headers.nelts = 0;
    vz_call_problem(call, NGX_HTTP_INTERNAL_SERVER_ERROR, "internal",
                    "The panel made a mistake; it was logged.");
}


static void
vz_http_not_modified(vz_call_t *call)
{
    ngx_str_t  tag;

    if (call->etag.len < 2 || call->status != NGX_HTTP_OK
        || call->method != NGX_HTTP_GET || call->if_none_match.len == 0)
    {
        return;
    }

    tag.data = call->etag.data + 1;
    tag.len = call->etag.len - 2;

    if (vz_call_matches(&call->if_none_match, &tag)) {
        (void) vz_call_reply(call, NGX_HTTP_NOT_MODIFIED);
    }
}


ngx_int_t
vz_http_send_headers(ngx_http_request_t *r, vz_call_t *call)
{
    ngx_uint_t    i;
    vz_header_t  *h;

    h = call->headers.elts;

    for (i = 0; i < call->headers.nelts; i++) {
        if (vz_http_send_add_header(r, (const char *) h[i].name.data,
                                    &h[i].value)
            == NULL)
        {
            return NGX_ERROR;
        }
    }

    return vz_http_push_defaults(r, call);
}


static ngx_int_t
vz_http_push_defaults(ngx_http_request_t *r, vz_call_t *call)
{
    static const ngx_str_t  nosniff = ngx_string("nosniff");
    static const ngx_str_t  no_store = ngx_string("no-store");
    static const ngx_str_t  no_cache = ngx_string("private, no-cache");

    if (vz_http_send_add_header(r, "X-Content-Type-Options",
                                &nosniff) == NULL) {
        return NGX_ERROR;
    }

    if (call->etag.len != 0) {
        r->headers_out.etag = vz_http_send_add_header(r, "ETag", &call->etag);
        if (r->headers_out.etag == NULL) {
            return NGX_ERROR;
        }
    }

    if (!vz_http_has(call, "Cache-Control")
        && vz_http_send_add_header(r, "Cache-Control",
                                   call->etag.len != 0 ? &no_cache
                                                       : &no_store) == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_table_elt_t *
vz_http_send_add_header(ngx_http_request_t *r, const char *name,
                        const ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NULL;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));
    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;

    return h;
}


static ngx_uint_t
vz_http_has(vz_call_t *call, const char *name)
{
    ngx_uint_t    i;
    vz_header_t  *h;

    h = call->headers.elts;

    for (i = 0; i < call->headers.nelts; i++) {
        if (ngx_strcasecmp(h[i].name.data, (u_char *) name) == 0) {
            return 1;
        }
    }

    return 0;
}
