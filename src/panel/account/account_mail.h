/*
 * What the owner of an account is told by mail of what happened to it.
 */

#ifndef VZ_ACCOUNT_MAIL_H
#define VZ_ACCOUNT_MAIL_H

#include "panel/mail/mail.h"
#include "runtime/call.h"


/* of one account in an hour, of one template */
#define VZ_ACCOUNT_MAIL_HOUR  3


/*
 * vz_account_mail: queue a mail of this template, in the transaction of what it
 * tells, with the user's row held.  The template may name {first_name},
 * {account}, {when}, {remote}, {browser}; where the caller is another user
 * {remote} is the site's name.  After VZ_ACCOUNT_MAIL_HOUR in an hour no more
 * are queued, so that nobody floods a mailbox.  VZ_OK, also then, VZ_INTERNAL
 * without memory, or the database's code.
 *
 * vz_account_mail_to: the same to another address, with n members besides, at
 * most VZ_ACCOUNT_MAIL_MORE; it is not bounded here.
 */
vz_code_e vz_account_mail(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    const char *template);

#define VZ_ACCOUNT_MAIL_MORE  4

vz_code_e vz_account_mail_to(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    const char *template, const ngx_str_t *to, const vz_mail_member_t *more,
    ngx_uint_t n);

/*
 * vz_account_mail_browser: the caller's browser in words, from the call's
 * pool.
 */
ngx_str_t vz_account_mail_browser(vz_call_t *call);


#endif /* VZ_ACCOUNT_MAIL_H */
