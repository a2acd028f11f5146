/*
 * JSON (RFC 8259): a writer into chains of buffers, a guarded reader.
 */

#include "runtime/json.h"


#define VZ_JSON_FIRST     4096      /* bytes of the first buffer, then twice */
#define VZ_JSON_LARGEST   65536     /* the one before, up to this */

#define vz_json_bit(depth)  ((uint32_t) 1 << (depth))


static u_char *vz_json_room(vz_json_t *json, size_t n);
static ngx_int_t vz_json_link(vz_json_t *json, ngx_buf_t *b);
static void vz_json_bytes(vz_json_t *json, const void *data, size_t len);
static ngx_int_t vz_json_begin(vz_json_t *json, const char *key);
static void vz_json_open(vz_json_t *json, const char *key, ngx_uint_t array);
static void vz_json_quoted(vz_json_t *json, const u_char *p, size_t len);
static void vz_json_escape(vz_json_t *json, u_char c);
static size_t vz_json_sequence(const u_char *p, const u_char *end,
    ngx_uint_t *valid);
static void vz_json_printf(vz_json_t *json, const char *key, const char *fmt,
    ...);
static ngx_int_t vz_json_shallow(const ngx_str_t *text);
static void vz_json_free(void *data);


void
vz_json_init(vz_json_t *json, ngx_pool_t *pool)
{
    ngx_memzero(json, sizeof(vz_json_t));
    json->pool = pool;
}


/* n bytes in one piece at the end; the caller moves last */
static u_char *
vz_json_room(vz_json_t *json, size_t n)
{
    size_t      size;
    ngx_buf_t  *b;

    if (json->last != NULL) {
        b = json->last->buf;

        if ((size_t) (b->end - b->last) >= n) {
            return b->last;
        }

        size = ngx_min((size_t) (b->end - b->start) * 2, VZ_JSON_LARGEST);

    } else {
        size = VZ_JSON_FIRST;
    }

    b = ngx_create_temp_buf(json->pool, ngx_max(size, n));

    return vz_json_link(json, b) == NGX_OK ? b->last : NULL;
}


static ngx_int_t
vz_json_link(vz_json_t *json, ngx_buf_t *b)
{
    ngx_chain_t  *cl;

    cl = ngx_alloc_chain_link(json->pool);
    if (b == NULL || cl == NULL) {
        return NGX_ERROR;
    }

    cl->buf = b;
    cl->next = NULL;

    if (json->last != NULL) {
        json->last->next = cl;

    } else {
        json->first = cl;
    }

    json->last = cl;

    return NGX_OK;
}


static void
vz_json_bytes(vz_json_t *json, const void *data, size_t len)
{
    size_t         n;
    ngx_buf_t     *b;
    const u_char  *p = data;

    if (json->failed) {
        return;
    }

    json->size += len;

    while (len > 0) {
        if (vz_json_room(json, 1) == NULL) {
            json->failed = 1;
            return;
        }

        b = json->last->buf;
        n = ngx_min(len, (size_t) (b->end - b->last));
        b->last = ngx_cpymem(b->last, p, n);
        p += n;
        len -= n;
    }
}


/* the comma and the key before a value */
static ngx_int_t
vz_json_begin(vz_json_t *json, const char *key)
{
    uint32_t    bit;
    ngx_uint_t  in_array;

    bit = vz_json_bit(json->depth);
    in_array = (json->depth == 0 || (json->arrays & bit) != 0);

    if (json->failed || in_array != (key == NULL)
        || (json->depth == 0 && (json->filled & bit)))
    {
        json->failed = 1;
        return NGX_ERROR;
    }

    if (json->filled & bit) {
        vz_json_bytes(json, ",", 1);
    }

    json->filled |= bit;

    if (key != NULL) {
        vz_json_bytes(json, "\"", 1);
        vz_json_bytes(json, key, ngx_strlen(key));
        vz_json_bytes(json, "\":", 2);
    }

    return json->failed ? NGX_ERROR : NGX_OK;
}


static void
vz_json_open(vz_json_t *json, const char *key, ngx_uint_t array)
{
    uint32_t  bit;

    if (vz_json_begin(json, key) != NGX_OK) {
        return;
    }

    if (json->depth + 1 >= VZ_JSON_DEPTH) {
        json->failed = 1;
        return;
    }

    bit = vz_json_bit(++json->depth);
    json->filled &= ~bit;

    if (array) {
        json->arrays |= bit;
        vz_json_bytes(json, "[", 1);

    } else {
        json->arrays &= ~bit;
        vz_json_bytes(json, "{", 1);
    }
}


void
vz_json_object(vz_json_t *json, const char *key)
{
    vz_json_open(json, key, 0);
}


