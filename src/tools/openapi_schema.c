/*
 * Schemas of the OpenAPI document: bodies of requests, and the problem.
 */

#include "openapi.h"


static json_t *vz_schema_form(const vz_form_t *form);
static json_t *vz_schema_member(const vz_form_member_t *member);
static json_t *vz_schema_text(const vz_form_member_t *member);
static json_t *vz_schema_int(const vz_form_member_t *member);
static json_t *vz_schema_limit(const vz_form_member_t *member);
static json_t *vz_schema_pair(const vz_form_member_t *member);
static json_t *vz_schema_problem(void);


json_t *
vz_openapi_ref(const char *name)
{
    return json_pack("{s:s+}", "$ref", "#/components/schemas/", name);
}


json_t *
vz_openapi_schemas(const vz_route_t *routes, ngx_uint_t count)
{
    json_t            *schemas;
    const vz_route_t  *route;

    schemas = json_object();
    vz_put(schemas, "Problem", vz_schema_problem());

    for (route = routes; route < routes + count; route++) {
        if (route->form != NULL
            && json_object_get(schemas, route->form->name) == NULL)
        {
            vz_put(schemas, route->form->name, vz_schema_form(route->form));
        }
    }

    return schemas;
}


static json_t *
vz_schema_form(const vz_form_t *form)
{
    json_t                  *properties, *required;
    const vz_form_member_t  *member;

    properties = json_object();
    required = json_array();

    for (member = form->members; member < form->members + form->count;
         member++)
    {
        vz_put(properties, member->name, vz_schema_member(member));

        if (member->required) {
            vz_add(required, json_string(member->name));
        }
    }

    return json_pack("{s:s, s:b, s:o, s:o}", "type", "object",
                     "additionalProperties", 0, "required", required,
                     "properties", properties);
}


static json_t *
vz_schema_member(const vz_form_member_t *member)
{
    switch (member->type) {

    case VZ_FORM_FIELD:
        return vz_schema_text(member);

    case VZ_FORM_TEXT:
        return json_pack("{s:s, s:I}", "type", "string",
                         "maxLength", (json_int_t) member->max);

    case VZ_FORM_INT:
        return vz_schema_int(member);

    case VZ_FORM_LIMIT:
        return vz_schema_limit(member);

    case VZ_FORM_BOOL:
        return json_pack("{s:s}", "type", "boolean");

    case VZ_FORM_LIST:
        return json_pack("{s:s, s:I, s:o}", "type", "array",
                         "maxItems", (json_int_t) member->max,
                         "items", vz_schema_text(member));

    case VZ_FORM_PAIR:
        return vz_schema_pair(member);

    case VZ_FORM_KEY:
        return json_pack("{s:[ss], s:s}", "type", "integer", "string",
                         "description", vz_field_rule(member->field));
    }

    return NULL;
}


static json_t *
vz_schema_text(const vz_form_member_t *member)
{
    return json_pack("{s:s, s:s, s:s}", "type", "string",
                     "pattern", vz_field_pattern(member->field),
                     "description", vz_field_rule(member->field));
}


static json_t *
vz_schema_int(const vz_form_member_t *member)
{
    return json_pack("{s:s, s:I, s:I}", "type", "integer",
                     "minimum", (json_int_t) member->min,
                     "maximum", (json_int_t) member->max);
}


static json_t *
vz_schema_limit(const vz_form_member_t *member)
{
    return json_pack("{s:[o, {s:s}]}", "oneOf", vz_schema_int(member),
                     "const", "unlimited");
}


static json_t *
vz_schema_pair(const vz_form_member_t *member)
{
    return json_pack("{s:s, s:b, s:{s:o, s:o}}", "type", "object",
                     "additionalProperties", 0,
                     "properties",
                     "barrier_mib", vz_schema_int(member),
                     "limit_mib", vz_schema_limit(member));
}


static json_t *
vz_schema_problem(void)
{
    return json_pack("{s:s, s:[sssss], s:{s:o, s:o, s:o, s:o, s:o,"
                     " s:{s:s, s:{s:s, s:[sss], s:{s:o, s:o, s:o}}}}}",
                     "type", "object",
                     "required", "type", "title", "status", "detail", "code",
                     "properties",
                     "type", json_pack("{s:s}", "type", "string"),
                     "title", json_pack("{s:s}", "type", "string"),
                     "status", json_pack("{s:s}", "type", "integer"),
                     "detail", json_pack("{s:s}", "type", "string"),
                     "code", json_pack("{s:s}", "type", "string"),
                     "errors", "type", "array",
                     "items", "type", "object",
                     "required", "field", "code", "message",
                     "properties",
                     "field", json_pack("{s:s}", "type", "string"),
                     "code", json_pack("{s:s}", "type", "string"),
                     "message", json_pack("{s:s}", "type", "string"));
}
