/*
 * Pages: the path and the headers are set here; nginx sends the file, with
 * ETag, ranges, sendfile and gzip as configured.
 */

#include "runtime/fiber.h"
#include "runtime/http_core.h"
#include "runtime/page.h"
#include "runtime/settings.h"


typedef struct {
    ngx_str_t    extension;
    ngx_str_t    type;
    size_t       type_len;      /* without its parameters, for gzip_types */
} vz_page_type_t;

#define vz_page_text(ext, type)                                               \
    { ngx_string(ext), ngx_string(type "; charset=utf-8"), sizeof(type) - 1 }
#define vz_page_data(ext, type)                                               \
    { ngx_string(ext), ngx_string(type), sizeof(type) - 1 }


static const vz_page_type_t  vz_page_types[] = {
    vz_page_text("html", "text/html"),
    vz_page_text("js", "text/javascript"),
    vz_page_text("css", "text/css"),
    vz_page_data("json", "application/json"),
    vz_page_data("svg", "image/svg+xml"),
    vz_page_data("png", "image/png"),
    vz_page_data("ico", "image/x-icon"),
    vz_page_data("webmanifest", "application/manifest+json"),
    vz_page_text("txt", "text/plain"),
    { ngx_null_string, ngx_null_string, 0 }
};


#define vz_page_policy(base)                                                  \
    ngx_string("default-src 'self'; style-src 'self'; "                       \
               "img-src 'self' data:; object-src 'none'; "                    \
               "frame-ancestors 'none'; base-uri " base "; "                  \
               "form-action 'self'")


static const struct {
    const char  *name;
    ngx_str_t    value;
} vz_page_headers[] = {

    /* headers that the reply of a call has by itself */

    { "X-Content-Type-Options", ngx_string("nosniff") },
    { "Cache-Control", ngx_string("no-cache") },

#define VZ_PAGE_CALL  2

    { "Content-Security-Policy", vz_page_policy("'none'") },
    { "Referrer-Policy", ngx_string("same-origin") },
    { "Permissions-Policy",
      ngx_string("camera=(), microphone=(), geolocation=(), payment=(), "
                 "usb=()") },
    { "Cross-Origin-Opener-Policy", ngx_string("same-origin") },
    { NULL, ngx_null_string }
};


/* of a page that says where the files lie, being itself in no folder */

static const ngx_str_t  vz_page_deep_policy = vz_page_policy("'self'");


static ngx_int_t vz_page_app(ngx_http_request_t *r, size_t base,
    ngx_http_handler_pt shell);
static ngx_int_t vz_page_typed(ngx_http_request_t *r,
    const vz_page_type_t *type);
static ngx_int_t vz_page_push(ngx_http_request_t *r, ngx_uint_t from,
    ngx_uint_t deep);
static ngx_int_t vz_page_not_allowed(ngx_http_request_t *r);
static ngx_int_t vz_page_redirect(ngx_http_request_t *r);
static ngx_int_t vz_page_index(ngx_http_request_t *r, size_t base);
static const vz_page_type_t *vz_page_type(const ngx_str_t *path);


const char *
vz_page_conf(ngx_conf_t *cf, ngx_str_t *path)
{
    u_char                    *index;
    ngx_file_info_t            info;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

#if (NGX_PCRE)
    if (clcf->regex) {
        return "can't be used in a location of a regular expression";
    }
#endif

    if (clcf->named || clcf->noname) {
        return "can't be used in a location without a path";
    }

    if (clcf->root.data != NULL) {
        return "can't be used beside root or alias";
    }

    if (ngx_conf_full_name(cf->cycle, path, 0) != NGX_OK) {
        return "does not fit in memory";
    }

    while (path->len > 1 && path->data[path->len - 1] == '/') {
        path->data[--path->len] = '\0';
    }

    index = ngx_pnalloc(cf->pool, path->len + sizeof("/index.html"));
    if (index == NULL) {
        return "does not fit in memory";
    }

    (void) ngx_sprintf(index, "%V/index.html%Z", path);

    if (ngx_file_info(index, &info) == NGX_FILE_ERROR || !ngx_is_file(&info)) {
        return "is not a folder with an index.html that can be read";
    }

    clcf->root = *path;
    clcf->alias = clcf->name.len;

    if (clcf->alias && clcf->name.data[clcf->alias - 1] == '/') {
        clcf->alias--;
    }

    return NULL;
}


