/*
 * POST /api/email/confirm, /api/email/stop: the links that are mailed where
 * somebody asks for another address of mail.  Their tokens come in the body: a
 * path would be written into logs, and programs that look into mails open
 * links, but press no buttons.
 */

#ifndef VZ_OWN_EMAIL_LINK_H
#define VZ_OWN_EMAIL_LINK_H

#include "panel/api/body.h"


#define VZ_OWN_EMAIL_HOURS  "24"    /* a link to the new address is good for */
#define VZ_OWN_EMAIL_UNDO   "72"    /* hours, the one to the old address is */

extern const vz_body_t  vz_own_email_link_form;


/*
 * vz_own_email_link_confirm: the link to the new address: it becomes the
 * user's, unless another user has proven it.  Sessions stay: who asked has
 * typed the password.  Links for another password end, which went to the old
 * address.
 */
void vz_own_email_link_confirm(vz_call_t *call);

/*
 * vz_own_email_link_stop: the link to the old one: what was asked for ends.  If
 * it was confirmed already, the user has the old address again, and all
 * sessions, tokens and links end.
 */
void vz_own_email_link_stop(vz_call_t *call);


#endif /* VZ_OWN_EMAIL_LINK_H */
