/*
 * A call: how panel code reads its request and writes its reply.
 */

#include "runtime/call.h"
#include "runtime/http_core.h"
#include "runtime/schema.h"
#include "runtime/settings.h"


#define VZ_SHORT_TEXT  1024
#define VZ_LONG_TEXT   65536


static ngx_uint_t vz_call_is_json(const ngx_str_t *type);
static vz_json_t *vz_call_problem_text(vz_call_t *call, ngx_uint_t status,
    const char *code, const ngx_str_t *detail);
static const char *vz_call_title(ngx_uint_t status);
static ngx_str_t vz_call_format(vz_call_t *call, const char *fmt,
    va_list args);
static ngx_str_t vz_call_copy(vz_call_t *call, const u_char *data,
    size_t len);
static ngx_str_t vz_call_unescape(vz_call_t *call, const u_char *p,
    const u_char *end);
static ngx_int_t vz_call_hex(u_char c);


ngx_str_t
vz_call_arg(vz_call_t *call, const char *name)
{
    size_t     len;
    u_char    *p, *end, *stop;
    ngx_str_t  none = ngx_null_string;

    len = ngx_strlen(name);
    p = call->args.data;
    end = p + call->args.len;

    while (p < end) {
        stop = ngx_strlchr(p, end, '&');
        if (stop == NULL) {
            stop = end;
        }

        if ((size_t) (stop - p) >= len && ngx_strncmp(p, name, len) == 0) {

            if (p + len == stop) {
                return vz_call_unescape(call, stop, stop);
            }

            if (p[len] == '=') {
                return vz_call_unescape(call, p + len + 1, stop);
            }
        }

        p = stop + 1;
    }

    return none;
}


/* %XX and + (application/x-www-form-urlencoded); a broken escape stays */
static ngx_str_t
vz_call_unescape(vz_call_t *call, const u_char *p, const u_char *end)
{
    u_char     *to;
    ngx_str_t   out = ngx_null_string;

    to = ngx_pnalloc(call->pool, end - p + 1);
    if (to == NULL) {
        return out;
    }

    out.data = to;

    while (p < end) {

        if (*p == '%' && end - p > 2 && vz_call_hex(p[1]) >= 0
            && vz_call_hex(p[2]) >= 0)
        {
            *to++ = (u_char) (vz_call_hex(p[1]) << 4 | vz_call_hex(p[2]));
            p += 3;
            continue;
        }

        *to++ = (*p == '+') ? ' ' : *p;
        p++;
    }

    *to = '\0';
    out.len = to - out.data;

    return out;
}


static ngx_int_t
vz_call_hex(u_char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : NGX_ERROR;
}


vz_code_e
vz_call_body(vz_call_t *call)
{
    json_t     *body;
    ngx_str_t   problem;

    if (call->body != NULL) {
        return VZ_OK;
    }

    if (!vz_call_is_json(&call->content_type)) {
        vz_call_problem(call, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE, "not_json",
                        "The body must be sent as application/json.");
        return VZ_SYNTAX;
    }

    body = vz_json_read(call->pool, &call->text, &problem);
    if (body == NULL) {
        vz_call_problem(call, NGX_HTTP_BAD_REQUEST, "bad_json",
                        "The body is not valid JSON: %V.", &problem);
        return VZ_SYNTAX;
    }

    if (!json_is_object(body)) {
        vz_call_problem(call, NGX_HTTP_BAD_REQUEST, "bad_json",
                        "The body must be a JSON object.");
        return VZ_SYNTAX;
    }

    call->body = body;

    return VZ_OK;
}


/* with parameters or without: "application/json; charset=utf-8" */
static ngx_uint_t
vz_call_is_json(const ngx_str_t *type)
{
    u_char           c;
    size_t           len;
    const ngx_str_t  json = ngx_string("application/json");

    len = json.len;

    if (type->len < len
        || ngx_strncasecmp(type->data, json.data, len) != 0)
    {
        return 0;
    }

    c = (type->len == len) ? ';' : type->data[len];

    return c == ';' || c == ' ' || c == '\t';
}


void
vz_call_header(vz_call_t *call, const char *name, ngx_str_t value)
{
    size_t        i;
    vz_header_t  *h;

    for (i = 0; i < value.len; i++) {
        if (value.data[i] < 0x20 || value.data[i] == 0x7f) {
            ngx_log_error(NGX_LOG_ALERT, call->log, 0,
                          "control character in response header \"%s\"",
                          name);
            return;
        }
    }

    h = ngx_array_push(&call->headers);
    if (h == NULL) {
        return;
    }

    h->name.data = (u_char *) name;
    h->name.len = ngx_strlen(name);
    h->value = value;
}


void
vz_call_location(vz_call_t *call, const char *fmt, ...)
{
    va_list    args;
    ngx_str_t  path;

    va_start(args, fmt);
    path = vz_call_format(call, fmt, args);
    va_end(args);

    vz_call_header(call, "Location",
                   vz_call_printf(call, "%V%V", &call->prefix, &path));
}


