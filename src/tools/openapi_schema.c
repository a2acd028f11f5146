/*
 * Schemas of the OpenAPI document: bodies of requests, and replies.
 */

#include "panel/resources.h"
#include "tools/openapi_json.h"
#include "tools/openapi_schema.h"
#include "tools/openapi_shapes.h"
#include "wire/field.h"


#define VZ_SCHEMA_WORD   64
#define VZ_SCHEMA_TYPES  256


static json_t *vz_schema_form(const vz_body_t *form);
static void vz_schema_default(json_t *property, const vz_body_t *form,
    ngx_uint_t i);
static json_t *vz_schema_member(const vz_body_member_t *member);
static json_t *vz_schema_nullable(json_t *schema);
static json_t *vz_schema_int(const vz_body_member_t *member);
static json_t *vz_schema_limit(const vz_body_member_t *member);
static json_t *vz_schema_pair(const vz_body_member_t *member);
static json_t *vz_schema_objects(const vz_body_member_t *member);
static const char *vz_schema_name(const char *shape,
    char name[VZ_SCHEMA_WORD]);
static void vz_schema_resource(json_t *schemas, const vz_resource_t *resource);
static json_t *vz_schema_columns(const vz_resource_t *resource,
    ngx_uint_t one);
static const char *vz_schema_column(const vz_column_t *column, char *types,
    size_t size);
static json_t *vz_schema_named(json_t *schemas, const char *name);
static json_t *vz_schema_object(void);
static void vz_schema_shape(json_t *schema, const char *members);
static void vz_schema_property(json_t *schema, const char *name,
    json_t *property, ngx_uint_t required);
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
vz_openapi_schema_ref(const char *name, const char *suffix)
{
    return json_pack("{s:s++}", "$ref", "#/components/schemas/", name,
                     suffix);
}


json_t *
vz_openapi_schema_reply(const vz_route_t *route)
{
    char  name[VZ_SCHEMA_WORD];

    return vz_openapi_schema_ref(vz_schema_name(route->shape, name), "");
}


/* the name that a shape of the route table begins with */

static const char *
vz_schema_name(const char *shape, char name[VZ_SCHEMA_WORD])
{
    snprintf(name, VZ_SCHEMA_WORD, "%.*s", (int) strcspn(shape, ":"), shape);

    return name;
}


json_t *
vz_openapi_schema_all(const vz_route_t *routes, ngx_uint_t count)
{
    char                       name[VZ_SCHEMA_WORD];
    json_t                    *schemas;
    ngx_uint_t                 i, n;
    const vz_route_t          *route;
    vz_resource_t *const      *resources;
    const vz_openapi_shape_t  *shape;

    schemas = json_object();

    for (route = routes; route < routes + count; route++) {
        if (route->form != NULL) {
            snprintf(name, sizeof(name), "%s" VZ_OPENAPI_SCHEMA_BODY,
                     route->form->name);
            vz_openapi_json_put(schemas, name, vz_schema_form(route->form));
        }

        if (route->shape != NULL && strchr(route->shape, ':') != NULL) {
            vz_schema_shape(vz_schema_named(schemas,
                                            vz_schema_name(route->shape,
                                                           name)),
                            strchr(route->shape, ':') + 2);
        }
    }

    resources = vz_resources_table(&n);

    for (i = 0; i < n; i++) {
        vz_schema_resource(schemas, resources[i]);
    }

    for (shape = vz_openapi_shapes; shape->name != NULL; shape++) {
        vz_schema_shape(vz_schema_named(schemas, shape->name),
                        shape->members);
    }

    return schemas;
}


/* an item of its list, and its one row where that has more */

static void
vz_schema_resource(json_t *schemas, const vz_resource_t *resource)
{
    vz_openapi_json_put(schemas, resource->schema,
                        vz_schema_columns(resource,
                                          resource->schema_one == NULL));

    if (resource->schema_one != NULL) {
        vz_openapi_json_put(schemas, resource->schema_one,
                            vz_schema_columns(resource, 1));
    }
}


