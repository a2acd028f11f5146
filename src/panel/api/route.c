/*
 * Matching a request to its route, and the checks that every call passes.
 */

#include "panel/api/auth.h"
#include "panel/api/body.h"
#include "panel/api/right.h"
#include "panel/api/route.h"
#include "panel/api/step_up.h"
#include "runtime/call.h"
#include "runtime/fiber.h"
#include "runtime/schema.h"
#include "wire/field_value.h"


#define VZ_ROUTE_SCHEMA  2000       /* ms that its number is good for */
#define VZ_ROUTE_CALLS   256        /* of one user at a time, in a worker */


typedef struct {
    const vz_route_t   *route;      /* NULL where the method does not fit */
    ngx_uint_t          found;      /* the path is known */
    ngx_uint_t          methods;    /* bits of what it takes */
} vz_route_match_t;


static void vz_route_find(vz_call_t *call, vz_route_match_t *match);
static ngx_uint_t vz_route_fits(vz_call_t *call, const char *pattern);
static void vz_route_refused(vz_call_t *call, const vz_route_match_t *match);
static vz_code_e vz_route_guard(vz_call_t *call, const vz_route_t *route);
static vz_code_e vz_route_enter(vz_call_t *call);
static vz_code_e vz_route_who(vz_call_t *call, const vz_route_t *route);


static const struct {
    ngx_uint_t    method;
    const char   *names;
} vz_route_methods[] = {
    { NGX_HTTP_GET, "GET, HEAD" },
    { NGX_HTTP_POST, "POST" },
    { NGX_HTTP_PUT, "PUT" },
    { NGX_HTTP_PATCH, "PATCH" },
    { NGX_HTTP_DELETE, "DELETE" },
    { 0, NULL }
};


static const vz_route_t  *vz_route_all;
static ngx_uint_t         vz_route_count;
static vz_share_t         vz_route_share;


void
vz_route_init(const vz_route_t *routes, ngx_uint_t count)
{
    vz_route_all = routes;
    vz_route_count = count;

    vz_share_init(&vz_route_share, VZ_FIBER_MAX - VZ_FIBER_RESERVE,
                  VZ_ROUTE_CALLS, VZ_ROUTE_CALLS, VZ_ROUTE_CALLS);
}


void
vz_route_call(vz_call_t *call)
{
    vz_route_match_t  match;

    vz_route_find(call, &match);

    if (match.route == NULL) {
        vz_route_refused(call, &match);
        return;
    }

    if (vz_route_guard(call, match.route) != VZ_OK) {
        return;
    }

    call->route = match.route;
    match.route->handler(call);

    if (call->status == 0 && call->stream == NULL && call->socket == NULL
        && call->resume == NULL)
    {
        ngx_log_error(NGX_LOG_ALERT, call->log, 0,
                      "vzpanel: \"%s\" gave no reply", match.route->summary);
        vz_call_fault(call, "panel", VZ_INTERNAL);
    }
}


static void
vz_route_find(vz_call_t *call, vz_route_match_t *match)
{
    ngx_uint_t         i;
    const vz_route_t  *route;

    ngx_memzero(match, sizeof(vz_route_match_t));

    for (i = 0; i < vz_route_count; i++) {
        route = &vz_route_all[i];

        if (!vz_route_fits(call, route->pattern)) {
            continue;
        }

        match->found = 1;
        match->methods |= route->method;

        if (route->method == call->method) {
            match->route = route;
            return;
        }
    }
}


/* "{name}" matches a path segment that is not empty */

static ngx_uint_t
vz_route_fits(vz_call_t *call, const char *pattern)
{
    u_char      *p, *end, *start;
    ngx_uint_t   n;

    n = 0;
    p = call->path.data;
    end = p + call->path.len;

    while (*pattern) {

        if (*pattern != '{') {
            if (p == end || *p != (u_char) *pattern) {
                return 0;
            }

            p++;
            pattern++;
            continue;
        }

        for (start = p; p < end && *p != '/'; p++) { /* void */ }

        if (p == start || n == VZ_PARAMS_MAX) {
            return 0;
        }

        call->params[n].data = start;
        call->params[n++].len = p - start;

        while (*pattern++ != '}') { /* void */ }
    }

    return p == end;
}


static void
vz_route_refused(vz_call_t *call, const vz_route_match_t *match)
{
    u_char      *p, *end, buf[64];
    ngx_str_t    allow;
    ngx_uint_t   i;

    if (!match->found) {
        vz_route_absent(call);
        return;
    }

    p = buf;
    end = buf + sizeof(buf);

    for (i = 0; vz_route_methods[i].names != NULL; i++) {
        if (match->methods & vz_route_methods[i].method) {
            p = ngx_slprintf(p, end, "%s%s", p == buf ? "" : ", ",
                             vz_route_methods[i].names);
        }
    }

    allow.data = buf;
    allow.len = p - buf;

    vz_call_problem(call, NGX_HTTP_NOT_ALLOWED, "method_not_allowed",
                    "Allowed methods: %V.", &allow);
    vz_call_header(call, "Allow", vz_call_printf(call, "%V", &allow));
}


