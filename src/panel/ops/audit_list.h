/*
 * GET /api/admin/audit: who did what.
 */

#ifndef VZ_AUDIT_LIST_H
#define VZ_AUDIT_LIST_H

#include "panel/api/query.h"
#include "runtime/call.h"


/* The query of the list. */
extern const vz_query_args_t  vz_audit_list_args;

/* vz_audit_list: the lines of the audit, newest first, page by page. */
void vz_audit_list(vz_call_t *call);


#endif /* VZ_AUDIT_LIST_H */
