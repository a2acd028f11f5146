/*
 * Arguments of query strings by table: which, of which kind, and how often the
 * statement of a list takes each.  The same tables describe them to OpenAPI.
 */

#ifndef VZ_QUERY_H
#define VZ_QUERY_H

#include "runtime/db.h"
#include "runtime/http.h"


#define VZ_QUERY_ROWS   50          /* of a page where none are asked for */
#define VZ_QUERY_MOST   200
#define VZ_QUERY_MAX   12          /* rows of a table */


typedef enum {
    VZ_QUERY_NUMBER = 0,    /* 0 to INT64_MAX */
    VZ_QUERY_CURSOR,        /* the same: the "next" of the page before */
    VZ_QUERY_LIMIT,         /* rows of a page, 1 to VZ_QUERY_MOST; bound as one
                               more, which tells whether there is a next */
    VZ_QUERY_WORD,          /* one of words */
    VZ_QUERY_WORDS,         /* some of them, with commas */
    VZ_QUERY_NUMBERS,       /* numbers, with commas: by vz_query_numbers() */
    VZ_QUERY_TEXT,          /* any, in UTF-8 */
    VZ_QUERY_SEARCH,        /* what people type, as a pattern of LIKE that
                               finds it anywhere */
    VZ_QUERY_ACTION,        /* small letters and points, as a pattern of LIKE:
                               what begins with them */
    VZ_QUERY_ACCOUNT,       /* an account; NULL where it is a number */
    VZ_QUERY_ACTOR,         /* an account, and nothing else */
    VZ_QUERY_SINCE,         /* RFC 3339 ("2026-05-01T10:00:00-03:00"), or a */
    VZ_QUERY_UNTIL,         /* date in UTC: its beginning, or its end */

    /* other forms of the argument in the row before, NULL where it has none */
    VZ_QUERY_AS_NUMBER,
    VZ_QUERY_AS_DNI,
    VZ_QUERY_AS_PHONE
} vz_query_e;

typedef struct {
    const char  *name;
    vz_query_e   type;
    ngx_uint_t   times;     /* how many ? one after another take it */
    const char  *const   *words;     /* of both, to NULL */
} vz_query_t;

typedef struct {
    ngx_uint_t           count;
    const vz_query_t    *args;
} vz_query_args_t;

#define vz_query_args(args)  { sizeof(args) / sizeof(vz_query_t), args }


/* What people type into a search box. */
typedef struct {
    ngx_str_t        q;             /* or empty */
    ngx_str_t        like;          /* as a pattern of LIKE: anywhere */
    uint64_t         id;            /* as a number, or 0 */
} vz_query_search_t;


/* a column of ASCII like what was typed, which may be anything */
#define vz_query_like(column)  "CONVERT(" column " USING utf8mb4) LIKE ?"


/*
 * vz_query_read: the call's query string, a value for each row of the table,
 * NULL where the argument is missing (a limit never is).  VZ_OK, or VZ_RANGE
 * with 422 as the reply that names all that is broken.
 */
vz_code_e vz_query_read(vz_call_t *call, const vz_query_args_t *args,
    vz_bind_t values[VZ_QUERY_MAX]);

/* vz_query_number: 0 to max; *value stays where the argument is missing. */
vz_code_e vz_query_number(vz_call_t *call, const char *name, uint64_t max,
    uint64_t *value);

/*
 * vz_query_numbers: VZ_QUERY_MOST of them at most, without which *count is 0;
 * the array is of the call's pool.
 */
vz_code_e vz_query_numbers(vz_call_t *call, const char *name,
    uint64_t **numbers, ngx_uint_t *count);

/* vz_query_limit: how many rows a page has. */
vz_code_e vz_query_limit(vz_call_t *call, ngx_uint_t *limit);

/* vz_query_search: "q". */
vz_code_e vz_query_search(vz_call_t *call, vz_query_search_t *search);

/* vz_query_broken: collect it; VZ_RANGE. */
vz_code_e vz_query_broken(vz_call_t *call, const char *name, const char *rule);


#endif /* VZ_QUERY_H */
