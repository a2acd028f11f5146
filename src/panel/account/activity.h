/*
 * GET /api/account/activity: what was done by and to the caller's account.
 */

#ifndef VZ_ACTIVITY_H
#define VZ_ACTIVITY_H

#include "panel/api/resource.h"


extern const vz_query_args_t  vz_activity_args;
extern vz_resource_t          vz_activity_resource;

void vz_activity_list(vz_call_t *call);


#endif /* VZ_ACTIVITY_H */
