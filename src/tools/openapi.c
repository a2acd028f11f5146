/*
 * Prints the OpenAPI 3.1 description of what the tables of the panel say: the
 * build makes openapi.json and the bytes in the module of it.  Handlers in
 * the tables are only pointers here and are never called.
 */

#include "openapi.h"


#define VZ_OPENAPI_NAME  64


static json_t *vz_openapi_info(void);
static json_t *vz_openapi_paths(const vz_route_t *routes, ngx_uint_t count);
static const char *vz_openapi_method(const vz_route_t *route);
static json_t *vz_openapi_operation(const vz_route_t *route);
static json_t *vz_openapi_id(const vz_route_t *route);
static json_t *vz_openapi_tags(const vz_route_t *route);
static json_t *vz_openapi_security(const vz_route_t *route);
static json_t *vz_openapi_parameters(const vz_route_t *route);
static json_t *vz_openapi_answers(const vz_route_t *route);
static json_t *vz_openapi_content(const char *type, const char *schema);
static json_t *vz_openapi_schemes(void);


static const struct {
    ngx_uint_t    method;
    const char   *name;
} vz_openapi_methods[] = {
    { NGX_HTTP_GET, "get" },
    { NGX_HTTP_POST, "post" },
    { NGX_HTTP_PUT, "put" },
    { NGX_HTTP_PATCH, "patch" },
    { NGX_HTTP_DELETE, "delete" },
    { 0, NULL }
};


int
main(void)
{
    int                rc;
    json_t            *document;
    ngx_uint_t         count;
    const vz_route_t  *routes;

    routes = vz_route_table(&count);

    document = json_object();
    vz_put(document, "openapi", json_string("3.1.0"));
    vz_put(document, "info", vz_openapi_info());
    vz_put(document, "servers", json_pack("[{s:s}]", "url", "/api"));
    vz_put(document, "paths", vz_openapi_paths(routes, count));
    vz_put(document, "components",
           json_pack("{s:o, s:o}", "securitySchemes", vz_openapi_schemes(),
                     "schemas", vz_openapi_schemas(routes, count)));

    rc = json_dumpf(document, stdout, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    json_decref(document);

    if (rc != 0 || putchar('\n') == EOF || fflush(stdout) != 0) {
        perror("openapi: cannot write");
        return 1;
    }

    return 0;
}


void
vz_put(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0) {
        fprintf(stderr, "openapi: cannot make \"%s\"\n", name);
        exit(1);
    }
}


void
vz_add(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0) {
        fprintf(stderr, "openapi: cannot make an element\n");
        exit(1);
    }
}


static json_t *
vz_openapi_info(void)
{
    return json_pack("{s:s, s:s, s:s, s:{s:s, s:s}}",
                     "title", "vzpanel",
                     "version", "1",
                     "description",
                     "Containers to contract, watch, switch and administer. "
                     "What changes a container is a task.",
                     "license",
                     "name", "BSD-2-Clause",
                     "identifier", "BSD-2-Clause");
}


static json_t *
vz_openapi_paths(const vz_route_t *routes, ngx_uint_t count)
{
    json_t            *paths, *path;
    const vz_route_t  *route;

    paths = json_object();

    for (route = routes; route < routes + count; route++) {
        path = json_object_get(paths, route->pattern);

        if (path == NULL) {
            path = json_object();
            vz_put(paths, route->pattern, path);
        }

        vz_put(path, vz_openapi_method(route), vz_openapi_operation(route));
    }

    return paths;
}


static const char *
vz_openapi_method(const vz_route_t *route)
{
    ngx_uint_t  i;

    for (i = 0; vz_openapi_methods[i].name != NULL; i++) {
        if (vz_openapi_methods[i].method == route->method) {
            return vz_openapi_methods[i].name;
        }
    }

    fprintf(stderr, "openapi: \"%s\" has another method\n", route->pattern);
    exit(1);
}


static json_t *
vz_openapi_operation(const vz_route_t *route)
{
    json_t  *operation;

    operation = json_object();
    vz_put(operation, "operationId", vz_openapi_id(route));
    vz_put(operation, "summary", json_string(route->summary));
    vz_put(operation, "tags", vz_openapi_tags(route));
    vz_put(operation, "security", vz_openapi_security(route));
    vz_put(operation, "parameters", vz_openapi_parameters(route));

    if (route->form != NULL) {
        vz_put(operation, "requestBody",
               json_pack("{s:b, s:o}", "required", 1, "content",
                         vz_openapi_content("application/json",
                                            route->form->name)));
    }

    vz_put(operation, "responses", vz_openapi_answers(route));

    return operation;
}


/* "GET /vms/{id}" as get_vms_id */

static json_t *
vz_openapi_id(const vz_route_t *route)
{
    char         id[VZ_OPENAPI_NAME];
    size_t       n;
    const char  *p;

    n = snprintf(id, sizeof(id), "%s", vz_openapi_method(route));

    for (p = route->pattern; *p != '\0' && n < sizeof(id) - 1; p++) {
        if (*p != '{' && *p != '}') {
            id[n++] = isalnum((u_char) *p) ? *p : '_';
        }
    }

    return json_stringn(id, n);
}


/* the first word of the path; of those of administrators, both */

static json_t *
vz_openapi_tags(const vz_route_t *route)
{
    size_t       n;
    const char  *first;

    first = route->pattern + 1;
    n = strcspn(first, "/.");

    if (strncmp(first, "admin/", 6) == 0) {
        n = 6 + strcspn(first + 6, "/");
    }

    return json_pack("[s%]", first, n);
}


static json_t *
vz_openapi_security(const vz_route_t *route)
{
    json_t  *security;

    security = json_array();

    if (route->role != VZ_ROLE_ANYONE) {
        vz_add(security, json_pack("{s:[]}", "session"));

        if (!(route->flags & VZ_ROUTE_SESSION)) {
            vz_add(security, json_pack("{s:[]}", "token"));
        }
    }

    return security;
}


static json_t *
vz_openapi_parameters(const vz_route_t *route)
{
    size_t       n;
    json_t      *all;
    const char  *p;

    all = json_array();

    for (p = strchr(route->pattern, '{'); p != NULL; p = strchr(p, '{')) {
        n = strcspn(++p, "}");
        vz_add(all, json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", p, n,
                              "in", "path", "required", 1,
                              "schema", "type", "string"));
    }

    return all;
}


static json_t *
vz_openapi_answers(const vz_route_t *route)
{
    return json_pack("{s:{s:s}, s:{s:s, s:o}}",
                     "2XX", "description",
                     route->method == NGX_HTTP_GET
                     ? "what was asked for"
                     : "done, or with 202 a task that was begun",
                     "default", "description", "a problem (RFC 9457)",
                     "content", vz_openapi_content("application/problem+json",
                                                   "Problem"));
}


static json_t *
vz_openapi_content(const char *type, const char *schema)
{
    return json_pack("{s:{s:o}}", type, "schema", vz_openapi_ref(schema));
}


static json_t *
vz_openapi_schemes(void)
{
    return json_pack("{s:{s:s, s:s, s:s}, s:{s:s, s:s}}",
                     "session", "type", "apiKey", "in", "cookie", "name",
                     VZ_COOKIE,
                     "token", "type", "http", "scheme", "bearer");
}
