/*
 * Operations of the OpenAPI document.
 */

#ifndef VZ_OPENAPI_OPERATIONS_H
#define VZ_OPENAPI_OPERATIONS_H

#include "panel/api/route.h"


/* vz_openapi_operations_paths: "paths", with an operation for each route */
json_t *vz_openapi_operations_paths(const vz_route_t *routes,
    ngx_uint_t count);

/*
 * vz_openapi_operations_problems: "responses", the errors that operations
 * refer to by their status.
 */
json_t *vz_openapi_operations_problems(void);

/* vz_openapi_operations_schemes: "securitySchemes": a session, or a token */
json_t *vz_openapi_operations_schemes(void);


#endif /* VZ_OPENAPI_OPERATIONS_H */
