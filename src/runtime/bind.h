/*
 * A value of the database: one that is bound to a "?" of a statement, or a
 * cell of its answer.
 */

#ifndef VZ_BIND_H
#define VZ_BIND_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef enum {
    VZ_BIND_NULL = 0,
    VZ_BIND_INT,
    VZ_BIND_TEXT,                   /* also bytes, for BINARY columns */
    VZ_BIND_BYTES                   /* bytes, even where they could be text */
} vz_bind_e;

typedef struct {
    vz_bind_e     type;
    int64_t       number;
    ngx_str_t     text;
} vz_bind_t;

/* vz_text() and vz_bytes() take an ngx_str_t */
#define vz_int(n)                                                             \
    ((vz_bind_t) { VZ_BIND_INT, (int64_t) (n), { 0, NULL } })
#define vz_text(s)  ((vz_bind_t) { VZ_BIND_TEXT, 0, (s) })
#define vz_bytes(s)                                                           \
    ((vz_bind_t) { VZ_BIND_BYTES, 0, (s) })
#define vz_none()   ((vz_bind_t) { VZ_BIND_NULL, 0, { 0, NULL } })

/* vz_binds(vz_int(1), vz_text(s)): the two arguments a call wants for them */
#define vz_binds(...)                                                         \
    (const vz_bind_t[]) { __VA_ARGS__ },                                      \
    sizeof((const vz_bind_t[]) { __VA_ARGS__ }) / sizeof(vz_bind_t)
#define vz_no_binds      NULL, 0


/*
 * vz_bind_cstr: a terminated string, which must outlive the query, as a bind;
 * NULL binds as NULL.
 */
vz_bind_t vz_bind_cstr(const char *s);

/* vz_bind_opt: a text as a bind; an empty one binds as NULL. */
vz_bind_t vz_bind_opt(ngx_str_t s);


#endif /* VZ_BIND_H */
