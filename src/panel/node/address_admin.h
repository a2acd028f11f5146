/*
 * /api/admin/addresses/{id}/...: single addresses of a pool.
 */

#ifndef VZ_ADDRESS_ADMIN_H
#define VZ_ADDRESS_ADMIN_H

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "runtime/http.h"


extern const vz_query_args_t  vz_address_admin_args;
extern const vz_verb_body_t  vz_address_admin_form;
void vz_address_admin_list(vz_call_t *call);
void vz_address_admin_change(vz_call_t *call);


#endif /* VZ_ADDRESS_ADMIN_H */
