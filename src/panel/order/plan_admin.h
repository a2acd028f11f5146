/*
 * /api/admin/plans: plans, which set the limits of a container that is ordered.
 */

#ifndef VZ_PLAN_ADMIN_H
#define VZ_PLAN_ADMIN_H

#include "panel/api/resource.h"


extern vz_resource_t  vz_plan_admin_resource;


#endif /* VZ_PLAN_ADMIN_H */
