/*
 * Operations of the OpenAPI document: the rows of the route table, what their
 * requests carry, and which answers they give.
 */

#include "panel/api/right.h"
#include "panel/api/step_up.h"
#include "tools/openapi_json.h"
#include "tools/openapi_operations.h"
#include "tools/openapi_schema.h"


#define VZ_OPENAPI_NAME  64


static const char *vz_openapi_method(const vz_route_t *route);
static json_t *vz_openapi_operation(const vz_route_t *route);
static json_t *vz_openapi_id(const vz_route_t *route);
static json_t *vz_openapi_tags(const vz_route_t *route);
static json_t *vz_openapi_security(const vz_route_t *route);
static json_t *vz_openapi_role(const vz_route_t *route);
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


/* the headers that a route takes by its flags */

static const struct {
    ngx_uint_t    flag;
    const char   *name;
    int           required;
    const char   *pattern;
    const char   *words;
} vz_openapi_headers[] = {
    { VZ_ROUTE_WAIT, "Prefer", 0, "^wait=[0-9]+$",
      "wait=N: answer when the task has ended, or after N seconds (at most "
      "120)" },
    { VZ_ROUTE_KEY, "Idempotency-Key", 0, "^[!-~]{1,128}$",
      "a repeated key gets the same answer for 24 hours" },
    { VZ_ROUTE_MATCH, "If-Match", 1, "^\"[0-9]+\"$",
      "the ETag of the container as the caller read it" },
    { VZ_ROUTE_STREAM, "Last-Event-ID", 0, "^[0-9]+$",
      "the id of the last event that the client received" },
    { 0, NULL, 0, NULL, NULL }
};


static const struct {
    ngx_uint_t    status;
    const char   *words;
} vz_openapi_words[] = {
    { 101, "the connection becomes a websocket" },
    { 200, "success" },
    { 201, "created" },
    { 202, "accepted; it goes on if the client disconnects" },
    { 204, "done" },

    /* problems, RFC 9457 */
    { 400, "the body is not valid JSON" },
    { 401, "the caller is not signed in" },
    { 403, "the caller is not allowed to do this" },
    { 404, "not found, or it belongs to another user" },
    { 409, "the current state does not allow it" },
    { 412, "it was changed since the caller read it" },
    { 422, "some fields are invalid" },
    { 428, "the If-Match header is missing" },
    { 0, "any other problem" }
};


json_t *
vz_openapi_operations_paths(const vz_route_t *routes, ngx_uint_t count)
{
    json_t            *paths, *path;
    const vz_route_t  *route;

    paths = json_object();

    for (route = routes; route < routes + count; route++) {
        path = json_object_get(paths, route->pattern);

        if (path == NULL) {
            path = json_object();
            vz_openapi_json_put(paths, route->pattern, path);
        }

        vz_openapi_json_put(path, vz_openapi_method(route),
                            vz_openapi_operation(route));
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
    json_t  *operation, *body;

    operation = json_object();
    vz_openapi_json_put(operation, "operationId", vz_openapi_id(route));
    vz_openapi_json_put(operation, "summary", json_string(route->summary));
    vz_openapi_json_put(operation, "tags", vz_openapi_tags(route));
    vz_openapi_json_put(operation, "security", vz_openapi_security(route));
    vz_openapi_json_put(operation, "x-vzpanel-role", vz_openapi_role(route));

    if (route->role != VZ_ROLE_ANYONE && !(route->flags & VZ_ROUTE_SESSION)
        && vz_right_of(route) != VZ_RIGHT_NONE)
    {
        vz_openapi_json_put(operation, "x-vzpanel-right",
                            json_string(vz_right_name(vz_right_of(route))));
    }

    if (route->flags & VZ_ROUTE_STEP_UP) {
        vz_openapi_json_put(operation, "x-vzpanel-step-up", json_true());
        vz_openapi_json_put(operation, "description",
                            json_string("A session whose password was typed "
                                        "more than " VZ_STEP_UP_MINUTES
                                        " minutes ago gets 403 `step_up`."));
    }

    vz_openapi_json_put(operation, "parameters", vz_openapi_parameters(route));

    if (route->form != NULL) {
        body = vz_openapi_schema_ref(route->form->name,
                                     VZ_OPENAPI_SCHEMA_BODY);
        vz_openapi_json_put(operation, "requestBody",
                            json_pack("{s:b, s:{s:{s:o}}}", "required", 1,
                                      "content", "application/json", "schema",
                                      body));
    }

    if (route->flags & VZ_ROUTE_MESSAGE) {
        vz_openapi_json_put(operation, "requestBody",
                            json_pack("{s:b, s:{s:{s:{s:s}}}}", "required", 1,
                                      "content", "message/rfc822", "schema",
                                      "type", "string"));
    }

    vz_openapi_json_put(operation, "responses", vz_openapi_answers(route));

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


/* the first segment of the path; two for administration */

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
        vz_openapi_json_add(security, json_pack("{s:[]}", "session"));

        if (!(route->flags & VZ_ROUTE_SESSION)) {
            vz_openapi_json_add(security, json_pack("{s:[]}", "token"));
        }
    }

    return security;
}


