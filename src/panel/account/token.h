/*
 * /api/account/tokens: what a user's programs sign in with.  A token has rights
 * (panel/api/right.h), may be bound to networks, and may expire; it is made by
 * a session only, and never changed.
 */

#ifndef VZ_TOKEN_H
#define VZ_TOKEN_H

#include "panel/api/resource.h"


/* vz_token_resource: the columns of a token, and the form that makes one. */
extern vz_resource_t  vz_token_resource;

/* Handlers, as their rows in panel/routes.c say. */
void vz_token_list(vz_call_t *call);
void vz_token_make(vz_call_t *call);


#endif /* VZ_TOKEN_H */
