/*
 * /api/admin/plans: what can be contracted.
 */

#ifndef VZ_PLAN_ADMIN_H
#define VZ_PLAN_ADMIN_H

#include "panel/api/body.h"
#include "runtime/http.h"


extern const vz_body_t  vz_plan_admin_form;
extern const vz_body_t  vz_plan_admin_change_form;

/* GET, POST, PATCH and DELETE /api/admin/plans */
void vz_plan_admin_list(vz_call_t *call);
void vz_plan_admin_create(vz_call_t *call);
void vz_plan_admin_change(vz_call_t *call);
void vz_plan_admin_delete(vz_call_t *call);


#endif /* VZ_PLAN_ADMIN_H */