void
vz_call_etag(vz_call_t *call, const ngx_str_t *tag)
{
    call->etag = vz_call_printf(call, "\"%V\"", tag);
}


ngx_uint_t
vz_call_matches(const ngx_str_t *list, const ngx_str_t *tag)
{
    const u_char  *p, *end, *stop;

    p = list->data;
    end = p + list->len;

    if (list->len == 1 && *p == '*') {
        return 1;
    }

    while (p < end) {

        p = ngx_strlchr((u_char *) p, (u_char *) end, '"');
        if (p == NULL) {
            return 0;
        }

        stop = ngx_strlchr((u_char *) ++p, (u_char *) end, '"');
        if (stop == NULL) {
            return 0;
        }

        if ((size_t) (stop - p) == tag->len
            && ngx_memcmp(p, tag->data, tag->len) == 0)
        {
            return 1;
        }

        p = stop + 1;
    }

    return 0;
}


ngx_uint_t
vz_call_secure(const vz_call_t *call)
{
    return call->secure || vz_settings_secure();
}


void
vz_call_nobody(vz_call_t *call, ngx_pool_t *pool)
{
    ngx_memzero(call, sizeof(vz_call_t));

    call->pool = pool;
    call->log = pool->log;
    ngx_str_set(&call->remote, "");
}


ngx_str_t
vz_call_printf(vz_call_t *call, const char *fmt, ...)
{
    va_list    args;
    ngx_str_t  out;

    va_start(args, fmt);
    out = vz_call_format(call, fmt, args);
    va_end(args);

    return out;
}


/* most texts are short; a longer one is formatted again */
static ngx_str_t
vz_call_format(vz_call_t *call, const char *fmt, va_list args)
{
    u_char     buf[VZ_SHORT_TEXT], *p, *last;
    va_list    copy;
    ngx_str_t  out;

    va_copy(copy, args);
    last = ngx_vslprintf(buf, buf + VZ_SHORT_TEXT, fmt, copy);
    va_end(copy);

    if (last < buf + VZ_SHORT_TEXT) {
        return vz_call_copy(call, buf, last - buf);
    }

    p = ngx_alloc(VZ_LONG_TEXT, call->log);
    if (p == NULL) {
        return vz_call_copy(call, buf, last - buf);
    }

    last = ngx_vslprintf(p, p + VZ_LONG_TEXT, fmt, args);
    out = vz_call_copy(call, p, last - p);
    ngx_free(p);

    return out;
}


static ngx_str_t
vz_call_copy(vz_call_t *call, const u_char *data, size_t len)
{
    u_char     *p;
    ngx_str_t   out = ngx_string("");

    p = ngx_pnalloc(call->pool, len + 1);
    if (p == NULL) {
        return out;
    }

    ngx_memcpy(p, data, len);
    p[len] = '\0';
    out.data = p;
    out.len = len;

    return out;
}


vz_json_t *
vz_call_reply(vz_call_t *call, ngx_uint_t status)
{
    call->status = status;
    ngx_str_set(&call->type, "application/json");
    vz_json_init(&call->out, call->pool);

    return &call->out;
}


void
vz_call_problem(vz_call_t *call, ngx_uint_t status, const char *code,
    const char *detail, ...)
{
    va_list     args;
    ngx_str_t   text;

    va_start(args, detail);
    text = vz_call_format(call, detail, args);
    va_end(args);

    vz_json_close(vz_call_problem_text(call, status, code, &text));
}


vz_json_t *
vz_call_problem_open(vz_call_t *call, ngx_uint_t status, const char *code,
    const char *detail, ...)
{
    va_list     args;
    ngx_str_t   text;

    va_start(args, detail);
    text = vz_call_format(call, detail, args);
    va_end(args);

    return vz_call_problem_text(call, status, code, &text);
}


static vz_json_t *
vz_call_problem_text(vz_call_t *call, ngx_uint_t status, const char *code,
    const ngx_str_t *detail)
{
    ngx_uint_t         i;
    vz_json_t         *out;
    vz_field_error_t  *error;

    if (status == NGX_HTTP_UNAUTHORIZED) {
        vz_call_header(call, "WWW-Authenticate",
                       vz_call_printf(call, "Bearer realm=\"vzpanel\""));
    }

    out = vz_call_reply(call, status);
    ngx_str_set(&call->type, "application/problem+json");

    vz_json_object(out, NULL);
    vz_json_cstr(out, "type", "about:blank");
    vz_json_cstr(out, "title", vz_call_title(status));
    vz_json_uint(out, "status", status);
    vz_json_text(out, "detail", detail);
    vz_json_cstr(out, "code", code);

    if (call->nerrors > 0) {
        vz_json_array(out, "errors");

        for (i = 0; i < call->nerrors; i++) {
            error = &call->errors[i];

            vz_json_object(out, NULL);
            vz_json_cstr(out, "field", error->field);
            vz_json_cstr(out, "code", error->code);
            vz_json_text(out, "message", &error->message);
            vz_json_close(out);
        }

        vz_json_close(out);
    }

    return out;
}


