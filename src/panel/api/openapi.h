/*
 * The OpenAPI description of the panel, which the build makes of the route
 * table, the forms, the arguments and the shapes (src/tools).
 */

#ifndef VZ_OPENAPI_H
#define VZ_OPENAPI_H

#include "runtime/call.h"


extern const char           vz_openapi_text[];
extern const unsigned long  vz_openapi_size;
extern const char           vz_openapi_tag[];   /* changes with the text */

void vz_openapi_show(vz_call_t *call);


#endif /* VZ_OPENAPI_H */
