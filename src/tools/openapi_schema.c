/*
 * Schemas of the OpenAPI document: bodies of requests, and replies.
 */

#include "tools/openapi_operations.h"
#include "tools/openapi_schema.h"
#include "tools/openapi_shapes.h"


#define VZ_SCHEMA_WORD  64


static json_t *vz_schema_form(const vz_body_t *form);
static json_t *vz_schema_member(const vz_body_member_t *member);
static json_t *vz_schema_nullable(json_t *schema);
static json_t *vz_schema_int(const vz_body_member_t *member);
static json_t *vz_schema_limit(const vz_body_member_t *member);
static json_t *vz_schema_pair(const vz_body_member_t *member);
static json_t *vz_schema_shape(const char *members);
static json_t *vz_schema_types(const char *types, size_t len);
static ngx_uint_t vz_schema_simple(json_t *simple, const char *word);


static const struct {
    const char  *word;
    const char  *type;
    const char  *format;
} vz_schema_words[] = {
    { "text", "string", NULL },
    { "time", "string", "date-time" },
    { "int", "integer", NULL },
    { "number", "number", NULL },
    { "bool", "boolean", NULL },
    { "null", "null", NULL },
    { NULL, NULL, NULL }
};


json_t *
vz_openapi_ref(const char *name, const char *suffix)
{
    return json_pack("{s:s++}", "$ref", "#/components/schemas/", name,
                     suffix);
}


json_t *
vz_openapi_schemas(const vz_route_t *routes, ngx_uint_t count)
{
    char                      name[VZ_SCHEMA_WORD];
    json_t                   *schemas;
    const vz_route_t         *route;
    const vz_answer_shape_t  *shape;

    schemas = json_object();

    for (route = routes; route < routes + count; route++) {
        if (route->form != NULL) {
            snprintf(name, sizeof(name), "%s" VZ_OPENAPI_BODY,
                     route->form->name);
            vz_put(schemas, name, vz_schema_form(route->form));
        }
    }

    for (shape = vz_answer_shapes; shape->name != NULL; shape++) {
        vz_put(schemas, shape->name, vz_schema_shape(shape->members));
    }

    return schemas;
}


static json_t *
vz_schema_form(const vz_body_t *form)
{
    json_t                  *properties, *required;
    const vz_body_member_t  *member;

    properties = json_object();
    required = json_array();

    for (member = form->members; member < form->members + form->count;
         member++)
    {
        if (member->required) {
            vz_put(properties, member->name, vz_schema_member(member));
            vz_add(required, json_string(member->name));

        } else {
            vz_put(properties, member->name,
                   vz_schema_nullable(vz_schema_member(member)));
        }
    }

    return json_pack("{s:s, s:b, s:o, s:o}", "type", "object",
                     "additionalProperties", 0, "required", required,
                     "properties", properties);
}


static json_t *
vz_schema_member(const vz_body_member_t *member)
{
    switch (member->type) {

    case VZ_BODY_FIELD:
        return vz_openapi_field(member->field);

    case VZ_BODY_TEXT:
        return json_pack("{s:s, s:I}", "type", "string",
                         "maxLength", (json_int_t) member->max);

    case VZ_BODY_INT:
        return vz_schema_int(member);

    case VZ_BODY_LIMIT:
        return vz_schema_limit(member);

    case VZ_BODY_BOOL:
        return json_pack("{s:s}", "type", "boolean");

    case VZ_BODY_LIST:
        return json_pack("{s:s, s:I, s:o}", "type", "array",
                         "maxItems", (json_int_t) member->max,
                         "items", vz_openapi_field(member->field));

    case VZ_BODY_PAIR:
        return vz_schema_pair(member);

    case VZ_BODY_KEY:
        return json_pack("{s:[ss], s:s}", "type", "integer", "string",
                         "description", vz_field_rule(member->field));
    }

    return NULL;
}


/* null is as good as missing, and takes a value away in a PATCH */

static json_t *
vz_schema_nullable(json_t *schema)
{
    json_t  *type;

    type = json_object_get(schema, "type");

    if (json_is_string(type)) {
        vz_put(schema, "type", json_pack("[Os]", type, "null"));

    } else if (json_is_array(type)) {
        vz_add(type, json_string("null"));

    } else {
        vz_add(json_object_get(schema, "oneOf"),
               json_pack("{s:s}", "type", "null"));
    }

    return schema;
}


