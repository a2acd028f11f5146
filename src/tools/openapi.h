/*
 * The OpenAPI document, in two parts: its operations (openapi.c) and its
 * schemas (openapi_schema.c).  A value that cannot be made ends the program.
 */

#ifndef VZ_TOOLS_OPENAPI_H
#define VZ_TOOLS_OPENAPI_H

#include "../panel/route.h"


/* vz_put: a member of an object, which takes the value over. */
void vz_put(json_t *object, const char *name, json_t *value);

/* vz_add: an element of an array, which takes the value over. */
void vz_add(json_t *array, json_t *value);

/* vz_openapi_ref: a reference to the schema of that name. */
json_t *vz_openapi_ref(const char *name);

/* vz_openapi_schemas: everything that the routes refer to, and Problem. */
json_t *vz_openapi_schemas(const vz_route_t *routes, ngx_uint_t count);


#endif /* VZ_TOOLS_OPENAPI_H */
