/*
 * Prints the OpenAPI 3.1 description of what the tables of the panel say: the
 * build makes openapi.json and the bytes in the module of it.  Handlers in
 * the tables are only pointers here and are never called.
 */

#include "panel/api/fields.h"
#include "tools/openapi_operations.h"
#include "tools/openapi_schema.h"


#define VZ_OPENAPI_NAME  64


static json_t *vz_openapi_info(void);
static json_t *vz_openapi_paths(const vz_route_t *routes, ngx_uint_t count);
static const char *vz_openapi_method(const vz_route_t *route);
static json_t *vz_openapi_operation(const vz_route_t *route);
static json_t *vz_openapi_id(const vz_route_t *route);
static json_t *vz_openapi_tags(const vz_route_t *route);
static json_t *vz_openapi_security(const vz_route_t *route);
static json_t *vz_openapi_parameters(const vz_route_t *route);
static void vz_openapi_args(json_t *all, const vz_query_args_t *args);
static json_t *vz_openapi_arg_schema(const vz_query_t *arg);
static json_t *vz_openapi_arg_words(const vz_query_t *arg);
static void vz_openapi_path_parameters(json_t *all, const char *pattern);
static json_t *vz_openapi_path_schema(const char *name);
static json_t *vz_openapi_answers(const vz_route_t *route);
static void vz_openapi_answer(json_t *answers, const vz_route_t *route,
    ngx_uint_t status);
static json_t *vz_openapi_answer_headers(const vz_route_t *route,
    ngx_uint_t status);
static json_t *vz_openapi_content(const vz_route_t *route);
static void vz_openapi_problems(json_t *answers, const vz_route_t *route);
static json_t *vz_openapi_refusals(void);
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


/* what a request may carry for a flag of its route */

static const struct {
    ngx_uint_t    flag;
    const char   *name;
    int           required;
    const char   *pattern;
    const char   *words;
} vz_openapi_headers[] = {
    { VZ_ROUTE_WAIT, "Prefer", 0, "^wait=[0-9]+$",
      "wait=N: answer when the task has ended, after N seconds at most "
      "(120)" },
    { VZ_ROUTE_KEY, "Idempotency-Key", 0, "^[!-~]{1,128}$",
      "the same key is answered the same for 24 hours" },
    { VZ_ROUTE_MATCH, "If-Match", 1, "^\"[0-9]+\"$",
      "the ETag of the container as it was seen" },
    { VZ_ROUTE_STREAM, "Last-Event-ID", 0, "^[0-9]+$",
      "the last event that was received" },
    { 0, NULL, 0, NULL, NULL }
};


static const struct {
    ngx_uint_t    status;
    const char   *words;
} vz_openapi_words[] = {
    { 200, "what was asked for" },
    { 201, "made" },
    { 202, "begun, and goes on whatever happens to the client" },
    { 204, "done" },

    /* problems, RFC 9457 */
    { 400, "the body is not JSON" },
    { 401, "nobody is signed in" },
    { 403, "not allowed to whom asks" },
    { 404, "not there, or somebody else's" },
    { 409, "something is in the way" },
    { 412, "changed since it was seen" },
    { 422, "some fields are not right" },
    { 428, "If-Match is missing" },
    { 0, "another problem" }
};


