/*
 * The outbox.  A mail is a row from the moment it is promised; what is secret
 * in it leaves the database when the mail server took it.
 */

#ifndef VZ_MAIL_H
#define VZ_MAIL_H

#include "runtime/db.h"


/*
 * vz_mail_hold: a mail that waits for its task, inside the caller's
 * transaction.  data is a JSON object with what the template names.
 */
vz_code_e vz_mail_hold(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user,
    uint64_t task, const ngx_str_t *to, const char *template,
    const ngx_str_t *language, const ngx_str_t *data);

/*
 * vz_mail_queue: a mail that is sent as soon as the caller's transaction is
 * through; it has no task, and with user 0 is nobody's.  No copy of a value is
 * left behind in memory but the caller's.
 */
typedef struct {
    const char      *name;          /* of the member of data */
    ngx_str_t        value;
} vz_mail_member_t;

vz_code_e vz_mail_queue(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user,
    const ngx_str_t *to, const char *template, const ngx_str_t *language,
    const vz_mail_member_t *members, ngx_uint_t n);

/*
 * vz_mail_failed: to every administrator that a task failed, inside the
 * caller's transaction: which step of it, the code, and the node's words.
 */
vz_code_e vz_mail_failed(vz_tx_t *tx, ngx_pool_t *pool, uint64_t task,
    const char *step, const char *code, const ngx_str_t *detail);

/*
 * vz_mail_secret: a member of a held mail's data ("password"), VZ_NOENT where
 * the mail or the member is gone: it was delivered.
 */
vz_code_e vz_mail_secret(ngx_pool_t *pool, uint64_t task, const char *member,
    ngx_str_t *value);

/*
 * vz_mail_release: the mail of a task waits for it no longer; the outbox sends
 * it in 5 s, if the caller has not.  VZ_EXISTS where it was sent already,
 * VZ_NOENT where there is none.
 */
vz_code_e vz_mail_release(ngx_pool_t *pool, uint64_t task, uint64_t *id);

/* vz_mail_due: ids of mails that are due, the longest first. */
vz_code_e vz_mail_due(ngx_pool_t *pool, ngx_uint_t most, vz_rows_t *rows);

/*
 * vz_mail_try: send one now.  VZ_OK when the mail server took it; VZ_AGAIN
 * when it will be tried again, VZ_FAILED when it was refused for good, with
 * words; VZ_CONFLICT when another has it in hand, or has sent it.
 */
vz_code_e vz_mail_try(ngx_pool_t *pool, uint64_t id, ngx_str_t *words);


#endif /* VZ_MAIL_H */
