/*
 * One's own address of mail.  A link to the new address proves that its reader
 * is meant; a notice to the old one, if that was proven, lets its reader stop
 * the change, or take it back: who has the password of an account and not its
 * mailbox does not get the account.
 *
 * Nobody is told here whether another account has the address.  Who opens the
 * link reads its mails, and is.
 */

#include "panel/account/account_mail.h"
#include "panel/account/guess.h"
#include "panel/account/own_email.h"
#include "panel/account/own_email_link.h"
#include "panel/account/profile.h"
#include "panel/account/user_change.h"
#include "panel/api/audit.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/row.h"
#include "runtime/settings.h"


#define VZ_OWN_EMAIL_MOST   5       /* links of one user in a day */


typedef struct {
    ngx_str_t       email;
} vz_own_email_body_t;

/* A link that is to be mailed, and the notice beside it. */
typedef struct {
    ngx_str_t       email;
    ngx_str_t       token;          /* of the link */
    ngx_str_t       stop;           /* of the notice */
    ngx_str_t       hash;           /* of both, as they are kept */
    ngx_str_t       stop_hash;
    ngx_str_t       previous;
    ngx_uint_t      proven;         /* the previous one was: its reader is the
                                       user, and is told */
} vz_own_email_t;


static vz_code_e vz_own_email_draw(vz_call_t *call, vz_own_email_t *change);
static vz_code_e vz_own_email_write(vz_tx_t *tx, vz_call_t *call, void *data);
static vz_code_e vz_own_email_in(vz_tx_t *tx, vz_call_t *call,
    vz_own_email_t *change, ngx_uint_t *again);
static vz_code_e vz_own_email_insert(vz_tx_t *tx, vz_call_t *call,
    const vz_own_email_t *change);
static vz_code_e vz_own_email_tell(vz_tx_t *tx, vz_call_t *call,
    const vz_own_email_t *change, ngx_uint_t again);
static void vz_own_email_fail(vz_call_t *call, vz_code_e rc);
static vz_code_e vz_own_email_give_up(vz_tx_t *tx, vz_call_t *call,
    void *data);


static const vz_body_member_t  vz_own_email_members[] = {
    { "email", VZ_BODY_FIELD, VZ_FIELD_EMAIL, 1, 0, 0,
      offsetof(vz_own_email_body_t, email) }
};

const vz_body_t  vz_own_email_form = vz_body("OwnEmail", vz_own_email_members);


/* the address of now, whether it is the one that is asked for, and how many
   links were mailed */

static const vz_sql_t  vz_own_email_now = vz_sql("own email now",
    "SELECT u.email, u.email_state = 'proven' AS proven,"
    " u.email = ? AND u.email_state = 'proven' AS same,"
    " (SELECT COUNT(*) FROM mail m WHERE m.user_id = u.id"
    "  AND m.template = 'email_link'"
    "  AND m.created > NOW(3) - INTERVAL 24 HOUR) AS links"
    " FROM user u WHERE u.id = ?");

static const vz_sql_t  vz_own_email_again = vz_sql("own email again",
    "UPDATE email_change SET hash = ?,"
    " expires = NOW(3) + INTERVAL " VZ_OWN_EMAIL_HOURS " HOUR"
    " WHERE user_id = ? AND email = ? AND previous = ? AND hash IS NOT NULL"
    " AND used IS NULL AND expires > NOW(3)");

static const vz_sql_t  vz_own_email_void = vz_sql("own email void",
    "UPDATE email_change SET hash = NULL"
    " WHERE user_id = ? AND hash IS NOT NULL AND used IS NULL");

static const vz_sql_t  vz_own_email_add = vz_sql("own email add",
    "INSERT INTO email_change (user_id, email, previous, previous_state, hash,"
    " stop, expires) SELECT u.id, ?, u.email, u.email_state, ?, ?,"
    " NOW(3) + INTERVAL " VZ_OWN_EMAIL_HOURS " HOUR FROM user u"
    " WHERE u.id = ?");


void
vz_own_email_ask(vz_call_t *call)
{
    vz_code_e            rc;
    vz_guess_t           guess;
    vz_own_email_t       change;
    vz_own_email_body_t  body;

    ngx_memzero(&body, sizeof(vz_own_email_body_t));
    ngx_memzero(&change, sizeof(vz_own_email_t));

    /* each is a try of its network, as a link for a password is */

    if (vz_body_read(call, &vz_own_email_form, &body) != VZ_OK
        || vz_guess_ask(call, &guess) != VZ_OK)
    {
        return;
    }

    if (vz_settings()->public_url.len == 0) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "no_public_url",
                        "No link can be mailed: the administrator of this "
                        "site has to set \"vzpanel_public_url\".");
        return;
    }

    change.email = body.email;
    rc = vz_own_email_draw(call, &change);

    if (rc == VZ_OK) {
        rc = vz_user_change(call, call->who.user, NULL, NULL,
                            vz_own_email_write, &change);

        ngx_explicit_memzero(change.token.data, change.token.len);
        ngx_explicit_memzero(change.stop.data, change.stop.len);
    }

    if (rc != VZ_OK) {
        vz_own_email_fail(call, rc);
        return;
    }

    vz_profile_reply(call, NGX_HTTP_ACCEPTED);
}


