/*
 * GET /api/admin/users, /api/admin/users/{id}: the users.
 */

#ifndef VZ_USER_LIST_H
#define VZ_USER_LIST_H

#include "panel/api/resource.h"


/* The table of users, and the query of their list. */
extern vz_resource_t          vz_user_list_resource;
extern const vz_query_args_t  vz_user_list_args;

/* vz_user_list_one: one user, by the id of the path. */
void vz_user_list_one(vz_call_t *call);

/*
 * vz_user_list_reply: reply with a user and that status, also after a change;
 * 404 where there is no such user.
 */
void vz_user_list_reply(vz_call_t *call, uint64_t id, ngx_uint_t status);


#endif /* VZ_USER_LIST_H */
