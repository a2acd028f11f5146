/*
 * Arguments of a query string that more than one list takes.  What is broken
 * is collected as a field error; the caller refuses once.
 */

#ifndef VZ_ARG_H
#define VZ_ARG_H

#include "../runtime/http.h"


#define VZ_ARG_LIMIT  50
#define VZ_ARG_MOST   200


/* What people type into a search box. */
typedef struct {
    ngx_str_t        q;             /* or empty */
    ngx_str_t        like;          /* as a pattern of LIKE: anywhere */
    uint64_t         id;            /* as a number, or 0 */
} vz_arg_search_t;


/* a column of ASCII like what was typed, which may be anything */
#define vz_arg_like(column)  "CONVERT(" column " USING utf8mb4) LIKE ?"


/* vz_arg_number: 0 to max; *value stays where the argument is missing. */
vz_code_e vz_arg_number(vz_call_t *call, const char *name, uint64_t max,
    uint64_t *value);

/* vz_arg_limit: how many rows a page has. */
vz_code_e vz_arg_limit(vz_call_t *call, ngx_uint_t *limit);

/*
 * vz_arg_word: one of the words, "" where it is missing; rule names them for
 * people.
 */
vz_code_e vz_arg_word(vz_call_t *call, const char *name,
    const char *const *words, const char *rule, ngx_str_t *value);

/* vz_arg_search: "q". */
vz_code_e vz_arg_search(vz_call_t *call, vz_arg_search_t *search);

/*
 * vz_arg_time: RFC 3339 in UTC ("2026-05-01T10:00:00Z") or a date, as the
 * database reads it; "" where it is missing.  next: a date means its end.
 */
vz_code_e vz_arg_time(vz_call_t *call, const char *name, ngx_uint_t next,
    ngx_str_t *value);

/* vz_arg_broken: collect it; VZ_RANGE. */
vz_code_e vz_arg_broken(vz_call_t *call, const char *name, const char *rule);


#endif /* VZ_ARG_H */
