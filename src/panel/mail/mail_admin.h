/*
 * /api/admin/mail: the outbox.  The text of a mail is shown to nobody but its
 * recipient.
 */

#ifndef VZ_MAIL_ADMIN_H
#define VZ_MAIL_ADMIN_H

#include "panel/api/resource.h"


/* The table of mails, and the query of their list. */
extern vz_resource_t          vz_mail_admin_resource;
extern const vz_query_args_t  vz_mail_admin_args;

/* vz_mail_admin_retry: POST: send a mail again that was rejected. */
void vz_mail_admin_retry(vz_call_t *call);


#endif /* VZ_MAIL_ADMIN_H */
