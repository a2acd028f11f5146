/*
 * POST, DELETE /api/account/email: one's own address of mail, asked for.
 */

#ifndef VZ_OWN_EMAIL_H
#define VZ_OWN_EMAIL_H

#include "panel/api/body.h"


extern const vz_body_t  vz_own_email_form;

/* ask for an address, or for another link to the one that was asked for */
void vz_own_email_ask(vz_call_t *call);

/* end what was asked for */
void vz_own_email_cancel(vz_call_t *call);


#endif /* VZ_OWN_EMAIL_H */
