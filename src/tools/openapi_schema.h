/*
 * Schemas of the OpenAPI document: bodies of requests, and replies.
 */

#ifndef VZ_OPENAPI_SCHEMA_H
#define VZ_OPENAPI_SCHEMA_H

#include "tools/openapi_operations.h"


/* vz_openapi_ref: a reference to the schema of that name and suffix. */
json_t *vz_openapi_ref(const char *name, const char *suffix);

/* vz_openapi_schemas: bodies of the routes' forms, and all replies. */
json_t *vz_openapi_schemas(const vz_route_t *routes, ngx_uint_t count);

/* vz_openapi_field: text of a field's grammar. */
json_t *vz_openapi_field(vz_field_e field);


#endif /* VZ_OPENAPI_SCHEMA_H */
