/*
 * POST, PATCH /api/admin/users, POST /api/admin/users/{id}/password: accounts
 * are made, changed, locked; passwords are drawn, mailed, and known to nobody
 * else.
 */

#ifndef VZ_USER_WRITE_H
#define VZ_USER_WRITE_H

#include "runtime/call.h"


void vz_user_write_create(vz_call_t *call);
void vz_user_write_change(vz_call_t *call);
void vz_user_write_password(vz_call_t *call);


#endif /* VZ_USER_WRITE_H */
