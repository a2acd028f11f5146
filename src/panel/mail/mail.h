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

/*
 * vz_mail_deliver: on a fiber, release the mail of a task, send it now and
 * wait some seconds for what comes of it.  VZ_OK when the mail server took it
 * or the outbox goes on trying, with words for the step's detail; VZ_FAILED
 * when it was refused for good; or the database's code.
 */
vz_code_e vz_mail_deliver(ngx_pool_t *pool, uint64_t task, ngx_str_t *words);

/* vz_mail_look: on a fiber, send some of the mails that are due: a job. */
void vz_mail_look(ngx_pool_t *pool);


#endif /* VZ_MAIL_H */
