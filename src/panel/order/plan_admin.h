/*
 * /api/admin/plans: plans, which set the limits of a container that is ordered.
 */

#ifndef VZ_PLAN_ADMIN_H
#define VZ_PLAN_ADMIN_H

#include "panel/api/resource.h"


extern vz_resource_t  vz_plan_admin_resource;

/* GET, POST, PATCH and DELETE of /api/admin/plans; they reply to the call */
void vz_plan_admin_list(vz_call_t *call);
void vz_plan_admin_create(vz_call_t *call);
void vz_plan_admin_change(vz_call_t *call);
void vz_plan_admin_delete(vz_call_t *call);


#endif /* VZ_PLAN_ADMIN_H */
