/*
 * GET /api/admin/audit: who did what.
 */

#ifndef VZ_AUDIT_LIST_H
#define VZ_AUDIT_LIST_H

#include "panel/api/resource.h"


/* The table of the audit, and the query of its list. */
extern vz_resource_t          vz_audit_list_resource;
extern const vz_query_args_t  vz_audit_list_args;


#endif /* VZ_AUDIT_LIST_H */
