/*
 * The OpenAPI document, in two parts: its operations (openapi_operations.c)
 * and its schemas (openapi_schema.c), of which those of replies are a table
 * (openapi_shapes.c).  A value that cannot be made ends the program.
 */

#ifndef VZ_OPENAPI_OPERATIONS_H
#define VZ_OPENAPI_OPERATIONS_H

#include "panel/api/route.h"


/* vz_put: a member of an object, which takes the value over. */
void vz_put(json_t *object, const char *name, json_t *value);

/* vz_add: an element of an array, which takes the value over. */
void vz_add(json_t *array, json_t *value);

/* of the body of a form: its name is free for the reply */
#define VZ_OPENAPI_BODY  "Body"

#endif /* VZ_OPENAPI_OPERATIONS_H */