int
main(void)
{
    int                rc;
    json_t            *document;
    ngx_uint_t         count;
    const vz_route_t  *routes;

    routes = vz_route_table(&count);
    (void) vz_fields_add();

    document = json_object();
    vz_put(document, "openapi", json_string("3.1.0"));
    vz_put(document, "info", vz_openapi_info());
    vz_put(document, "servers", json_pack("[{s:s}]", "url", "/api"));
    vz_put(document, "paths", vz_openapi_paths(routes, count));
    vz_put(document, "components",
           json_pack("{s:o, s:o, s:o}",
                     "securitySchemes", vz_openapi_schemes(),
                     "responses", vz_openapi_refusals(),
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
               json_pack("{s:b, s:{s:{s:o}}}", "required", 1,
                         "content", "application/json", "schema",
                         vz_openapi_ref(route->form->name,
                                        VZ_OPENAPI_BODY)));
    }

    if (route->flags & VZ_ROUTE_MESSAGE) {
        vz_put(operation, "requestBody",
               json_pack("{s:b, s:{s:{s:{s:s}}}}", "required", 1,
                         "content", "message/rfc822", "schema",
                         "type", "string"));
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
    json_t      *all;
    ngx_uint_t   i;

    all = json_array();
    vz_openapi_path_parameters(all, route->pattern);

    if (route->args != NULL) {
        vz_openapi_args(all, route->args);
    }

    for (i = 0; vz_openapi_headers[i].name != NULL; i++) {
        if (route->flags & vz_openapi_headers[i].flag) {
            vz_add(all, json_pack("{s:s, s:s, s:b, s:s, s:{s:s, s:s}}",
                                  "name", vz_openapi_headers[i].name,
                                  "in", "header",
                                  "required", vz_openapi_headers[i].required,
                                  "description", vz_openapi_headers[i].words,
                                  "schema", "type", "string",
                                  "pattern", vz_openapi_headers[i].pattern));
        }
    }

    return all;
}


/* a row with the name of the one before is the same argument once more */

static void
vz_openapi_args(json_t *all, const vz_query_args_t *args)
{
    json_t            *one;
    const vz_query_t  *arg;

    for (arg = args->args; arg < args->args + args->count; arg++) {

        if (arg > args->args && strcmp(arg->name, arg[-1].name) == 0) {
            continue;
        }

        one = json_pack("{s:s, s:s, s:o}", "name", arg->name, "in", "query",
                        "schema", vz_openapi_arg_schema(arg));

        if (arg->type == VZ_QUERY_WORDS || arg->type == VZ_QUERY_NUMBERS) {
            vz_put(one, "explode", json_false());
        }

        vz_add(all, one);
    }
}


static json_t *
vz_openapi_arg_schema(const vz_query_t *arg)
{
    switch (arg->type) {

    case VZ_QUERY_NUMBER:
    case VZ_QUERY_CURSOR:
        return json_pack("{s:s, s:i}", "type", "integer", "minimum", 0);

    case VZ_QUERY_LIMIT:
        return json_pack("{s:s, s:i, s:i, s:i}", "type", "integer",
                         "minimum", 1, "maximum", VZ_QUERY_MOST,
                         "default", VZ_QUERY_ROWS);

    case VZ_QUERY_WORD:
        return vz_openapi_arg_words(arg);

    case VZ_QUERY_WORDS:
        return json_pack("{s:s, s:o}", "type", "array",
                         "items", vz_openapi_arg_words(arg));

    case VZ_QUERY_NUMBERS:
        return json_pack("{s:s, s:i, s:{s:s, s:i}}", "type", "array",
                         "maxItems", VZ_QUERY_MOST,
                         "items", "type", "integer", "minimum", 0);

    case VZ_QUERY_SEARCH:
        return vz_openapi_field(VZ_FIELD_SEARCH);

    case VZ_QUERY_ACTOR:
        return vz_openapi_field(VZ_FIELD_ACCOUNT);

    case VZ_QUERY_ACTION:
        return json_pack("{s:s, s:s}", "type", "string",
                         "pattern", "^[a-z.]*$");

    case VZ_QUERY_SINCE:
    case VZ_QUERY_UNTIL:
        return json_pack("{s:s, s:[{s:s}, {s:s}]}", "type", "string",
                         "anyOf", "format", "date", "format", "date-time");

    default:
        return json_pack("{s:s}", "type", "string");
    }
}


static json_t *
vz_openapi_arg_words(const vz_query_t *arg)
{
    json_t             *words;
    const char *const  *word;

    words = json_array();

    for (word = arg->words; *word != NULL; word++) {
        vz_add(words, json_string(*word));
    }

    return json_pack("{s:s, s:o}", "type", "string", "enum", words);
}


static void
vz_openapi_path_parameters(json_t *all, const char *pattern)
{
    char         name[VZ_OPENAPI_NAME];
    const char  *p;

    for (p = strchr(pattern, '{'); p != NULL; p = strchr(p, '{')) {
        p++;
        snprintf(name, sizeof(name), "%.*s", (int) strcspn(p, "}"), p);
        vz_add(all, json_pack("{s:s, s:s, s:b, s:o}", "name", name,
                              "in", "path", "required", 1,
                              "schema", vz_openapi_path_schema(name)));
    }
}


/* numbers, but for these */

static json_t *
vz_openapi_path_schema(const char *name)
{
    ngx_uint_t  i;

    static const struct {
        const char  *name;
        vz_field_e   field;
    } fields[] = {
        { "link", VZ_FIELD_SECRET },
        { "address", VZ_FIELD_ADDRESS }
    };

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return vz_openapi_field(fields[i].field);
        }
    }

    return json_pack("{s:s, s:i}", "type", "integer", "minimum", 1);
}


static json_t *
vz_openapi_answers(const vz_route_t *route)
{
    json_t  *answers;

    answers = json_object();
    vz_openapi_answer(answers, route, route->status);

    if (route->status == 202 && (route->flags & VZ_ROUTE_WAIT)) {
        vz_openapi_answer(answers, route, 200);
    }

    if (route->shape != NULL && (route->flags & VZ_ROUTE_STREAM)) {
        vz_openapi_answer(answers, route, 204);
    }

    vz_openapi_problems(answers, route);

    return answers;
}