json_t *
vz_openapi_field(vz_field_e field)
{
    return json_pack("{s:s, s:s, s:s}", "type", "string",
                     "pattern", vz_field_pattern(field),
                     "description", vz_field_rule(field));
}


static json_t *
vz_schema_int(const vz_body_member_t *member)
{
    return json_pack("{s:s, s:I, s:I}", "type", "integer",
                     "minimum", (json_int_t) member->min,
                     "maximum", (json_int_t) member->max);
}


static json_t *
vz_schema_limit(const vz_body_member_t *member)
{
    return json_pack("{s:[o, {s:s}]}", "oneOf", vz_schema_int(member),
                     "const", "unlimited");
}


static json_t *
vz_schema_pair(const vz_body_member_t *member)
{
    return json_pack("{s:s, s:b, s:{s:o, s:o}}", "type", "object",
                     "additionalProperties", 0,
                     "properties",
                     "barrier_mib", vz_schema_int(member),
                     "limit_mib", vz_schema_limit(member));
}


/* "id int, gateway? text|null" */

static json_t *
vz_schema_shape(const char *members)
{
    char         name[VZ_SCHEMA_WORD];
    json_t      *properties, *required;
    size_t       n;
    const char  *p;

    properties = json_object();
    required = json_array();

    for (p = members; *p != '\0'; p += strspn(p, ", ")) {

        n = strcspn(p, "? ");
        snprintf(name, sizeof(name), "%.*s", (int) n, p);
        p += n;

        if (*p != '?') {
            vz_add(required, json_string(name));
        }

        p += strspn(p, "? ");
        n = strcspn(p, ",");
        vz_put(properties, name, vz_schema_types(p, n));
        p += n;
    }

    return json_pack("{s:s, s:o, s:o}", "type", "object",
                     "required", required, "properties", properties);
}


/* "text|null", "open|approve|off", "Step[]" */

static json_t *
vz_schema_types(const char *types, size_t len)
{
    char         word[VZ_SCHEMA_WORD];
    json_t      *any, *one, *words, *simple;
    size_t       n;
    const char  *p;

    any = json_array();
    words = json_array();
    simple = json_object();

    for (p = types; p < types + len; p += n + 1) {

        n = strcspn(p, "|[,");
        snprintf(word, sizeof(word), "%.*s", (int) n, p);

        if (isupper((u_char) word[0])) {
            vz_add(any, vz_openapi_ref(word, ""));

        } else if (!vz_schema_simple(simple, word)) {
            vz_add(words, json_string(word));
        }

        if (p[n] == '[') {
            break;
        }
    }

    if (json_object_size(simple)) {
        vz_add(any, json_incref(simple));
    }

    if (json_array_size(words)) {
        vz_add(any, json_pack("{s:s, s:O}", "type", "string",
                              "enum", words));
    }

    one = json_array_size(any) == 1 ? json_incref(json_array_get(any, 0))
                                    : json_pack("{s:O}", "anyOf", any);
    json_decref(any);
    json_decref(words);
    json_decref(simple);

    return types[len - 1] != ']' ? one
           : json_pack("{s:s, s:o}", "type", "array", "items", one);
}


/* a type, or one more; whether the word is one */

static ngx_uint_t
vz_schema_simple(json_t *simple, const char *word)
{
    json_t      *type, *more;
    ngx_uint_t   i;

    for (i = 0; vz_schema_words[i].word != NULL; i++) {
        if (strcmp(vz_schema_words[i].word, word) == 0) {
            break;
        }
    }

    if (vz_schema_words[i].word == NULL) {
        return 0;
    }

    more = json_string(vz_schema_words[i].type);
    type = json_object_get(simple, "type");
    vz_put(simple, "type",
           type != NULL ? json_pack("[Oo]", type, more) : more);

    if (vz_schema_words[i].format != NULL) {
        vz_put(simple, "format", json_string(vz_schema_words[i].format));
    }

    return 1;
}