void
vz_json_array(vz_json_t *json, const char *key)
{
    vz_json_open(json, key, 1);
}


void
vz_json_close(vz_json_t *json)
{
    if (json->failed || json->depth == 0) {
        json->failed = 1;
        return;
    }

    if (json->arrays & vz_json_bit(json->depth)) {
        vz_json_bytes(json, "]", 1);

    } else {
        vz_json_bytes(json, "}", 1);
    }

    json->depth--;
}


void
vz_json_text(vz_json_t *json, const char *key, const ngx_str_t *value)
{
    if (vz_json_begin(json, key) == NGX_OK) {
        vz_json_quoted(json, value->data, value->len);
    }
}


void
vz_json_cstr(vz_json_t *json, const char *key, const char *value)
{
    if (vz_json_begin(json, key) == NGX_OK) {
        vz_json_quoted(json, (const u_char *) value, ngx_strlen(value));
    }
}


void
vz_json_opt(vz_json_t *json, const char *key, ngx_str_t value)
{
    if (value.len) {
        vz_json_text(json, key, &value);
    } else {
        vz_json_null(json, key);
    }
}


/* runs of plain characters are copied whole */
static void
vz_json_quoted(vz_json_t *json, const u_char *p, size_t len)
{
    size_t         n;
    ngx_uint_t     valid;
    const u_char  *end, *run;

    vz_json_bytes(json, "\"", 1);

    end = p + len;
    run = p;

    while (p < end) {

        if (*p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\') {
            p++;
            continue;
        }

        if (*p < 0x80) {
            vz_json_bytes(json, run, p - run);
            vz_json_escape(json, *p++);
            run = p;
            continue;
        }

        n = vz_json_sequence(p, end, &valid);

        if (!valid) {
            vz_json_bytes(json, run, p - run);
            vz_json_bytes(json, "\xef\xbf\xbd", 3);
            run = p + n;
        }

        p += n;
    }

    vz_json_bytes(json, run, p - run);
    vz_json_bytes(json, "\"", 1);
}


static void
vz_json_escape(vz_json_t *json, u_char c)
{
    u_char              buf[sizeof("\\u0000") - 1], *last;
    const char         *found;
    static const char   from[] = "\"\\\b\f\n\r\t";
    static const char   to[] = "\"\\bfnrt";

    buf[0] = '\\';

    found = (c != '\0') ? strchr(from, c) : NULL;

    if (found != NULL) {
        buf[1] = (u_char) to[found - from];
        vz_json_bytes(json, buf, 2);
        return;
    }

    last = ngx_snprintf(buf, sizeof(buf), "\\u%04xd", (uint32_t) c);
    vz_json_bytes(json, buf, last - buf);
}


/*
 * The length of the UTF-8 sequence at p, or of the broken part of one that
 * becomes a single U+FFFD (Unicode 15, tables 3-7 and 3-8).
 */
static size_t
vz_json_sequence(const u_char *p, const u_char *end, ngx_uint_t *valid)
{
    u_char  low, high;
    size_t  n, need;

    *valid = 0;
    low = 0x80;
    high = 0xbf;

    if (*p >= 0xc2 && *p <= 0xdf) {
        need = 2;

    } else if (*p >= 0xe0 && *p <= 0xef) {
        need = 3;
        low = (*p == 0xe0) ? 0xa0 : low;
        high = (*p == 0xed) ? 0x9f : high;

    } else if (*p >= 0xf0 && *p <= 0xf4) {
        need = 4;
        low = (*p == 0xf0) ? 0x90 : low;
        high = (*p == 0xf4) ? 0x8f : high;

    } else {
        return 1;
    }

    for (n = 1; n < need; n++) {
        if (p + n == end || p[n] < low || p[n] > high) {
            return n;
        }

        low = 0x80;
        high = 0xbf;
    }

    *valid = 1;

    return need;
}


static void
vz_json_printf(vz_json_t *json, const char *key, const char *fmt, ...)
{
    u_char   buf[2 * NGX_INT64_LEN], *last;
    va_list  args;

    if (vz_json_begin(json, key) != NGX_OK) {
        return;
    }

    va_start(args, fmt);
    last = ngx_vslprintf(buf, buf + sizeof(buf), fmt, args);
    va_end(args);

    vz_json_bytes(json, buf, last - buf);
}


void
vz_json_int(vz_json_t *json, const char *key, int64_t value)
{
    vz_json_printf(json, key, "%L", value);
}


void
vz_json_uint(vz_json_t *json, const char *key, uint64_t value)
{
    vz_json_printf(json, key, "%uL", value);
}


