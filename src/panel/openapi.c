/*
 * GET /api/openapi.json: the OpenAPI 3.1 description of what the route table
 * and the forms say, so it is never older than they are.
 */

#include "resource.h"
#include "route.h"


#define VZ_OPENAPI_NAME  64


static void vz_openapi_path(vz_json_t *out, const vz_route_t *routes,
    ngx_uint_t count, ngx_uint_t first);
static void vz_openapi_operation(vz_json_t *out, const vz_route_t *route);
static void vz_openapi_id(vz_json_t *out, const vz_route_t *route);
static void vz_openapi_parameters(vz_json_t *out, const char *pattern);
static void vz_openapi_body(vz_json_t *out, const vz_form_t *form);
static void vz_openapi_answers(vz_json_t *out, const vz_route_t *route);
static void vz_openapi_security(vz_json_t *out, const vz_route_t *route);
static void vz_openapi_components(vz_json_t *out);
static void vz_openapi_schema(vz_json_t *out, const vz_form_t *form);
static void vz_openapi_member(vz_json_t *out, const vz_form_member_t *member);
static void vz_openapi_limit(vz_json_t *out, const vz_form_member_t *member);
static void vz_openapi_int(vz_json_t *out, const vz_form_member_t *member);
static void vz_openapi_pair(vz_json_t *out, const vz_form_member_t *member);
static void vz_openapi_problem(vz_json_t *out);
static ngx_uint_t vz_openapi_earlier(const vz_route_t *routes, ngx_uint_t n);
static ngx_uint_t vz_openapi_same_form(const vz_route_t *routes,
    ngx_uint_t n);


static const struct {
    ngx_uint_t    method;
    const char   *name;
} vz_openapi_methods[] = {
    { NGX_HTTP_GET, "get" },
    { NGX_HTTP_POST, "post" },
    { NGX_HTTP_PUT, "put" },
    { NGX_HTTP_PATCH, "patch" },
    { NGX_HTTP_DELETE, "delete" }
};

#define VZ_OPENAPI_METHODS                                                    \
    (sizeof(vz_openapi_methods) / sizeof(vz_openapi_methods[0]))


void
vz_openapi_show(vz_call_t *call)
{
    vz_json_t         *out;
    ngx_uint_t         i, count;
    const vz_route_t  *routes;

    routes = vz_route_table(&count);

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_cstr(out, "openapi", "3.1.0");

    vz_json_object(out, "info");
    vz_json_cstr(out, "title", "vzpanel");
    vz_json_cstr(out, "version", "1");
    vz_json_cstr(out, "description", "Containers to contract, watch, switch "
                 "and administer. What changes a container is a task.");
    vz_json_object(out, "license");
    vz_json_cstr(out, "name", "BSD-2-Clause");
    vz_json_cstr(out, "identifier", "BSD-2-Clause");
    vz_json_close(out);
    vz_json_close(out);

    vz_json_array(out, "servers");
    vz_json_object(out, NULL);
    vz_json_cstr(out, "url", "/api");
    vz_json_close(out);
    vz_json_close(out);

    vz_json_object(out, "paths");

    for (i = 0; i < count; i++) {
        if (!vz_openapi_earlier(routes, i)) {
            vz_openapi_path(out, routes, count, i);
        }
    }

    vz_json_close(out);

    vz_openapi_components(out);
    vz_json_close(out);
}


/* whether a row before has the same path */

static ngx_uint_t
vz_openapi_earlier(const vz_route_t *routes, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (ngx_strcmp(routes[i].pattern, routes[n].pattern) == 0) {
            return 1;
        }
    }

    return 0;
}


static void
vz_openapi_path(vz_json_t *out, const vz_route_t *routes, ngx_uint_t count,
    ngx_uint_t first)
{
    ngx_uint_t   i;
    const char  *pattern = routes[first].pattern;

    vz_json_object(out, pattern);
    vz_openapi_parameters(out, pattern);

    for (i = first; i < count; i++) {
        if (ngx_strcmp(routes[i].pattern, pattern) == 0) {
            vz_openapi_operation(out, &routes[i]);
        }
    }

    vz_json_close(out);
}


static void
vz_openapi_operation(vz_json_t *out, const vz_route_t *route)
{
    ngx_uint_t   i;
    const char  *name;

    name = "get";

    for (i = 0; i < VZ_OPENAPI_METHODS; i++) {
        if (vz_openapi_methods[i].method == route->method) {
            name = vz_openapi_methods[i].name;
        }
    }

    vz_json_object(out, name);
    vz_openapi_id(out, route);
    vz_json_cstr(out, "summary", route->summary);
    vz_openapi_security(out, route);

    if (route->form != NULL) {
        vz_openapi_body(out, route->form);
    }

    vz_openapi_answers(out, route);
    vz_json_close(out);
}


