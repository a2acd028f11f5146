/*
 * GET /api/admin/users, /api/admin/users/{id}: people who sign in.
 */

#ifndef VZ_USER_LIST_H
#define VZ_USER_LIST_H

#include "panel/api/resource.h"
#include "runtime/http.h"


extern vz_resource_t          vz_user_list_resource;
extern const vz_query_args_t  vz_user_list_args;
void vz_user_list(vz_call_t *call);
void vz_user_list_one(vz_call_t *call);
void vz_user_list_reply(vz_call_t *call, uint64_t id, ngx_uint_t status);


#endif /* VZ_USER_LIST_H */
