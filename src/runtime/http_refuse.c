/*
 * Refusals of nginx's own, in JSON.
 */

#include "runtime/http_core.h"
#include "runtime/http_refuse.h"


typedef struct {
    vz_call_t      *call;
    unsigned        sent:1;
} vz_refuse_ctx_t;


static ngx_int_t vz_refuse_header(ngx_http_request_t *r);
static ngx_int_t vz_refuse_body(ngx_http_request_t *r, ngx_chain_t *in);
static ngx_str_t vz_refuse_path(ngx_http_request_t *r);


extern ngx_module_t  ngx_http_vzpanel_module;

static vz_refuse_pt                      vz_refuse_prefix;
static ngx_http_output_header_filter_pt  vz_refuse_next_header;
static ngx_http_output_body_filter_pt    vz_refuse_next_body;


void
vz_http_refuse_init(vz_refuse_pt prefix)
{
    vz_refuse_prefix = prefix;

    vz_refuse_next_header = ngx_http_top_header_filter;
    ngx_http_top_header_filter = vz_refuse_header;

    vz_refuse_next_body = ngx_http_top_body_filter;
    ngx_http_top_body_filter = vz_refuse_body;
}


static ngx_int_t
vz_refuse_header(ngx_http_request_t *r)
{
    ngx_str_t         path;
    vz_call_t        *call;
    const ngx_str_t  *prefix;
    vz_refuse_ctx_t  *ctx;

    call = vz_http_call(r);

    if (r->headers_out.status < NGX_HTTP_BAD_REQUEST
        || (call != NULL && call->status != 0))
    {
        return vz_refuse_next_header(r);
    }

    path = vz_refuse_path(r);
    prefix = vz_refuse_prefix(r, &path);

    if (prefix == NULL) {
        return vz_refuse_next_header(r);
    }

    ctx = ngx_pcalloc(r->pool, sizeof(vz_refuse_ctx_t));
    call = ctx ? vz_http_refused(r, prefix, r->headers_out.status) : NULL;

    if (call == NULL) {
        return vz_refuse_next_header(r);
    }

    ctx->call = call;
    ngx_http_set_ctx(r, ctx, ngx_http_vzpanel_module);

    ngx_http_clear_content_length(r);
    r->headers_out.content_length_n = call->out.size;
    r->headers_out.content_type = call->type;
    r->headers_out.content_type_len = call->type.len;

    if (vz_http_send_headers(r, call) != NGX_OK) {
        return NGX_ERROR;
    }

    return vz_refuse_next_header(r);
}


/* nginx's own page is replaced by ours */

static ngx_int_t
vz_refuse_body(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_buf_t        *b;
    ngx_chain_t      *cl;
    vz_refuse_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_vzpanel_module);

    if (ctx == NULL || in == NULL) {
        return vz_refuse_next_body(r, in);
    }

    for (cl = in; cl != NULL; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
    }

    if (ctx->sent) {
        return NGX_OK;
    }

    ctx->sent = 1;

    b = ctx->call->out.last->buf;
    b->last_buf = (r == r->main);       /* the including page goes on */
    b->last_in_chain = 1;

    return vz_refuse_next_body(r, ctx->call->out.first);
}


/* as much of a broken or too long line as was read */

static ngx_str_t
vz_refuse_path(ngx_http_request_t *r)
{
    ngx_buf_t  *b;
    ngx_str_t   path;

    if (r->uri.len != 0) {
        return r->uri;
    }

    b = r->header_in;
    ngx_str_null(&path);

    if (b != NULL && r->uri_start >= b->start && r->uri_start < b->last) {
        path.data = r->uri_start;
        path.len = b->last - r->uri_start;
    }

    return path;
}