/* the phrases of RFC 9110, which "about:blank" requires for titles */
static const char *
vz_call_title(ngx_uint_t status)
{
    ngx_uint_t  i;

    static const struct {
        ngx_uint_t    status;
        const char   *title;
    } titles[] = {
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 406, "Not Acceptable" },
        { 408, "Request Timeout" },
        { 409, "Conflict" },
        { 410, "Gone" },
        { 412, "Precondition Failed" },
        { 411, "Length Required" },
        { 413, "Content Too Large" },
        { 414, "URI Too Long" },
        { 415, "Unsupported Media Type" },
        { 422, "Unprocessable Content" },
        { 428, "Precondition Required" },
        { 429, "Too Many Requests" },
        { 500, "Internal Server Error" },
        { 501, "Not Implemented" },
        { 502, "Bad Gateway" },
        { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" },
        { 505, "HTTP Version Not Supported" },
        { 0, "Error" }
    };

    for (i = 0; titles[i].status != 0; i++) {
        if (titles[i].status == status) {
            break;
        }
    }

    return titles[i].title;
}


void
vz_call_invalid(vz_call_t *call, const char *field, const char *code,
    const char *message, ...)
{
    va_list            args;
    vz_field_error_t  *error;

    if (call->nerrors == VZ_ERRORS_MAX) {
        return;
    }

    error = &call->errors[call->nerrors++];
    error->field = field;
    error->code = code;

    va_start(args, message);
    error->message = vz_call_format(call, message, args);
    va_end(args);
}


void
vz_call_refuse(vz_call_t *call)
{
    vz_call_problem(call, 422, "invalid", "%ui %s invalid.", call->nerrors,
                    call->nerrors == 1 ? "field is" : "fields are");
}


void
vz_call_fault(vz_call_t *call, const char *what, vz_code_e code)
{
    ngx_str_t  name;

    if (code == VZ_DENIED && call->status != 0) {
        return;
    }

    switch (code) {

    case VZ_OVERLOADED:
    case VZ_CONFLICT:
        vz_call_busy(call, 1);
        return;

    case VZ_DOWN:
        name = vz_call_printf(call, "%s_down", what);
        vz_call_problem(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                        (const char *) name.data,
                        "The %s does not answer; try again soon.", what);
        break;

    case VZ_UNFIT:
        vz_call_problem(call, 422, "invalid",
                        "A value is longer, greater or of other characters "
                        "than what can be stored; it was logged.");
        return;

    case VZ_TIMEOUT:
        name = vz_call_printf(call, "%s_timeout", what);
        vz_call_problem(call, NGX_HTTP_GATEWAY_TIME_OUT,
                        (const char *) name.data,
                        "The %s did not answer in time; try again soon.",
                        what);
        break;

    default:
        if (vz_schema_behind()) {
            vz_call_behind(call);
            return;
        }

        vz_call_problem(call, NGX_HTTP_INTERNAL_SERVER_ERROR, "internal",
                        "The %s failed; it was logged.", what);
        return;
    }

    vz_call_header(call, "Retry-After", vz_call_printf(call, "5"));
}


void
vz_call_behind(vz_call_t *call)
{
    vz_json_t          *out;
    const vz_schema_t  *schema;

    schema = vz_schema();

    if (schema->have < schema->need) {
        out = vz_call_problem_open(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                   "schema_behind",
                                   "The panel was upgraded but its database "
                                   "was not: run \"migrate\"; nothing can be "
                                   "changed until then.");
    } else {
        out = vz_call_problem_open(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                   "schema_ahead",
                                   "The database was upgraded but the panel "
                                   "was not: restart nginx; nothing can be "
                                   "changed until then.");
    }

    vz_json_uint(out, "have", schema->have);
    vz_json_uint(out, "need", schema->need);
    vz_json_close(out);

    vz_call_header(call, "Retry-After", vz_call_printf(call, "30"));
}


void
vz_call_busy(vz_call_t *call, ngx_uint_t seconds)
{
    vz_call_problem(call, NGX_HTTP_SERVICE_UNAVAILABLE, "overloaded",
                    "Too much is going on at the moment; try again soon.");
    vz_call_header(call, "Retry-After", vz_call_printf(call, "%ui", seconds));
}


void
vz_call_park(vz_call_t *call, vz_call_pt resume)
{
    call->resume = resume;
}


ngx_int_t
vz_call_resume(vz_call_t *call)
{
    vz_call_pt  resume;

    resume = call->resume;
    call->resume = NULL;

    if (vz_http_serve_again(call, resume) != NGX_OK) {
        call->resume = resume;
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
vz_call_leave(vz_call_t *call)
{
    vz_http_release(call);
}