/* "GET /vms/{id}" as get_vms_id */

static void
vz_openapi_id(vz_json_t *out, const vz_route_t *route)
{
    char         id[VZ_OPENAPI_NAME];
    size_t       n;
    ngx_uint_t   i;
    const char  *p;

    n = 0;

    for (i = 0; i < VZ_OPENAPI_METHODS; i++) {
        if (vz_openapi_methods[i].method == route->method) {
            n = ngx_sprintf((u_char *) id, "%s", vz_openapi_methods[i].name)
                - (u_char *) id;
        }
    }

    for (p = route->pattern; *p != '\0' && n < sizeof(id) - 1; p++) {
        if (*p == '/') {
            id[n++] = '_';

        } else if (*p != '{' && *p != '}') {
            id[n++] = *p;
        }
    }

    id[n] = '\0';
    vz_json_cstr(out, "operationId", id);
}


static void
vz_openapi_parameters(vz_json_t *out, const char *pattern)
{
    size_t       len;
    ngx_str_t    name;
    const char  *p;

    p = strchr(pattern, '{');
    if (p == NULL) {
        return;
    }

    vz_json_array(out, "parameters");

    for ( /* void */ ; p != NULL; p = strchr(p, '{')) {
        len = strcspn(++p, "}");
        name.data = (u_char *) p;
        name.len = len;

        vz_json_object(out, NULL);
        vz_json_text(out, "name", &name);
        vz_json_cstr(out, "in", "path");
        vz_json_bool(out, "required", 1);
        vz_json_object(out, "schema");
        vz_json_cstr(out, "type", "string");
        vz_json_close(out);
        vz_json_close(out);
    }

    vz_json_close(out);
}


static void
vz_openapi_security(vz_json_t *out, const vz_route_t *route)
{
    vz_json_array(out, "security");

    if (route->role != VZ_ROLE_ANYONE) {
        vz_json_object(out, NULL);
        vz_json_array(out, "session");
        vz_json_close(out);
        vz_json_close(out);

        if (!(route->flags & VZ_ROUTE_SESSION)) {
            vz_json_object(out, NULL);
            vz_json_array(out, "token");
            vz_json_close(out);
            vz_json_close(out);
        }
    }

    vz_json_close(out);
}


static void
vz_openapi_body(vz_json_t *out, const vz_form_t *form)
{
    u_char  ref[VZ_OPENAPI_NAME + 32];

    ngx_snprintf(ref, sizeof(ref), "#/components/schemas/%s%Z", form->name);

    vz_json_object(out, "requestBody");
    vz_json_bool(out, "required", 1);
    vz_json_object(out, "content");
    vz_json_object(out, "application/json");
    vz_json_object(out, "schema");
    vz_json_cstr(out, "$ref", (char *) ref);
    vz_json_close(out);
    vz_json_close(out);
    vz_json_close(out);
    vz_json_close(out);
}


static void
vz_openapi_answers(vz_json_t *out, const vz_route_t *route)
{
    vz_json_object(out, "responses");

    vz_json_object(out, "2XX");
    vz_json_cstr(out, "description",
                 route->method == NGX_HTTP_GET
                 ? "what was asked for"
                 : "done, or with 202 a task that was begun");
    vz_json_close(out);

    vz_json_object(out, "default");
    vz_json_cstr(out, "description", "a problem (RFC 9457)");
    vz_json_object(out, "content");
    vz_json_object(out, "application/problem+json");
    vz_json_object(out, "schema");
    vz_json_cstr(out, "$ref", "#/components/schemas/Problem");
    vz_json_close(out);
    vz_json_close(out);
    vz_json_close(out);
    vz_json_close(out);

    vz_json_close(out);
}


static void
vz_openapi_components(vz_json_t *out)
{
    ngx_uint_t         i, count;
    const vz_route_t  *routes;

    routes = vz_route_table(&count);

    vz_json_object(out, "components");

    vz_json_object(out, "securitySchemes");
    vz_json_object(out, "session");
    vz_json_cstr(out, "type", "apiKey");
    vz_json_cstr(out, "in", "cookie");
    vz_json_cstr(out, "name", VZ_COOKIE);
    vz_json_close(out);
    vz_json_object(out, "token");
    vz_json_cstr(out, "type", "http");
    vz_json_cstr(out, "scheme", "bearer");
    vz_json_close(out);
    vz_json_close(out);

    vz_json_object(out, "schemas");
    vz_openapi_problem(out);

    for (i = 0; i < count; i++) {
        if (routes[i].form != NULL && !vz_openapi_same_form(routes, i)) {
            vz_openapi_schema(out, routes[i].form);
        }
    }

    vz_json_close(out);
    vz_json_close(out);
}


