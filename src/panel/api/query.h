/*
 * Query strings by table: which arguments, of which type, and how often the
 * statement of a list binds each.  The OpenAPI document describes them by the
 * same tables.
 */

#ifndef VZ_QUERY_H
#define VZ_QUERY_H

#include "runtime/db.h"
#include "runtime/http.h"


#define VZ_QUERY_ROWS   50          /* of a page, if the client says nothing */
#define VZ_QUERY_MOST   200
#define VZ_QUERY_MAX    12          /* rows of a table */


typedef enum {
    VZ_QUERY_NUMBER = 0,    /* 0 to INT64_MAX */
    VZ_QUERY_CURSOR,        /* the same: the "next" of the previous page */
    VZ_QUERY_LIMIT,         /* rows of a page, 1 to VZ_QUERY_MOST; one more is
                               bound, to find out if there is a next page */
    VZ_QUERY_WORD,          /* one of words */
    VZ_QUERY_WORDS,         /* some of words, separated by commas */
    VZ_QUERY_NUMBERS,       /* numbers separated by commas; only
                               vz_query_numbers() reads them */
    VZ_QUERY_TEXT,          /* any UTF-8 text */
    VZ_QUERY_SEARCH,        /* a search text, bound as a pattern of LIKE that
                               matches it anywhere */
    VZ_QUERY_ACTION,        /* lower case letters and dots, bound as a pattern
                               of LIKE that matches the beginning */
    VZ_QUERY_ACCOUNT,       /* an account; a number is bound as NULL */
    VZ_QUERY_ACTOR,         /* an account; a number is refused */
    VZ_QUERY_SINCE,         /* RFC 3339 ("2026-05-01T10:00:00-03:00"), or a
                               date in UTC, which means its beginning */
    VZ_QUERY_UNTIL,         /* the same; a date means its end */

    /* another form of the argument in the row before; NULL if it has none */
    VZ_QUERY_AS_NUMBER,
    VZ_QUERY_AS_DNI,
    VZ_QUERY_AS_PHONE
} vz_query_e;

typedef struct {
    const char  *name;
    vz_query_e   type;
    ngx_uint_t   times;     /* how many consecutive ? bind it */
    const char  *const   *words;    /* of WORD and WORDS, up to NULL */
} vz_query_t;

typedef struct {
    ngx_uint_t           count;
    const vz_query_t    *args;
} vz_query_args_t;

#define vz_query_args(args)  { sizeof(args) / sizeof(vz_query_t), args }


/* The text of a search box. */
typedef struct {
    ngx_str_t        q;             /* empty: there is none */
    ngx_str_t        like;          /* a pattern of LIKE that matches q
                                       anywhere */
    uint64_t         id;            /* q as a number; 0: it is none */
} vz_query_search_t;


/* whether a column of ASCII matches a pattern that may have any character */
#define vz_query_like(column)  "CONVERT(" column " USING utf8mb4) LIKE ?"


/*
 * vz_query_read: read the call's query string: one value for each row of the
 * table, NULL if the argument is missing (a limit has a default).  VZ_OK, or
 * VZ_RANGE with 422 as the reply, which names all errors.
 */
vz_code_e vz_query_read(vz_call_t *call, const vz_query_args_t *args,
    vz_bind_t values[VZ_QUERY_MAX]);

/*
 * vz_query_number: read a number from 0 to max; *value stays as it is if the
 * argument is missing.  VZ_OK, or VZ_RANGE with the error collected.
 */
vz_code_e vz_query_number(vz_call_t *call, const char *name, uint64_t max,
    uint64_t *value);

/*
 * vz_query_numbers: read at most VZ_QUERY_MOST numbers into an array of the
 * call's pool; *count is 0 if the argument is missing.  VZ_OK; VZ_RANGE with
 * the error collected; VZ_INTERNAL if there is no memory.
 */
vz_code_e vz_query_numbers(vz_call_t *call, const char *name,
    uint64_t **numbers, ngx_uint_t *count);

/* vz_query_limit: read how many rows a page has; codes as above. */
vz_code_e vz_query_limit(vz_call_t *call, ngx_uint_t *limit);

/* vz_query_search: read the argument "q"; codes as above. */
vz_code_e vz_query_search(vz_call_t *call, vz_query_search_t *search);

/* vz_query_broken: collect an error of an argument; returns VZ_RANGE. */
vz_code_e vz_query_broken(vz_call_t *call, const char *name, const char *rule);


#endif /* VZ_QUERY_H */
