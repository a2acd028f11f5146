/*
 * The OpenAPI document, in two parts: its operations (openapi.c) and its
 * schemas (openapi_schema.c), of which those of replies are a table
 * (openapi_shapes.c).  A value that cannot be made ends the program.
 */

#ifndef VZ_TOOLS_OPENAPI_H
#define VZ_TOOLS_OPENAPI_H

#include "../panel/route.h"


/* vz_put: a member of an object, which takes the value over. */
void vz_put(json_t *object, const char *name, json_t *value);

/* vz_add: an element of an array, which takes the value over. */
void vz_add(json_t *array, json_t *value);

/* vz_openapi_ref: a reference to the schema of that name and suffix. */
json_t *vz_openapi_ref(const char *name, const char *suffix);

/* of the body of a form: its name is free for the reply */
#define VZ_OPENAPI_BODY  "Body"

/* vz_openapi_schemas: bodies of the routes' forms, and all replies. */
json_t *vz_openapi_schemas(const vz_route_t *routes, ngx_uint_t count);

/* vz_openapi_field: text of a field's grammar. */
json_t *vz_openapi_field(vz_field_e field);


#endif /* VZ_TOOLS_OPENAPI_H */