static ngx_uint_t
vz_openapi_same_form(const vz_route_t *routes, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (routes[i].form == routes[n].form) {
            return 1;
        }
    }

    return 0;
}


static void
vz_openapi_schema(vz_json_t *out, const vz_form_t *form)
{
    ngx_uint_t  i;

    vz_json_object(out, form->name);
    vz_json_cstr(out, "type", "object");
    vz_json_bool(out, "additionalProperties", 0);

    vz_json_array(out, "required");

    for (i = 0; i < form->count; i++) {
        if (form->members[i].required) {
            vz_json_cstr(out, NULL, form->members[i].name);
        }
    }

    vz_json_close(out);

    vz_json_object(out, "properties");

    for (i = 0; i < form->count; i++) {
        vz_openapi_member(out, &form->members[i]);
    }

    vz_json_close(out);
    vz_json_close(out);
}


static void
vz_openapi_member(vz_json_t *out, const vz_form_member_t *member)
{
    vz_json_object(out, member->name);

    switch (member->type) {

    case VZ_FORM_FIELD:
        vz_json_cstr(out, "type", "string");
        vz_json_cstr(out, "pattern", vz_field_pattern(member->field));
        vz_json_cstr(out, "description", vz_field_rule(member->field));
        break;

    case VZ_FORM_TEXT:
        vz_json_cstr(out, "type", "string");
        vz_json_int(out, "maxLength", member->max);
        break;

    case VZ_FORM_INT:
        vz_openapi_int(out, member);
        break;

    case VZ_FORM_LIMIT:
        vz_openapi_limit(out, member);
        break;

    case VZ_FORM_BOOL:
        vz_json_cstr(out, "type", "boolean");
        break;

    case VZ_FORM_LIST:
        vz_json_cstr(out, "type", "array");
        vz_json_int(out, "maxItems", member->max);
        vz_json_object(out, "items");
        vz_json_cstr(out, "type", "string");
        vz_json_cstr(out, "pattern", vz_field_pattern(member->field));
        vz_json_close(out);
        break;

    case VZ_FORM_PAIR:
        vz_openapi_pair(out, member);
        break;

    case VZ_FORM_KEY:
        vz_json_array(out, "type");
        vz_json_cstr(out, NULL, "integer");
        vz_json_cstr(out, NULL, "string");
        vz_json_close(out);
        vz_json_cstr(out, "description", vz_field_rule(member->field));
        break;
    }

    vz_json_close(out);
}


static void
vz_openapi_int(vz_json_t *out, const vz_form_member_t *member)
{
    vz_json_cstr(out, "type", "integer");
    vz_json_int(out, "minimum", member->min);
    vz_json_int(out, "maximum", member->max);
}


static void
vz_openapi_pair(vz_json_t *out, const vz_form_member_t *member)
{
    vz_json_cstr(out, "type", "object");
    vz_json_bool(out, "additionalProperties", 0);
    vz_json_object(out, "properties");

    vz_json_object(out, "barrier_mib");
    vz_openapi_int(out, member);
    vz_json_close(out);

    vz_json_object(out, "limit_mib");
    vz_openapi_limit(out, member);
    vz_json_close(out);

    vz_json_close(out);
}


static void
vz_openapi_limit(vz_json_t *out, const vz_form_member_t *member)
{
    vz_json_array(out, "oneOf");

    vz_json_object(out, NULL);
    vz_openapi_int(out, member);
    vz_json_close(out);

    vz_json_object(out, NULL);
    vz_json_cstr(out, "const", "unlimited");
    vz_json_close(out);

    vz_json_close(out);
}


static void
vz_openapi_problem(vz_json_t *out)
{
    ngx_uint_t  i;

    static const char *const  texts[] = { "type", "title", "detail", "code" };

    vz_json_object(out, "Problem");
    vz_json_cstr(out, "type", "object");
    vz_json_object(out, "properties");

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        vz_json_object(out, texts[i]);
        vz_json_cstr(out, "type", "string");
        vz_json_close(out);
    }

    vz_json_object(out, "status");
    vz_json_cstr(out, "type", "integer");
    vz_json_close(out);

    vz_json_object(out, "errors");
    vz_json_cstr(out, "type", "array");
    vz_json_object(out, "items");
    vz_json_cstr(out, "type", "object");
    vz_json_object(out, "properties");

    for (i = 0; i < 3; i++) {
        vz_json_object(out, i == 0 ? "field" : i == 1 ? "code" : "message");
        vz_json_cstr(out, "type", "string");
        vz_json_close(out);
    }

    vz_json_close(out);
    vz_json_close(out);
    vz_json_close(out);
    vz_json_close(out);
    vz_json_close(out);
}
