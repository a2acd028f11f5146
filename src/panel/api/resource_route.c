/*
 * Handlers of the routes of a resource that has nothing of its own there.
 */

#include "panel/api/resource.h"
#include "panel/api/resource_route.h"
#include "panel/api/route.h"


static const vz_resource_t *vz_resource_route(const vz_call_t *call);


static const vz_resource_t *
vz_resource_route(const vz_call_t *call)
{
    const vz_route_t  *route = call->route;

    return route->resource;
}


void
vz_resource_route_list(vz_call_t *call)
{
    vz_resource_list(call, vz_resource_route(call), vz_no_binds);
}


void
vz_resource_route_create(vz_call_t *call)
{
    vz_resource_values_t  values;

    if (vz_resource_read(call, &vz_resource_route(call)->create, &values)
        == VZ_OK)
    {
        vz_resource_create(call, vz_resource_route(call), &values);
    }
}


void
vz_resource_route_change(vz_call_t *call)
{
    vz_resource_change(call, vz_resource_route(call));
}


void
vz_resource_route_delete(vz_call_t *call)
{
    vz_resource_delete(call, vz_resource_route(call));
}
