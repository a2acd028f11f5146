/*
 * Schemas of the OpenAPI document: bodies of requests, and replies.
 */

#ifndef VZ_OPENAPI_SCHEMA_H
#define VZ_OPENAPI_SCHEMA_H

#include "panel/api/route.h"


/* ends the name of a body's schema: without it the name is the reply's */
#define VZ_OPENAPI_SCHEMA_BODY  "Body"


/*
 * vz_openapi_schema_ref: a reference to the schema that is called name and
 * suffix.
 */
json_t *vz_openapi_schema_ref(const char *name, const char *suffix);

/* vz_openapi_schema_reply: a reference to the schema of a route's reply */
json_t *vz_openapi_schema_reply(const vz_route_t *route);

/*
 * vz_openapi_schema_all: the bodies of the routes, the items of the resources,
 * and all other replies.
 */
json_t *vz_openapi_schema_all(const vz_route_t *routes, ngx_uint_t count);

/* vz_openapi_schema_field: text of a field's grammar */
json_t *vz_openapi_schema_field(vz_field_e field);


#endif /* VZ_OPENAPI_SCHEMA_H */
