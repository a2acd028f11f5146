/*
 * GET, PATCH /api/account: what is known of the caller, as a person.
 */

#ifndef VZ_PROFILE_H
#define VZ_PROFILE_H

#include "panel/api/resource.h"


extern vz_resource_t  vz_profile_resource;

void vz_profile_show(vz_call_t *call);

/*
 * vz_profile_change: what the caller may change of it by itself.  Not the
 * document, by which invoices and orders know a person, which is one
 * account's only: an administrator changes it.  Not the address of mail, which
 * is proven first (own_email.h).
 */
void vz_profile_change(vz_call_t *call);

/* vz_profile_reply: reply with the caller's profile as it is now. */
void vz_profile_reply(vz_call_t *call, ngx_uint_t status);


#endif /* VZ_PROFILE_H */
