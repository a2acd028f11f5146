/*
 * A transactional outbox: a mail is queued in the transaction that causes it,
 * and its secrets are deleted from the database once the mail server has
 * accepted it.
 */

#ifndef VZ_MAIL_H
#define VZ_MAIL_H

#include "runtime/db.h"


/*
 * vz_mail_hold: insert a mail that waits for its task to end, inside the
 * caller's transaction.  data is a JSON object with what the template names.
 * VZ_OK or the database's.
 */
vz_code_e vz_mail_hold(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user,
    uint64_t task, const ngx_str_t *to, const char *template,
    const ngx_str_t *language, const ngx_str_t *data);

/* A value that the template names. */
typedef struct {
    const char      *name;          /* of the member of data */
    ngx_str_t        value;
} vz_mail_member_t;

/*
 * vz_mail_queue: insert a mail that is sent as soon as the caller's transaction
 * is committed.  It belongs to no task, and where user is 0 to nobody.  All
 * copies of the values but the caller's are wiped.  VZ_OK, VZ_INTERNAL without
 * memory, or the database's.
 */
vz_code_e vz_mail_queue(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user,
    const ngx_str_t *to, const char *template, const ngx_str_t *language,
    const vz_mail_member_t *members, ngx_uint_t n);

/*
 * vz_mail_failed: queue a mail to every administrator that a task failed,
 * inside the caller's transaction.  step is the failed step, detail the node's
 * error text.
 */
vz_code_e vz_mail_failed(vz_tx_t *tx, ngx_pool_t *pool, uint64_t task,
    const char *step, const char *code, const ngx_str_t *detail);

/*
 * vz_mail_admins: the same to every administrator, in the language of each; the
 * values are no secrets.
 */
vz_code_e vz_mail_admins(vz_tx_t *tx, ngx_pool_t *pool, const char *template,
    const vz_mail_member_t *members, ngx_uint_t n);

/*
 * vz_mail_secret: read a member ("password") of a held mail's data, into pool.
 * VZ_NOENT where the mail or the member is gone, because it was delivered.
 */
vz_code_e vz_mail_secret(ngx_pool_t *pool, uint64_t task, const char *member,
    ngx_str_t *value);

/*
 * vz_mail_release: release the mail that waits for a task; *id is its row.  The
 * outbox sends it in 5 s unless the caller has.  VZ_EXISTS where it was sent
 * already, VZ_NOENT where there is none.
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
