/*
 * /api/admin/mail: the outbox.  It does not show what a mail says, which is for
 * its recipient alone.
 */

#ifndef VZ_MAIL_ADMIN_H
#define VZ_MAIL_ADMIN_H

#include "panel/api/resource.h"
#include "runtime/http.h"


extern vz_resource_t          vz_mail_admin_resource;
extern const vz_query_args_t  vz_mail_admin_args;

/* vz_mail_admin_list: reply to GET with a page of mails, the newest first. */
void vz_mail_admin_list(vz_call_t *call);

/* vz_mail_admin_retry: reply to POST: queue a failed mail again, or 409. */
void vz_mail_admin_retry(vz_call_t *call);


#endif /* VZ_MAIL_ADMIN_H */
