/*
 * GET /api/admin/audit: who did what.
 */

#ifndef VZ_AUDIT_LIST_H
#define VZ_AUDIT_LIST_H

#include "panel/api/resource.h"
#include "runtime/http.h"


extern vz_resource_t          vz_audit_list_resource;
extern const vz_query_args_t  vz_audit_list_args;

/* vz_audit_list: reply to GET /api/admin/audit, an administrator's call. */
void vz_audit_list(vz_call_t *call);


#endif /* VZ_AUDIT_LIST_H */
