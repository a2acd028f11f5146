/*
 * Building JSON values.
 */

#include "tools/openapi_json.h"


void
vz_openapi_json_put(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0) {
        fprintf(stderr, "openapi: cannot make \"%s\"\n", name);
        exit(1);
    }
}


void
vz_openapi_json_add(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0) {
        fprintf(stderr, "openapi: cannot make an element\n");
        exit(1);
    }
}
