/*
 * The route table.  The worker hands it to panel/api/route.c, and the OpenAPI
 * document is generated from it.
 */

#ifndef VZ_ROUTES_H
#define VZ_ROUTES_H

#include "panel/api/route.h"


/* vz_routes_table: all routes; *count is how many they are. */
const vz_route_t *vz_routes_table(ngx_uint_t *count);


#endif /* VZ_ROUTES_H */
