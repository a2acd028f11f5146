/*
 * The one route table: who may call what, with which body.  OpenAPI and the
 * documentation are generated from it.
 */

#ifndef VZ_ROUTE_H
#define VZ_ROUTE_H

#include "panel/api/body.h"
#include "panel/api/query.h"


typedef enum {
    VZ_ROLE_ANYONE = 0,
    VZ_ROLE_USER,
    VZ_ROLE_ADMIN
} vz_role_e;

#define VZ_ROUTE_OWN_AUTH  1    /* the handler finds out who asks, in the one
                                   statement it makes anyway */
#define VZ_ROUTE_SESSION   2    /* by a session only: no token may do this */
#define VZ_ROUTE_MESSAGE   256  /* the body is a mail; the handler reads it */
#define VZ_ROUTE_ALWAYS    512  /* also while the schema does not fit */
#define VZ_ROUTE_FIRST     1024 /* also by who has to change his password */

/* for the description alone: what the handler reads and gives besides */
#define VZ_ROUTE_WAIT      4    /* Prefer: wait=N */
#define VZ_ROUTE_KEY       8    /* Idempotency-Key */
#define VZ_ROUTE_MATCH     16   /* If-Match, which has to be there */
#define VZ_ROUTE_ETAG      32   /* the reply has an ETag */
#define VZ_ROUTE_STREAM    64   /* server-sent events where they are wanted */
#define VZ_ROUTE_TEXT      128  /* the reply is plain text */

typedef struct {
    ngx_uint_t              method;
    const char             *pattern;  /* "/vms/{id}/start" */
    vz_role_e               role;
    ngx_uint_t              flags;
    const vz_body_t        *form;     /* of the body,
    NULL where there is none */
    const vz_query_args_t  *args;  /* of the query string, or NULL */
    vz_call_pt              handler;
    const char             *summary;
    ngx_uint_t              status;   /* of success; 202 may be 200 at once */
    const char             *shape;    /* of the reply,
    as src/tools knows it; NULL
                                   where there is none, or it is any */
} vz_route_t;


/*
 * vz_route_call: find the row, check who asks and from where, run it.  Of a
 * user's calls, and of a session's, only some are served at a time.
 * vz_route_init: worker start.
 */
void vz_route_call(vz_call_t *call);
void vz_route_init(void);

/* vz_route_table: all rows, for what is generated from them. */
const vz_route_t *vz_route_table(ngx_uint_t *count);

/*
 * vz_route_id: a path parameter that is a number; VZ_NOENT with 404 as the
 * reply where it is none.
 */
vz_code_e vz_route_id(vz_call_t *call, ngx_uint_t n, uint64_t *id);

/*
 * vz_route_row: the rows of a statement that finds one thing.  VZ_OK where
 * there are some, else VZ_NOENT or the database's code, with the reply set.
 */
vz_code_e vz_route_row(vz_call_t *call, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t n, vz_rows_t *rows);

/* vz_route_absent: 404, also for what belongs to somebody else. */
void vz_route_absent(vz_call_t *call);


#endif /* VZ_ROUTE_H */
