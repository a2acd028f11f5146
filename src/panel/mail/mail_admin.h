/*
 * /api/admin/mail: the outbox.  What a mail says is nobody's but its
 * recipient's.
 */

#ifndef VZ_MAIL_ADMIN_H
#define VZ_MAIL_ADMIN_H

#include "panel/api/resource.h"
#include "runtime/http.h"


extern vz_resource_t          vz_mail_admin_resource;
extern const vz_query_args_t  vz_mail_admin_args;
void vz_mail_admin_list(vz_call_t *call);
void vz_mail_admin_retry(vz_call_t *call);


#endif /* VZ_MAIL_ADMIN_H */