/* the role that a caller must have: OpenAPI itself knows no roles */

static json_t *
vz_openapi_role(const vz_route_t *route)
{
    static const char  *names[] = { "anyone", "user", "admin" };

    return json_string(names[route->role]);
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
            vz_openapi_json_add(all,
                                json_pack("{s:s, s:s, s:b, s:s, s:{s:s, s:s}}",
                                               "name",
                                               vz_openapi_headers[i].name,
                                               "in", "header",
                                               "required",
                                               vz_openapi_headers[i].required,
                                               "description",
                                               vz_openapi_headers[i].words,
                                               "schema", "type", "string",
                                               "pattern",
                                               vz_openapi_headers[i].pattern));
        }
    }

    return all;
}


/* a row with the name of the row before is another form of that argument */

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
            vz_openapi_json_put(one, "explode", json_false());
        }

        vz_openapi_json_add(all, one);
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
        return vz_openapi_schema_field(VZ_FIELD_SEARCH);

    case VZ_QUERY_ACTOR:
        return vz_openapi_schema_field(VZ_FIELD_ACCOUNT);

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
        vz_openapi_json_add(words, json_string(*word));
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
        vz_openapi_json_add(all, json_pack("{s:s, s:s, s:b, s:o}", "name",
                                           name,
                                           "in", "path", "required", 1,
                                           "schema",
                                           vz_openapi_path_schema(name)));
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
            return vz_openapi_schema_field(fields[i].field);
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
        vz_openapi_json_put(answer, "headers", json_incref(headers));
    }

    json_decref(headers);

    if (status != 204 && status != 101) {
        vz_openapi_json_put(answer, "content", vz_openapi_content(route));
    }

    snprintf(number, sizeof(number), "%u", (unsigned) status);
    vz_openapi_json_put(answers, number, answer);
}


static json_t *
vz_openapi_answer_headers(const vz_route_t *route, ngx_uint_t status)
{
    json_t  *headers;

    headers = json_object();

    if (route->flags & VZ_ROUTE_ETAG) {
        vz_openapi_json_put(headers, "ETag", json_pack("{s:{s:s}}", "schema",
                                                       "type", "string"));
    }

    if (route->status == 202 && (route->flags & VZ_ROUTE_WAIT)) {
        vz_openapi_json_put(headers, "Location",
                            json_pack("{s:{s:s, s:s}}", "schema", "type",
                                      "string",
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
        vz_openapi_json_put(content, "text/plain", json_incref(string));

    } else if (route->shape != NULL) {
        vz_openapi_json_put(content, "application/json",
                            json_pack("{s:o}", "schema",
                                      vz_openapi_schema_reply(route)));

    } else if (!(route->flags & VZ_ROUTE_STREAM)) {
        vz_openapi_json_put(content, "application/json",
                            json_pack("{s:{s:s}}", "schema", "type",
                                      "object"));
    }

    if (route->flags & VZ_ROUTE_STREAM) {
        vz_openapi_json_put(content, "text/event-stream", json_incref(string));
    }

    json_decref(string);

    return content;
}


/* the errors that follow from the route; "default" stands for all others */

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
            vz_openapi_json_put(answers, number,
                                json_pack("{s:s+}", "$ref",
                                          "#/components/responses/",
                                          number));
        }
    }

    vz_openapi_json_put(answers, "default",
                        json_pack("{s:s}", "$ref",
                                  "#/components/responses/default"));
}


json_t *
vz_openapi_operations_problems(void)
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
        vz_openapi_json_put(all, status ? number : "default",
                            json_pack("{s:s, s:{s:{s:o}}}",
                                      "description", vz_openapi_words[i].words,
                                      "content", "application/problem+json",
                                      "schema",
                                      vz_openapi_schema_ref("Problem", "")));
    }

    return all;
}


json_t *
vz_openapi_operations_schemes(void)
{
    return json_pack("{s:{s:s, s:s, s:s}, s:{s:s, s:s}}",
                     "session", "type", "apiKey", "in", "cookie", "name",
                     VZ_COOKIE,
                     "token", "type", "http", "scheme", "bearer");
}
