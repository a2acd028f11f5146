/*
 * Copying a request into a call, which may outlive it, and redacting secrets.
 */

#include <ngx_config.h>
#include <ctype.h>
#include "runtime/http_copy.h"
#include "runtime/http_core.h"


#define VZ_WAIT_MAX  120            /* seconds of Prefer: wait=N */
#define VZ_SECRET    64             /* hex digits */


/* request headers by their names in small letters */
static const struct {
    ngx_str_t    name;
    size_t       offset;            /* of an ngx_str_t in the call */
} vz_http_wanted[] = {
    { ngx_string("host"), offsetof(vz_call_t, host) },
    { ngx_string("origin"), offsetof(vz_call_t, origin) },
    { ngx_string("sec-fetch-site"), offsetof(vz_call_t, fetch_site) },
    { ngx_string("content-type"), offsetof(vz_call_t, content_type) },
    { ngx_string("accept"), offsetof(vz_call_t, accept) },
    { ngx_string("accept-language"), offsetof(vz_call_t, accept_language) },
    { ngx_string("user-agent"), offsetof(vz_call_t, user_agent) },
    { ngx_string("if-match"), offsetof(vz_call_t, if_match) },
    { ngx_string("if-none-match"), offsetof(vz_call_t, if_none_match) },
    { ngx_string("idempotency-key"), offsetof(vz_call_t, idempotency_key) },
    { ngx_string("last-event-id"), offsetof(vz_call_t, last_event_id) },
    { ngx_string("upgrade"), offsetof(vz_call_t, upgrade) },
    { ngx_string("sec-websocket-key"), offsetof(vz_call_t, ws_key) },
    { ngx_string("sec-websocket-version"), offsetof(vz_call_t, ws_version) },
    { ngx_string("sec-websocket-protocol"),
      offsetof(vz_call_t, ws_protocol) },
    { ngx_string("vzpanel-user"), offsetof(vz_call_t, meant) },
    { ngx_null_string, 0 }
};


/* our cookies; by TLS each has the prefix, without which it is not ours */
static struct {
    ngx_str_t    name;
    size_t       offset;
} vz_http_cookies[] = {
    { ngx_string(VZ_COOKIE "="), offsetof(vz_call_t, session) },
    { ngx_string(VZ_COOKIE_DEVICE "="), offsetof(vz_call_t, device) },
    { ngx_null_string, 0 }
};


/* request headers of which only a part is wanted */
typedef ngx_int_t (*vz_http_header_pt)(vz_call_t *call, ngx_str_t *value);

static ngx_int_t vz_http_cookie(vz_call_t *call, ngx_str_t *value);
static ngx_int_t vz_http_authorization(vz_call_t *call, ngx_str_t *value);
static ngx_int_t vz_http_prefer(vz_call_t *call, ngx_str_t *value);

static const struct {
    ngx_str_t          name;
    vz_http_header_pt  parse;
} vz_http_parsed[] = {
    { ngx_string("cookie"), vz_http_cookie },
    { ngx_string("authorization"), vz_http_authorization },
    { ngx_string("prefer"), vz_http_prefer },
    { ngx_null_string, NULL }
};


static ngx_int_t vz_http_header(vz_call_t *call, ngx_table_elt_t *h);
static ngx_uint_t vz_http_named(ngx_table_elt_t *h, const ngx_str_t *name);
static ngx_int_t vz_http_dup(ngx_pool_t *pool, ngx_str_t *to,
    const u_char *data, size_t len);
static void vz_http_mask_text(ngx_str_t *text);
static ngx_int_t vz_http_gather(u_char *p, ngx_chain_t *in, ngx_log_t *log);