ngx_int_t
vz_page_handler(ngx_http_request_t *r, ngx_http_handler_pt shell)
{
    size_t                     base;
    const vz_page_type_t      *type;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    base = clcf->alias;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return vz_page_not_allowed(r);
    }

    if (r->uri.len == base) {
        return vz_page_redirect(r);
    }

    if (r->uri.len < base || r->uri.data[base] != '/') {
        return NGX_HTTP_NOT_FOUND;
    }

    type = vz_page_type(&r->uri);

    if (type == NULL) {
        return vz_page_app(r, base, shell);
    }

    if (vz_page_push(r, 0, 0) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return vz_page_typed(r, type);
}


/*
 * A path of the application: the shell answers it, or index.html where there
 * is no shell.  Also a request that nginx redirected internally or that
 * another page includes gets the file; so does any while requests have all
 * their fibers.
 */

static ngx_int_t
vz_page_app(ngx_http_request_t *r, size_t base, ngx_http_handler_pt shell)
{
    ngx_uint_t  deep;

    /* index.html names its files relative to one folder */

    deep = ngx_strlchr(r->uri.data + base + 1, r->uri.data + r->uri.len, '/')
           != NULL;

    if (shell != NULL && r == r->main && r->err_status == 0
        && vz_fiber_room())
    {
        r->content_handler = shell;
        ngx_str_set(&r->headers_out.charset, "utf-8");

        return vz_page_push(r, VZ_PAGE_CALL, deep) == NGX_OK
               ? NGX_DECLINED : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (deep) {
        return NGX_HTTP_NOT_FOUND;
    }

    if (vz_page_index(r, base) != NGX_OK
        || vz_page_push(r, 0, 0) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return vz_page_typed(r, &vz_page_types[0]);
}


/* The configuration's own types may be missing, and nosniff is strict. */

static ngx_int_t
vz_page_typed(ngx_http_request_t *r, const vz_page_type_t *type)
{
    r->headers_out.content_type = type->type;
    r->headers_out.content_type_len = type->type_len;

    return NGX_DECLINED;
}


static ngx_int_t
vz_page_push(ngx_http_request_t *r, ngx_uint_t from, ngx_uint_t deep)
{
    ngx_uint_t        i;
    const ngx_str_t  *value;

    for (i = from; vz_page_headers[i].name != NULL; i++) {
        value = deep && i == VZ_PAGE_CALL ? &vz_page_deep_policy
                                          : &vz_page_headers[i].value;

        if (vz_http_send_add_header(r, vz_page_headers[i].name, value)
            == NULL)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
vz_page_not_allowed(ngx_http_request_t *r)
{
    static const ngx_str_t  allowed = ngx_string("GET, HEAD");

    return vz_http_send_add_header(r, "Allow", &allowed) == NULL
           ? NGX_HTTP_INTERNAL_SERVER_ERROR : NGX_HTTP_NOT_ALLOWED;
}


/* redirect to the address in the browser, which only a proxy may know */

static ngx_int_t
vz_page_redirect(ngx_http_request_t *r)
{
    ngx_str_t         path;
    const ngx_str_t  *to;

    to = &vz_settings()->public_url;

    if (to->len == 0) {
        to = &r->uri;
    }

    path.len = to->len + 1;

    if (r->args.len != 0) {
        path.len += 1 + r->args.len;
    }

    path.data = ngx_pnalloc(r->pool, path.len);
    if (path.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    (void) ngx_sprintf(path.data, "%V/%s%V", to,
                       r->args.len != 0 ? "?" : "", &r->args);

    r->headers_out.location = vz_http_send_add_header(r, "Location", &path);

    return r->headers_out.location == NULL ? NGX_HTTP_INTERNAL_SERVER_ERROR
                                           : NGX_HTTP_MOVED_PERMANENTLY;
}


static ngx_int_t
vz_page_index(ngx_http_request_t *r, size_t base)
{
    u_char     *p;
    ngx_str_t   index = ngx_string("/index.html");

    p = ngx_pnalloc(r->pool, base + index.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, r->uri.data, base);
    ngx_memcpy(p + base, index.data, index.len);

    r->uri.data = p;
    r->uri.len = base + index.len;

    return NGX_OK;
}


static const vz_page_type_t *
vz_page_type(const ngx_str_t *path)
{
    size_t                 len;
    u_char                *p, *end;
    const vz_page_type_t  *type;

    end = path->data + path->len;

    for (p = end; p > path->data && p[-1] != '.'; p--) {
        if (p[-1] == '/') {
            return NULL;
        }
    }

    len = end - p;

    for (type = vz_page_types; type->extension.len != 0; type++) {
        if (type->extension.len == len
            && ngx_strncmp(type->extension.data, p, len) == 0)
        {
            return type;
        }
    }

    return NULL;
}
