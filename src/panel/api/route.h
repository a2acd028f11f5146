/*
 * A route: who may call what, with which body, and what it answers.  The
 * table of all of them is panel/routes.c; here a request is matched to one
 * and checked.
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

#define VZ_ROUTE_OWN_AUTH  1    /* the handler authenticates the caller, in
                                   the one statement it runs anyway */
#define VZ_ROUTE_SESSION   2    /* sessions only: API tokens are refused */
#define VZ_ROUTE_STEP_UP   2048 /* a session whose password was typed long ago
                                   has to type it again (step_up.h) */
#define VZ_ROUTE_LONG      4096 /* the body may have VZ_BODY_LONG bytes */
#define VZ_ROUTE_MESSAGE   256  /* the body is a mail; the handler reads it */
#define VZ_ROUTE_ALWAYS    512  /* works while the schema is too old, too */
#define VZ_ROUTE_FIRST     1024 /* users who must change their password may
                                   call it, too */

/* these are for the OpenAPI document; the handler itself does the work */
#define VZ_ROUTE_WAIT      4    /* it reads Prefer: wait=N */
#define VZ_ROUTE_KEY       8    /* it reads Idempotency-Key */
#define VZ_ROUTE_MATCH     16   /* it requires If-Match */
#define VZ_ROUTE_ETAG      32   /* the reply has an ETag */
#define VZ_ROUTE_STREAM    64   /* it streams events if the client accepts */
#define VZ_ROUTE_TEXT      128  /* the reply is plain text */

typedef struct {
    ngx_uint_t              method;   /* a bit, NGX_HTTP_GET */
    const char             *pattern;  /* "/vms/{id}/start" */
    vz_role_e               role;     /* the least that the caller must be */
    ngx_uint_t              flags;    /* of VZ_ROUTE_ */
    const vz_body_t        *form;     /* the body; NULL: there is none */
    const vz_query_args_t  *args;     /* the query string; NULL: it has none */
    vz_call_pt              handler;
    const char             *summary;  /* one line for the OpenAPI document */
    ngx_uint_t              status;   /* of success; a 202 becomes a 200 if the
                                         task ends while the caller waits */
    const char             *shape;    /* the name of the reply's schema; or
                                         "Name: members", where no other route
                                         has it (tools/openapi_shapes.h); NULL:
                                         no reply, or one without a schema */
    const struct vz_resource_s  *resource;  /* of a handler of resource_route.h;
                                         else NULL */
} vz_route_t;


/*
 * vz_route_init: at worker start, take the table of routes, which must outlive
 * the worker.
 */
void vz_route_init(const vz_route_t *routes, ngx_uint_t count);

/* vz_route_table: that table; *count is how many they are. */
const vz_route_t *vz_route_table(ngx_uint_t *count);

/*
 * vz_route_call: match the call to a route, authenticate and authorize the
 * caller, and run the handler.  It limits how many calls of one user and of
 * one session run at a time.
 */
void vz_route_call(vz_call_t *call);

/*
 * vz_route_id: read path parameter n as a number greater than 0.  VZ_OK, or
 * VZ_NOENT with 404 as the reply.
 */
vz_code_e vz_route_id(vz_call_t *call, ngx_uint_t n, uint64_t *id);

/*
 * vz_route_row: run a statement that looks up one row.  VZ_OK if it found one;
 * else VZ_NOENT or the database's code, with the reply already set.
 */
vz_code_e vz_route_row(vz_call_t *call, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t n, vz_rows_t *rows);

/*
 * vz_route_failed: VZ_OK passes; VZ_NOENT is replied with 404, other codes as
 * what the database failed with.  Returns rc.
 */
vz_code_e vz_route_failed(vz_call_t *call, vz_code_e rc);

/*
 * vz_route_absent: reply 404.  Call it for what belongs to another user, too,
 * so that nobody learns that it exists.
 */
void vz_route_absent(vz_call_t *call);


#endif /* VZ_ROUTE_H */
