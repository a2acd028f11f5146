/*
 * Building JSON values.  A value that cannot be made ends the program, which
 * the build takes for a failure.
 */

#ifndef VZ_OPENAPI_JSON_H
#define VZ_OPENAPI_JSON_H

#include "runtime/http.h"


/*
 * vz_openapi_json_put: set a member of an object, which takes the value over
 */
void vz_openapi_json_put(json_t *object, const char *name, json_t *value);

/* vz_openapi_json_add: append to an array, which takes the value over. */
void vz_openapi_json_add(json_t *array, json_t *value);


#endif /* VZ_OPENAPI_JSON_H */