static json_t *
vz_schema_columns(const vz_resource_t *resource, ngx_uint_t one)
{
    char                types[VZ_SCHEMA_TYPES];
    json_t             *schema;
    ngx_uint_t          i;
    const char         *text;
    const vz_column_t  *column;

    schema = vz_schema_object();

    for (i = 0; i < resource->count; i++) {
        column = &resource->columns[i];

        if ((column->flags
             & (VZ_COLUMN_FORM | VZ_COLUMN_STORED | VZ_COLUMN_HIDDEN))
            || (!one && (column->flags & VZ_COLUMN_ONE)))
        {
            continue;
        }

        text = vz_schema_column(column, types, sizeof(types));
        vz_schema_property(schema, column->name,
                           vz_schema_types(text, strlen(text)), 1);
    }

    return schema;
}


/* the type of a column as the table of shapes writes it */

static const char *
vz_schema_column(const vz_column_t *column, char *types, size_t size)
{
    size_t              n;
    const char *const  *word;

    static const char *const  names[] = {
        [VZ_COLUMN_TEXT] = "text",
        [VZ_COLUMN_LIST] = "text[]",
        [VZ_COLUMN_INT] = "int",
        [VZ_COLUMN_LIMIT] = "int|unlimited",
        [VZ_COLUMN_BOOL] = "bool",
        [VZ_COLUMN_TIME] = "time",
        [VZ_COLUMN_COUNT] = "int"
    };

    n = 0;

    if (column->words == NULL) {
        n = snprintf(types, size, "%s", names[column->type]);
    }

    for (word = column->words; word != NULL && *word != NULL; word++) {
        n += snprintf(types + n, size - n, "%s%s", n ? "|" : "", *word);
    }

    if ((column->flags & VZ_COLUMN_NULL) && column->type != VZ_COLUMN_LIST) {
        snprintf(types + n, size - n, "|null");
    }

    return types;
}


/* the schema of that name, which may have members already */

static json_t *
vz_schema_named(json_t *schemas, const char *name)
{
    json_t  *schema;

    schema = json_object_get(schemas, name);

    if (schema == NULL) {
        schema = vz_schema_object();
        vz_openapi_json_put(schemas, name, schema);
    }

    return schema;
}


static json_t *
vz_schema_object(void)
{
    return json_pack("{s:s, s:[], s:{}}", "type", "object", "required",
                     "properties");
}


static void
vz_schema_property(json_t *schema, const char *name, json_t *property,
    ngx_uint_t required)
{
    vz_openapi_json_put(json_object_get(schema, "properties"), name, property);

    if (required) {
        vz_openapi_json_add(json_object_get(schema, "required"),
                            json_string(name));
    }
}


static json_t *
vz_schema_form(const vz_body_t *form)
{
    json_t            *schema, *property;
    ngx_uint_t         i;
    vz_body_member_t   member;

    schema = vz_schema_object();
    vz_openapi_json_put(schema, "additionalProperties", json_false());

    for (i = 0; i < vz_body_places(form); i++) {

        if (!vz_body_member(form, i, &member)) {
            continue;
        }

        property = vz_schema_member(&member);

        if (!member.required) {
            property = vz_schema_nullable(property);
            vz_schema_default(property, form, i);
        }

        vz_schema_property(schema, member.name, property, member.required);
    }

    return schema;
}


/* what a new row has if its body does not say it */