static vz_code_e
vz_route_guard(vz_call_t *call, const vz_route_t *route)
{
    vz_code_e  rc;

    if (route->method != NGX_HTTP_GET) {

        rc = vz_auth_origin(call);
        if (rc != VZ_OK) {
            return rc;
        }

        rc = vz_auth_type(call);
        if (rc != VZ_OK) {
            return rc;
        }
    }

    if (route->role != VZ_ROLE_ANYONE) {
        rc = vz_route_enter(call);

        if (rc == VZ_OK && !(route->flags & VZ_ROUTE_OWN_AUTH)) {
            rc = vz_route_who(call, route);
        }

        if (rc == VZ_OK) {
            rc = vz_auth_meant(call);
        }

        if (rc != VZ_OK) {
            return rc;
        }
    }

    if (route->method != NGX_HTTP_GET && !(route->flags & VZ_ROUTE_ALWAYS)
        && vz_schema_check(VZ_ROUTE_SCHEMA) == VZ_BEHIND)
    {
        vz_call_behind(call);
        return VZ_BEHIND;
    }

    return route->form == NULL && !(route->flags & VZ_ROUTE_MESSAGE)
           ? vz_body_none(call) : VZ_OK;
}


/* limit concurrent calls: by user if the zone knows the session or token, else
   by the token itself */

static vz_code_e
vz_route_enter(vz_call_t *call)
{
    uint64_t   thing;
    vz_code_e  rc;

    (void) vz_auth_look(call);
    ngx_memcpy(&thing, call->token, sizeof(uint64_t));

    rc = vz_share_take(&vz_route_share, &call->who, call->token, thing,
                       &call->place);

    if (rc == VZ_BUSY) {
        vz_call_problem(call, NGX_HTTP_TOO_MANY_REQUESTS, "too_many",
                        "Too many calls at a time; try again in a moment.");
        vz_call_header(call, "Retry-After", vz_call_printf(call, "1"));

    } else if (rc != VZ_OK) {
        vz_call_fault(call, "panel", rc);
    }

    return rc;
}


static vz_code_e
vz_route_who(vz_call_t *call, const vz_route_t *route)
{
    vz_code_e  rc;

    rc = vz_auth_call(call);

    if (rc == VZ_DENIED) {
        vz_auth_refuse(call);
        return rc;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (!(route->flags & VZ_ROUTE_FIRST) && vz_auth_own(call) != VZ_OK) {
        return VZ_DENIED;
    }

    if (route->role == VZ_ROLE_ADMIN && !call->who.admin) {
        vz_auth_forbid(call);
        return VZ_DENIED;
    }

    if ((route->flags & VZ_ROUTE_SESSION) && !call->cookie_auth) {
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "forbidden",
                        "API tokens are not allowed to do this: "
                        "sign in with a password.");
        return VZ_DENIED;
    }

    if (vz_right_check(call, route) != VZ_OK) {
        return VZ_DENIED;
    }

    return (route->flags & VZ_ROUTE_STEP_UP) ? vz_step_up_require(call)
                                             : VZ_OK;
}


vz_code_e
vz_route_id(vz_call_t *call, ngx_uint_t n, uint64_t *id)
{
    ngx_str_t  *text;

    text = &call->params[n];

    if (vz_field_value_number((char *) text->data, text->len, INT64_MAX, id)
        != VZ_OK
        || *id == 0)
    {
        vz_route_absent(call);
        return VZ_NOENT;
    }

    return VZ_OK;
}


vz_code_e
vz_route_row(vz_call_t *call, const vz_sql_t *sql, const vz_bind_t *binds,
    ngx_uint_t n, vz_rows_t *rows)
{
    vz_code_e  rc;

    rc = vz_db_query(NULL, call->pool, sql, binds, n, rows);

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (rows->rows == 0) {
        vz_route_absent(call);
        return VZ_NOENT;
    }

    return VZ_OK;
}


vz_code_e
vz_route_failed(vz_call_t *call, vz_code_e rc)
{
    if (rc == VZ_NOENT) {
        vz_route_absent(call);

    } else if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
    }

    return rc;
}


void
vz_route_absent(vz_call_t *call)
{
    vz_call_problem(call, NGX_HTTP_NOT_FOUND, "not_found",
                    "Not found.");
}
