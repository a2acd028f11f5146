/*
 * /api/admin/addresses/{id}/...: single addresses of a pool.
 */

#ifndef VZ_ADDRESS_ADMIN_H
#define VZ_ADDRESS_ADMIN_H

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "runtime/call.h"


/* The query of the list and the body of the change. */
extern const vz_query_args_t  vz_address_admin_args;
extern const vz_body_t  vz_address_admin_form;

/* vz_address_admin_list: GET: the addresses of a pool, page by page. */
void vz_address_admin_list(vz_call_t *call);

/* vz_address_admin_change: PATCH: reserve a free address, or free it again. */
void vz_address_admin_change(vz_call_t *call);


#endif /* VZ_ADDRESS_ADMIN_H */
