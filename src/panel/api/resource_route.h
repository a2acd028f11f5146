/*
 * Handlers of the routes of a resource that has nothing of its own there: the
 * route's row names it.
 */

#ifndef VZ_RESOURCE_ROUTE_H
#define VZ_RESOURCE_ROUTE_H

#include "runtime/call.h"


/*
 * GET of the list, POST, PATCH and DELETE; each replies.  The list's statement
 * has no arguments but those of its query string.
 */
void vz_resource_route_list(vz_call_t *call);
void vz_resource_route_create(vz_call_t *call);
void vz_resource_route_change(vz_call_t *call);
void vz_resource_route_delete(vz_call_t *call);


#endif /* VZ_RESOURCE_ROUTE_H */