static vz_code_e
vz_own_email_draw(vz_call_t *call, vz_own_email_t *change)
{
    change->hash.data = ngx_pnalloc(call->pool, 64);

    if (change->hash.data == NULL
        || vz_crypt_random_hex(call->pool, 32, &change->token) != NGX_OK
        || vz_crypt_random_hex(call->pool, 32, &change->stop) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    change->hash.len = 32;
    change->stop_hash.len = 32;
    change->stop_hash.data = change->hash.data + 32;

    vz_crypt_sha256(change->token.data, change->token.len, change->hash.data);
    vz_crypt_sha256(change->stop.data, change->stop.len,
                    change->stop_hash.data);

    return VZ_OK;
}


static vz_code_e
vz_own_email_write(vz_tx_t *tx, vz_call_t *call, void *data)
{
    ngx_str_t        none;
    vz_code_e        rc;
    ngx_uint_t       again;
    vz_own_email_t  *change = data;

    ngx_str_set(&none, "");
    again = 0;

    rc = vz_own_email_in(tx, call, change, &again);

    if (rc == VZ_OK) {
        rc = vz_own_email_tell(tx, call, change, again);
    }

    if (rc == VZ_OK) {
        rc = vz_audit_with(tx, call, "account.email.ask", none,
                           change->email);
    }

    return rc;
}


/* VZ_EXISTS where the address is that of now, VZ_NOSPACE after too many */

static vz_code_e
vz_own_email_in(vz_tx_t *tx, vz_call_t *call, vz_own_email_t *change,
    ngx_uint_t *again)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, call->pool, &vz_own_email_now,
                     vz_binds(vz_text(change->email),
                              vz_int(call->who.user)),
                     &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_row_int(&rows, 0, "same")) {
        return VZ_EXISTS;
    }

    if (vz_row_int(&rows, 0, "links") >= VZ_OWN_EMAIL_MOST) {
        return VZ_NOSPACE;
    }

    change->previous = vz_row_text(&rows, 0, "email");
    change->proven = vz_row_int(&rows, 0, "proven") != 0;

    rc = vz_db_query(tx, call->pool, &vz_own_email_again,
                     vz_binds(vz_bytes(change->hash), vz_int(call->who.user),
                              vz_text(change->email),
                              vz_text(change->previous)),
                     &rows);

    if (rc == VZ_OK && rows.affected) {
        *again = 1;
        return VZ_OK;
    }

    return rc == VZ_OK ? vz_own_email_insert(tx, call, change) : rc;
}


/* the address that was asked for last is the only one that can be proven */

static vz_code_e
vz_own_email_insert(vz_tx_t *tx, vz_call_t *call,
    const vz_own_email_t *change)
{
    vz_code_e  rc;

    rc = vz_db_query(tx, call->pool, &vz_own_email_void,
                     vz_binds(vz_int(call->who.user)), NULL);

    return rc == VZ_OK ? vz_db_query(tx, call->pool, &vz_own_email_add,
                                     vz_binds(vz_text(change->email),
                                              vz_bytes(change->hash),
                                              vz_bytes(change->stop_hash),
                                              vz_int(call->who.user)),
                                     NULL)
                       : rc;
}


static vz_code_e
vz_own_email_tell(vz_tx_t *tx, vz_call_t *call, const vz_own_email_t *change,
    ngx_uint_t again)
{
    vz_code_e               rc;
    const vz_mail_member_t  link[] = {
        { "token", change->token }
    };
    const vz_mail_member_t  notice[] = {
        { "token", change->stop },
        { "email", change->email }
    };

    rc = vz_account_mail_to(tx, call, call->who.user, "email_link",
                            &change->email, link, 1);

    /* one notice is enough; an address that nobody has proven may be anybody's,
       who must get no hold of the account */

    if (rc != VZ_OK || again || !change->proven) {
        return rc;
    }

    return vz_account_mail_to(tx, call, call->who.user, "email_asked",
                              &change->previous, notice, 2);
}


static void
vz_own_email_fail(vz_call_t *call, vz_code_e rc)
{
    switch (rc) {

    case VZ_EXISTS:
        vz_call_invalid(call, "email", "same", "is your address already");
        vz_call_refuse(call);
        return;

    case VZ_NOSPACE:
        vz_call_problem(call, NGX_HTTP_TOO_MANY_REQUESTS, "too_many_links",
                        "%d links were mailed in the last 24 hours: use the "
                        "last one, or wait.", VZ_OWN_EMAIL_MOST);
        vz_call_header(call, "Retry-After", vz_call_printf(call, "3600"));
        return;

    default:
        vz_call_fault(call, "database", rc);
    }
}


void
vz_own_email_cancel(vz_call_t *call)
{
    vz_code_e  rc;

    rc = vz_user_change(call, call->who.user, NULL, NULL, vz_own_email_give_up,
                        NULL);

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


static vz_code_e
vz_own_email_give_up(vz_tx_t *tx, vz_call_t *call, void *data)
{
    ngx_str_t  none;
    vz_code_e  rc;
    vz_rows_t  rows;

    (void) data;

    ngx_str_set(&none, "");

    rc = vz_db_query(tx, call->pool, &vz_own_email_void,
                     vz_binds(vz_int(call->who.user)), &rows);

    return rc == VZ_OK && rows.affected
           ? vz_audit_by(tx, call, "account.email.cancel", none) : rc;
}