ngx_int_t
vz_http_copy(vz_call_t *call, ngx_http_request_t *r, const ngx_str_t *prefix)
{
    size_t             cut;
    ngx_uint_t         i;
    ngx_list_part_t   *part;
    ngx_table_elt_t   *h;
    ngx_connection_t  *c;

    c = r->connection;
    call->prefix = *prefix;         /* it is the configuration's, which
                                       outlives the call */
    call->method = (r->method == NGX_HTTP_HEAD) ? NGX_HTTP_GET : r->method;

#if (NGX_HTTP_SSL)
    call->secure = (c->ssl != NULL);
    call->included = (r != r->main);
#endif

    call->http11 = (r->http_version == NGX_HTTP_VERSION_11);

    cut = (r->uri.len >= prefix->len
           && ngx_strncmp(r->uri.data, prefix->data, prefix->len) == 0)
          ? prefix->len : 0;

    if (vz_http_dup(call->pool, &call->method_name, r->method_name.data,
                    r->method_name.len) != NGX_OK
        || vz_http_dup(call->pool, &call->path, r->uri.data + cut,
                       r->uri.len - cut) != NGX_OK
        || vz_http_dup(call->pool, &call->args, r->args.data, r->args.len)
           != NGX_OK
        || vz_http_dup(call->pool, &call->remote, c->addr_text.data,
                       c->addr_text.len) != NGX_OK
        || ngx_array_init(&call->headers, call->pool, 4, sizeof(vz_header_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    vz_json_init(&call->out, call->pool);

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (vz_http_header(call, &h[i]) != NGX_OK) {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


/* the first of several headers of one name counts */
static ngx_int_t
vz_http_header(vz_call_t *call, ngx_table_elt_t *h)
{
    ngx_str_t   *to;
    ngx_uint_t   i;

    for (i = 0; vz_http_wanted[i].name.len != 0; i++) {
        if (vz_http_named(h, &vz_http_wanted[i].name)) {
            to = (ngx_str_t *) ((u_char *) call + vz_http_wanted[i].offset);

            return to->data != NULL ? NGX_OK
                   : vz_http_dup(call->pool, to, h->value.data, h->value.len);
        }
    }

    for (i = 0; vz_http_parsed[i].name.len != 0; i++) {
        if (vz_http_named(h, &vz_http_parsed[i].name)) {
            return vz_http_parsed[i].parse(call, &h->value);
        }
    }

    return NGX_OK;
}


static ngx_uint_t
vz_http_named(ngx_table_elt_t *h, const ngx_str_t *name)
{
    return h->key.len == name->len
           && ngx_strncasecmp(h->key.data, name->data, name->len) == 0;
}


/* the first of several cookies of one name counts */
static ngx_int_t
vz_http_cookie(vz_call_t *call, ngx_str_t *value)
{
    u_char      *p, *end, *stop;
    ngx_str_t   *to, *name, host;
    ngx_uint_t   i;

    ngx_str_set(&host, VZ_COOKIE_HOST);
    end = value->data + value->len;

    for (p = value->data; p < end; p = stop) {

        while (p < end && (*p == ' ' || *p == ';')) {
            p++;
        }

        stop = ngx_strlchr(p, end, ';');
        if (stop == NULL) {
            stop = end;
        }

        if (vz_call_secure(call)) {
            if ((size_t) (stop - p) < host.len
                || ngx_strncmp(p, host.data, host.len) != 0)
            {
                continue;
            }

            p += host.len;
        }

        for (i = 0; vz_http_cookies[i].name.len != 0; i++) {
            name = &vz_http_cookies[i].name;
            to = (ngx_str_t *) ((u_char *) call + vz_http_cookies[i].offset);

            if ((size_t) (stop - p) >= name->len
                && ngx_strncmp(p, name->data, name->len) == 0
                && to->data == NULL
                && vz_http_dup(call->pool, to, p + name->len,
                               stop - p - name->len)
                   != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


static ngx_int_t
vz_http_authorization(vz_call_t *call, ngx_str_t *value)
{
    u_char     *p, *end;
    ngx_str_t   scheme = ngx_string("Bearer ");

    if (call->bearer.data != NULL || value->len <= scheme.len
        || ngx_strncasecmp(value->data, scheme.data, scheme.len) != 0)
    {
        return NGX_OK;
    }

    p = value->data + scheme.len;
    end = value->data + value->len;

    while (p < end && *p == ' ') {
        p++;
    }

    return vz_http_dup(call->pool, &call->bearer, p, end - p);
}


/* RFC 7240: preferences separated by commas, parameters by semicolons */
static ngx_int_t
vz_http_prefer(vz_call_t *call, ngx_str_t *value)
{
    u_char     *p, *end, *digits;
    ngx_int_t   n;
    ngx_str_t   name = ngx_string("wait=");

    p = value->data;
    end = p + value->len;

    for ( ;; ) {
        while (p < end && (*p == ' ' || *p == ',' || *p == '\t')) {
            p++;
        }

        if (p == end) {
            return NGX_OK;
        }

        if ((size_t) (end - p) > name.len
            && ngx_strncasecmp(p, name.data, name.len) == 0)
        {
            break;
        }

        while (p < end && *p != ',') {
            p++;
        }
    }

    digits = p + name.len;

    for (p = digits; p < end && *p >= '0' && *p <= '9'; p++) { /* void */ }

    n = ngx_atoi(digits, p - digits);
    if (n > 0) {
        call->wait = ngx_min((ngx_uint_t) n, VZ_WAIT_MAX);
    }

    return NGX_OK;
}


void
vz_http_copy_redact_line(ngx_http_request_t *r)
{
    u_char     *p;
    ngx_str_t   line;

    line = r->request_line;

    if (line.len < sizeof("/orders/") - 1 + VZ_SECRET
        || ngx_strnstr(line.data, "/orders/", line.len) == NULL)
    {
        return;
    }

    /* the path and the arguments point into the line */

    p = ngx_pstrdup(r->pool, &line);

    if (p != NULL) {
        r->request_line.data = p;
        vz_http_mask_text(&r->request_line);
    }
}


/* the line of HTTP/2 is a text of its own */
void
vz_http_copy_redact(ngx_http_request_t *r)
{
    vz_http_mask_text(&r->request_line);
    vz_http_mask_text(&r->unparsed_uri);
    vz_http_mask_text(&r->uri);
    vz_http_mask_text(&r->args);
}


static void
vz_http_mask_text(ngx_str_t *text)
{
    size_t   i, n;
    u_char  *p;

    n = 0;

    for (i = 0; i < text->len; i++) {
        p = &text->data[i];
        n = isxdigit(*p) ? n + 1 : 0;

        if (n == VZ_SECRET) {
            ngx_memset(p + 1 - n, '*', n);
            n = 0;
        }
    }
}


off_t
vz_http_copy_body_max(const vz_call_t *call)
{
    static const ngx_str_t  message = ngx_string("message/");

    return call->content_type.len > message.len
           && ngx_strncasecmp(call->content_type.data, message.data,
                              message.len)
              == 0
           ? VZ_BODY_MESSAGE
           : call->session.len || call->bearer.len ? VZ_BODY_LONG
                                                   : VZ_BODY_MAX;
}


ngx_int_t
vz_http_copy_body(vz_call_t *call, ngx_http_request_t *r)
{
    off_t         size;
    ngx_chain_t  *cl;

    if (r->request_body == NULL) {
        return NGX_OK;
    }

    size = 0;

    for (cl = r->request_body->bufs; cl != NULL; cl = cl->next) {
        size += ngx_buf_size(cl->buf);

        if (size > vz_http_copy_body_max(call)) {
            return NGX_DECLINED;
        }
    }

    if (size == 0) {
        return NGX_OK;
    }

    call->text.data = ngx_pnalloc(call->pool, (size_t) size + 1);
    if (call->text.data == NULL) {
        return NGX_ERROR;
    }

    call->text.len = (size_t) size;
    call->text.data[size] = '\0';

    return vz_http_gather(call->text.data, r->request_body->bufs, call->log);
}


/* nginx may have written a chunked body to a file */
static ngx_int_t
vz_http_gather(u_char *p, ngx_chain_t *in, ngx_log_t *log)
{
    size_t      size;
    ngx_buf_t  *b;

    for ( /* void */ ; in != NULL; in = in->next) {
        b = in->buf;
        size = (size_t) ngx_buf_size(b);

        if (ngx_buf_in_memory(b)) {
            p = ngx_cpymem(p, b->pos, size);
            continue;
        }

        if (size == 0) {
            continue;
        }

        if (ngx_read_file(b->file, p, size, b->file_pos) != (ssize_t) size) {
            ngx_log_error(NGX_LOG_ERR, log, 0,
                          "a request body could not be read back");
            return NGX_ERROR;
        }

        p += size;
    }

    return NGX_OK;
}


/* terminated; data is never NULL, so an empty text differs from none */
static ngx_int_t
vz_http_dup(ngx_pool_t *pool, ngx_str_t *to, const u_char *data, size_t len)
{
    u_char  *p;

    p = ngx_pnalloc(pool, len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    to->data = p;
    to->len = len;

    if (len > 0) {
        p = ngx_cpymem(p, data, len);
    }

    *p = '\0';

    return NGX_OK;
}