static void
vz_openapi_answer(json_t *answers, const vz_route_t *route, ngx_uint_t status)
{
    char         number[NGX_INT_T_LEN];
    json_t      *answer, *headers;
    ngx_uint_t   i;

    for (i = 0; vz_openapi_words[i].status != status; i++) { /* void */ }

    answer = json_pack("{s:s}", "description", vz_openapi_words[i].words);
    headers = vz_openapi_answer_headers(route, status);

    if (json_object_size(headers)) {
        vz_put(answer, "headers", json_incref(headers));
    }

    json_decref(headers);

    if (status != 204) {
        vz_put(answer, "content", vz_openapi_content(route));
    }

    snprintf(number, sizeof(number), "%u", (unsigned) status);
    vz_put(answers, number, answer);
}


static json_t *
vz_openapi_answer_headers(const vz_route_t *route, ngx_uint_t status)
{
    json_t  *headers;

    headers = json_object();

    if (route->flags & VZ_ROUTE_ETAG) {
        vz_put(headers, "ETag", json_pack("{s:{s:s}}", "schema",
                                          "type", "string"));
    }

    if (route->status == 202 && (route->flags & VZ_ROUTE_WAIT)) {
        vz_put(headers, "Location",
               json_pack("{s:{s:s, s:s}}", "schema", "type", "string",
                         "format", "uri-reference"));
    }

    return headers;
}


static json_t *
vz_openapi_content(const vz_route_t *route)
{
    json_t  *content, *string;

    content = json_object();
    string = json_pack("{s:{s:s}}", "schema", "type", "string");

    if (route->flags & VZ_ROUTE_TEXT) {
        vz_put(content, "text/plain", json_incref(string));

    } else if (route->shape != NULL) {
        vz_put(content, "application/json",
               json_pack("{s:o}", "schema",
                         vz_openapi_ref(route->shape, "")));

    } else if (!(route->flags & VZ_ROUTE_STREAM)) {
        vz_put(content, "application/json",
               json_pack("{s:{s:s}}", "schema", "type", "object"));
    }

    if (route->flags & VZ_ROUTE_STREAM) {
        vz_put(content, "text/event-stream", json_incref(string));
    }

    json_decref(string);

    return content;
}


/* those that the table tells; any other is the default */

static void
vz_openapi_problems(json_t *answers, const vz_route_t *route)
{
    char         number[NGX_INT_T_LEN];
    ngx_uint_t   i;

    const struct {
        ngx_uint_t   status;
        ngx_uint_t   may;
    } problems[] = {
        { 400, route->form != NULL },
        { 401, route->role != VZ_ROLE_ANYONE },
        { 403, route->method != NGX_HTTP_GET
               || route->role == VZ_ROLE_ADMIN },
        { 404, strchr(route->pattern, '{') != NULL },
        { 409, route->method != NGX_HTTP_GET },
        { 412, route->flags & VZ_ROUTE_MATCH },
        { 422, route->form != NULL || route->args != NULL },
        { 428, route->flags & VZ_ROUTE_MATCH }
    };

    for (i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
        if (problems[i].may) {
            snprintf(number, sizeof(number), "%u",
                     (unsigned) problems[i].status);
            vz_put(answers, number,
                   json_pack("{s:s+}", "$ref", "#/components/responses/",
                             number));
        }
    }

    vz_put(answers, "default",
           json_pack("{s:s}", "$ref", "#/components/responses/default"));
}


static json_t *
vz_openapi_refusals(void)
{
    char         number[NGX_INT_T_LEN];
    json_t      *all;
    ngx_uint_t   i, status;

    all = json_object();

    for (i = 0; i < sizeof(vz_openapi_words) / sizeof(vz_openapi_words[0]);
         i++)
    {
        status = vz_openapi_words[i].status;

        if (status && status < 400) {
            continue;
        }

        snprintf(number, sizeof(number), "%u", (unsigned) status);
        vz_put(all, status ? number : "default",
               json_pack("{s:s, s:{s:{s:o}}}",
                         "description", vz_openapi_words[i].words,
                         "content", "application/problem+json", "schema",
                         vz_openapi_ref("Problem", "")));
    }

    return all;
}


static json_t *
vz_openapi_schemes(void)
{
    return json_pack("{s:{s:s, s:s, s:s}, s:{s:s, s:s}}",
                     "session", "type", "apiKey", "in", "cookie", "name",
                     VZ_COOKIE,
                     "token", "type", "http", "scheme", "bearer");
}
