/*
 * POST /api/admin/users/{id}/suspend and /unsuspend: all containers of a user.
 */

#ifndef VZ_USER_SUSPEND_H
#define VZ_USER_SUSPEND_H

#include "panel/api/body.h"
#include "runtime/http.h"


extern const vz_body_t  vz_user_suspend_form;

/* POST /api/admin/users/{id}/suspend and /unsuspend */
void vz_user_suspend(vz_call_t *call);
void vz_user_suspend_undo(vz_call_t *call);


#endif /* VZ_USER_SUSPEND_H */
