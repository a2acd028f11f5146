/*
 * JSON.  jansson reads it; the writer fills a chain of nginx buffers and keeps
 * count of commas and braces itself.
 */

#ifndef VZ_JSON_H
#define VZ_JSON_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <jansson.h>


#define VZ_JSON_DEPTH  32

/*
 * A writer.  Errors (no memory, too deep) stick in it: callers write without
 * looking and ask vz_json_end() once.
 */
typedef struct {
    ngx_pool_t     *pool;
    ngx_chain_t    *first;
    ngx_chain_t    *last;
    size_t          size;           /* bytes written */
    ngx_uint_t      depth;
    uint32_t        filled;         /* bit n: depth n has an element */
    uint32_t        arrays;         /* bit n: depth n is an array */
    unsigned        failed:1;
} vz_json_t;


/* vz_json_init: begin a document; its buffers come from pool. */
void vz_json_init(vz_json_t *json, ngx_pool_t *pool);

/*
 * Of all the functions that follow key is NULL inside an array and at the top,
 * else a C string without characters that need escaping: keys are ours, never
 * data.
 *
 * vz_json_object, vz_json_array: open one; vz_json_close: close the innermost.
 */
void vz_json_object(vz_json_t *json, const char *key);
void vz_json_array(vz_json_t *json, const char *key);
void vz_json_close(vz_json_t *json);

/*
 * vz_json_text, vz_json_cstr: write a text, escaped; bytes that are not UTF-8
 * become U+FFFD.  vz_json_opt: the same, and null for an empty one.
 */
void vz_json_text(vz_json_t *json, const char *key, const ngx_str_t *value);
void vz_json_cstr(vz_json_t *json, const char *key, const char *value);
void vz_json_opt(vz_json_t *json, const char *key, ngx_str_t value);

/* Write a number, true or false, or null. */
void vz_json_int(vz_json_t *json, const char *key, int64_t value);
void vz_json_uint(vz_json_t *json, const char *key, uint64_t value);
void vz_json_bool(vz_json_t *json, const char *key, ngx_uint_t value);
void vz_json_null(vz_json_t *json, const char *key);

/* vz_json_tenths: write value / 10 with one decimal, for per cent. */
void vz_json_tenths(vz_json_t *json, const char *key, int64_t value);

/* vz_json_time: write ms since the epoch as RFC 3339 in UTC; null for 0. */
void vz_json_time(vz_json_t *json, const char *key, uint64_t msec);

/* vz_json_raw: write text that is JSON already (a stored document). */
void vz_json_raw(vz_json_t *json, const char *key, const ngx_str_t *value);

/* vz_json_static: as vz_json_raw(), of text that never changes: no copy. */
void vz_json_static(vz_json_t *json, const char *key, const ngx_str_t *value);

/* vz_json_end: NGX_OK when everything was closed and nothing failed. */
ngx_int_t vz_json_end(vz_json_t *json);

/* vz_json_string: the document as one string from its pool. */
ngx_int_t vz_json_string(vz_json_t *json, ngx_str_t *out);


/*
 * vz_json_read: parse a document.  Duplicate keys, trailing bytes, NUL in
 * strings and more than VZ_JSON_DEPTH levels are refused.  The result is
 * freed with the pool.  NULL with *problem (from the pool) naming line and
 * column.
 */
json_t *vz_json_read(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_str_t *problem);


#endif /* VZ_JSON_H */