static void
vz_schema_default(json_t *property, const vz_body_t *form, ngx_uint_t i)
{
    int64_t             preset;
    const vz_column_t  *column;

    if (form->use != VZ_COLUMN_CREATE || i >= form->resource->count) {
        return;
    }

    column = &form->resource->columns[i];
    preset = column->preset;

    if (column->text != NULL) {
        vz_openapi_json_put(property, "default", json_string(column->text));

    } else if (column->type == VZ_COLUMN_BOOL) {
        vz_openapi_json_put(property, "default", json_boolean(preset));

    } else if (column->type == VZ_COLUMN_LIMIT && preset == 0) {
        vz_openapi_json_put(property, "default",
                            json_string(VZ_UNLIMITED_WORD));

    } else if (preset >= column->min && preset <= column->max
               && !(column->flags & VZ_COLUMN_NULL)
               && (column->type == VZ_COLUMN_INT
                   || column->type == VZ_COLUMN_LIMIT))
    {
        vz_openapi_json_put(property, "default", json_integer(preset));
    }
}


static json_t *
vz_schema_member(const vz_body_member_t *member)
{
    switch (member->type) {

    case VZ_BODY_FIELD:
        return vz_openapi_schema_field(member->field);

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
                         "items", vz_openapi_schema_field(member->field));

    case VZ_BODY_PAIR:
        return vz_schema_pair(member);

    case VZ_BODY_OBJECTS:
        return vz_schema_objects(member);

    case VZ_BODY_KEY:
        return json_pack("{s:[ss], s:s}", "type", "integer", "string",
                         "description", vz_field_rule(member->field));
    }

    return NULL;
}


/* the shape of an entry, by the member's name */

static json_t *
vz_schema_objects(const vz_body_member_t *member)
{
    size_t  i;

    static const char *const  shapes[][2] = {
        { "rules", "FirewallRule" }
    };

    for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (strcmp(shapes[i][0], member->name) == 0) {
            return json_pack("{s:s, s:I, s:o}", "type", "array", "maxItems",
                             (json_int_t) member->max, "items",
                             vz_openapi_schema_ref(shapes[i][1], ""));
        }
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
        vz_openapi_json_put(schema, "type", json_pack("[Os]", type, "null"));

    } else if (json_is_array(type)) {
        vz_openapi_json_add(type, json_string("null"));

    } else {
        vz_openapi_json_add(json_object_get(schema, "oneOf"),
                            json_pack("{s:s}", "type", "null"));
    }

    return schema;
}


json_t *
vz_openapi_schema_field(vz_field_e field)
{
    json_t      *schema;
    const char  *strange;

    schema = json_pack("{s:s, s:s, s:s}", "type", "string",
                       "pattern", vz_field_pattern(field),
                       "description", vz_field_rule(field));
    strange = vz_field_strange_pattern(field);

    if (strange != NULL) {
        vz_openapi_json_put(schema, "x-vzpanel-strange", json_string(strange));
    }

    return schema;
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
                     "const", VZ_UNLIMITED_WORD);
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

static void
vz_schema_shape(json_t *schema, const char *members)
{
    char         name[VZ_SCHEMA_WORD];
    size_t       n;
    ngx_uint_t   required;
    const char  *p;

    for (p = members; *p != '\0'; p += strspn(p, ", ")) {

        n = strcspn(p, "? ");
        snprintf(name, sizeof(name), "%.*s", (int) n, p);
        p += n;

        required = (*p != '?');
        p += strspn(p, "? ");
        n = strcspn(p, ",");
        vz_schema_property(schema, name, vz_schema_types(p, n), required);
        p += n;
    }
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
            vz_openapi_json_add(any, vz_openapi_schema_ref(word, ""));

        } else if (!vz_schema_simple(simple, word)) {
            vz_openapi_json_add(words, json_string(word));
        }

        if (p[n] == '[') {
            break;
        }
    }

    if (json_object_size(simple)) {
        vz_openapi_json_add(any, json_incref(simple));
    }

    if (json_array_size(words)) {
        vz_openapi_json_add(any, json_pack("{s:s, s:O}", "type", "string",
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
    vz_openapi_json_put(simple, "type",
                        type != NULL ? json_pack("[Oo]", type, more) : more);

    if (vz_schema_words[i].format != NULL) {
        vz_openapi_json_put(simple, "format",
                            json_string(vz_schema_words[i].format));
    }

    return 1;
}