void
vz_json_bool(vz_json_t *json, const char *key, ngx_uint_t value)
{
    vz_json_printf(json, key, "%s", value ? "true" : "false");
}


void
vz_json_null(vz_json_t *json, const char *key)
{
    vz_json_printf(json, key, "null");
}


void
vz_json_tenths(vz_json_t *json, const char *key, int64_t value)
{
    uint64_t  whole;

    whole = (value < 0) ? - (uint64_t) value : (uint64_t) value;

    vz_json_printf(json, key, "%s%uL.%uL", value < 0 ? "-" : "", whole / 10,
                   whole % 10);
}


void
vz_json_time(vz_json_t *json, const char *key, uint64_t msec)
{
    u_char     text[32];
    ngx_tm_t   tm;
    ngx_str_t  value;

    if (msec == 0) {
        vz_json_null(json, key);
        return;
    }

    ngx_gmtime(msec / 1000, &tm);

    value.data = text;
    value.len = ngx_snprintf(text, sizeof(text),
                             "%04d-%02d-%02dT%02d:%02d:%02d.%03uLZ",
                             tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                             tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec,
                             msec % 1000)
                - text;

    vz_json_text(json, key, &value);
}


void
vz_json_raw(vz_json_t *json, const char *key, const ngx_str_t *value)
{
    if (value->len == 0) {
        json->failed = 1;
        return;
    }

    if (vz_json_begin(json, key) == NGX_OK) {
        vz_json_bytes(json, value->data, value->len);
    }
}


void
vz_json_static(vz_json_t *json, const char *key, const ngx_str_t *value)
{
    ngx_buf_t  *b;

    if (vz_json_begin(json, key) != NGX_OK) {
        return;
    }

    b = ngx_calloc_buf(json->pool);

    if (vz_json_link(json, b) != NGX_OK) {
        json->failed = 1;
        return;
    }

    b->start = b->pos = value->data;
    b->end = b->last = value->data + value->len;
    b->memory = 1;
    json->size += value->len;
}


ngx_int_t
vz_json_end(vz_json_t *json)
{
    return (json->failed || json->depth != 0) ? NGX_ERROR : NGX_OK;
}


ngx_int_t
vz_json_string(vz_json_t *json, ngx_str_t *out)
{
    u_char       *p;
    ngx_chain_t  *cl;

    out->len = 0;
    out->data = NULL;

    if (vz_json_end(json) != NGX_OK) {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(json->pool, json->size + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    out->data = p;
    out->len = json->size;

    for (cl = json->first; cl != NULL; cl = cl->next) {
        p = ngx_cpymem(p, cl->buf->pos, cl->buf->last - cl->buf->pos);
    }

    *p = '\0';

    return NGX_OK;
}


json_t *
vz_json_read(ngx_pool_t *pool, const ngx_str_t *text, ngx_str_t *problem)
{
    u_char              *last;
    json_t              *json;
    json_error_t         error;
    ngx_pool_cleanup_t  *cln;

    if (text->len == 0) {
        ngx_str_set(problem, "it is empty");
        return NULL;
    }

    ngx_str_set(problem, "the server is out of memory: try again later");

    /* jansson's parser recurses, and the stack of a fiber is small */

    if (vz_json_shallow(text) != NGX_OK) {
        ngx_str_set(problem, "nested too deep");
        return NULL;
    }

    cln = ngx_pool_cleanup_add(pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    json = json_loadb((const char *) text->data, text->len,
                      JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        problem->data = ngx_pnalloc(pool, NGX_MAX_ERROR_STR);
        if (problem->data == NULL) {
            ngx_str_set(problem, "the server is out of memory: try again "
                                 "later");
            return NULL;
        }

        last = ngx_snprintf(problem->data, NGX_MAX_ERROR_STR,
                            "line %d, column %d: %s", error.line,
                            error.column, error.text);
        problem->len = last - problem->data;

        return NULL;
    }

    cln->handler = vz_json_free;
    cln->data = json;
    ngx_str_null(problem);

    return json;
}


static ngx_int_t
vz_json_shallow(const ngx_str_t *text)
{
    size_t      i;
    ngx_uint_t  depth, quoted;

    depth = 0;
    quoted = 0;

    for (i = 0; i < text->len; i++) {

        switch (text->data[i]) {

        case '"':
            quoted = !quoted;
            break;

        case '\\':
            i += quoted;
            break;

        case '[':
        case '{':
            if (!quoted && ++depth > VZ_JSON_DEPTH) {
                return NGX_ERROR;
            }

            break;

        case ']':
        case '}':
            depth -= (!quoted && depth > 0);
            break;
        }
    }

    return NGX_OK;
}


static void
vz_json_free(void *data)
{
    json_decref(data);
}
