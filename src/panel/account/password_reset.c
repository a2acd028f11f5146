/*
 * POST, PUT /api/password/reset: another password for who forgot it, by a link
 * that is mailed, works once and not for long.  Its token comes in the body: a
 * path would be written into logs.
 *
 * Nobody is told whether an account exists: what is done for one that does is
 * done after the answer.
 */

#include "panel/account/account_mail.h"
#include "panel/account/guess.h"
#include "panel/account/password.h"
#include "panel/account/password_choice.h"
#include "panel/account/password_reset.h"
#include "panel/account/session_revoke.h"
#include "panel/account/user_find.h"
#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/body.h"
#include "panel/api/identity.h"
#include "panel/api/query.h"
#include "panel/mail/mail.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/fiber.h"
#include "runtime/row.h"
#include "runtime/settings.h"


#define VZ_PASSWORD_RESET_MINUTES  "30"
#define VZ_PASSWORD_RESET_LINKS    3  /* of one person at a time */


typedef struct {
    ngx_str_t       account;
} vz_password_reset_ask_t;

typedef struct {
    ngx_str_t       token;
    ngx_str_t       new;
} vz_password_reset_body_t;

/* A link that is to be mailed; call lives in a pool of its own. */
typedef struct {
    vz_call_t      *call;
    uint64_t        user;
    ngx_str_t       account;
    ngx_str_t       first_name;
    ngx_str_t       email;
    ngx_str_t       language;
} vz_password_reset_t;


static void vz_password_reset_begin(vz_call_t *call, const vz_user_t *user);
static ngx_str_t vz_password_reset_copy(ngx_pool_t *pool, ngx_str_t text);
static void vz_password_reset_run(void *data);
static vz_code_e vz_password_reset_mail(vz_password_reset_t *reset,
    const ngx_str_t *token);
static vz_code_e vz_password_reset_audit(vz_tx_t *tx, vz_call_t *call,
    uint64_t user, ngx_str_t account, const char *action);
static vz_code_e vz_password_reset_change(vz_call_t *call,
    const ngx_str_t *link, const vz_rows_t *rows, const ngx_str_t *hash);
static void vz_password_reset_expired(vz_call_t *call);


static const vz_body_member_t  vz_password_reset_asks[] = {
    { "account", VZ_BODY_TEXT, 0, 1, 0, 254,
      offsetof(vz_password_reset_ask_t, account) }
};

static const vz_body_member_t  vz_password_reset_members[] = {
    { "token", VZ_BODY_TEXT, 0, 1, 0, 128,
      offsetof(vz_password_reset_body_t, token) },
    { "new", VZ_BODY_FIELD, VZ_FIELD_PASSWORD, 1, 0, 0,
      offsetof(vz_password_reset_body_t, new) }
};

const vz_body_t  vz_password_reset_ask_form = vz_body("ResetAsk",
                                                      vz_password_reset_asks);
const vz_body_t  vz_password_reset_form = vz_body("Reset",
                                                  vz_password_reset_members);


/*
 * Only while the address is still the user's.  Where there are
 * VZ_PASSWORD_RESET_LINKS good links already, no more are mailed: strangers
 * can't flood a mailbox.
 */

static const vz_sql_t  vz_password_reset_insert = vz_sql("reset insert",
    "INSERT INTO reset (hash, user_id, expires)"
    " SELECT ?, u.id, NOW(3) + INTERVAL " VZ_PASSWORD_RESET_MINUTES " MINUTE"
    " FROM user u WHERE u.id = ? AND u.email = ? AND NOT u.locked"
    " AND (SELECT COUNT(*) FROM reset r WHERE r.user_id = u.id"
    "  AND r.used IS NULL AND r.expires > NOW(3)) < ?");

static const vz_sql_t  vz_password_reset_find = vz_sql("reset find",
    "SELECT u.id, u.account FROM reset r JOIN user u ON u.id = r.user_id"
    " WHERE r.hash = ? AND r.used IS NULL AND r.expires > NOW(3)"
    " AND NOT u.locked");

static const vz_sql_t  vz_password_reset_use = vz_sql("reset use",
    "UPDATE reset SET used = NOW(3) WHERE hash = ? AND used IS NULL"
    " AND expires > NOW(3)");

static const vz_sql_t  vz_password_reset_update = vz_sql("reset password",
    "UPDATE user SET password = ?, must_change = FALSE, drawn = NULL,"
    " email_state = 'proven' WHERE id = ? AND NOT locked");


void
vz_password_reset_link(vz_call_t *call)
{
    vz_code_e                rc;
    vz_json_t               *out;
    ngx_uint_t               i;
    vz_guess_t               guess;
    vz_users_t               found;
    vz_password_reset_ask_t  body;

    ngx_memzero(&body, sizeof(vz_password_reset_ask_t));

    /* each is a try, whether there is such an account or not */

    if (vz_body_read(call, &vz_password_reset_ask_form, &body) != VZ_OK
        || vz_guess_ask(call, &guess) != VZ_OK)
    {
        return;
    }

    rc = vz_user_find(call->pool, &body.account, VZ_USER_FIND_LINK, &found);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (vz_settings()->public_url.len == 0) {
        ngx_log_error(NGX_LOG_ERR, call->log, 0,
                      "vzpanel: no link for another password can be mailed "
                      "without \"vzpanel_public_url\"");

    } else {
        for (i = 0; i < found.n; i++) {
            vz_password_reset_begin(call, &found.users[i]);
        }
    }

    out = vz_call_reply(call, NGX_HTTP_ACCEPTED);
    vz_json_object(out, NULL);
    vz_json_close(out);
}


static void
vz_password_reset_begin(vz_call_t *call, const vz_user_t *user)
{
    ngx_pool_t           *pool;
    vz_password_reset_t  *reset;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return;
    }

    reset = ngx_pcalloc(pool, sizeof(vz_password_reset_t));

    if (reset == NULL
        || (reset->call = ngx_pcalloc(pool, sizeof(vz_call_t))) == NULL)
    {
        ngx_destroy_pool(pool);
        return;
    }

    reset->call->pool = pool;
    reset->call->log = ngx_cycle->log;
    reset->call->remote = vz_password_reset_copy(pool, call->remote);
    reset->user = user->id;
    reset->account = vz_password_reset_copy(pool, user->account);
    reset->first_name = vz_password_reset_copy(pool, user->first_name);
    reset->email = vz_password_reset_copy(pool, user->email);
    reset->language = vz_password_reset_copy(pool, user->language);

    if (vz_fiber_serve(vz_password_reset_run, reset) != NGX_OK) {
        ngx_destroy_pool(pool);
    }
}


static ngx_str_t
vz_password_reset_copy(ngx_pool_t *pool, ngx_str_t text)
{
    ngx_str_t  copy;

    copy.data = ngx_pstrdup(pool, &text);
    copy.len = copy.data ? text.len : 0;

    return copy;
}


static void
vz_password_reset_run(void *data)
{
    vz_password_reset_t  *reset = data;

    vz_code_e   rc;
    ngx_str_t   token;
    ngx_pool_t  *pool;

    pool = reset->call->pool;
    rc = VZ_INTERNAL;

    if (vz_crypt_random_hex(pool, 32, &token) == NGX_OK) {
        rc = vz_password_reset_mail(reset, &token);
        ngx_explicit_memzero(token.data, token.len);
    }

    if (rc != VZ_OK) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "vzpanel: no link for another password of user %uL: %s",
                      reset->user, vz_code_name(rc));
    }

    ngx_destroy_pool(pool);
}


static vz_code_e
vz_password_reset_mail(vz_password_reset_t *reset, const ngx_str_t *token)
{
    u_char                  digest[32];
    vz_tx_t                *tx;
    ngx_str_t               hash;
    vz_code_e               rc;
    vz_rows_t               rows;
    ngx_pool_t             *pool = reset->call->pool;
    const vz_mail_member_t  members[] = {
        { "first_name", reset->first_name },
        { "account", reset->account },
        { "token", *token }
    };

    vz_crypt_sha256(token->data, token->len, digest);
    hash.data = digest;
    hash.len = sizeof(digest);

    rc = vz_db_begin(pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_auth_hold(tx, pool, reset->user);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, pool, &vz_password_reset_insert,
                         vz_binds(vz_text(hash), vz_int(reset->user),
                                  vz_text(reset->email),
                                  vz_int(VZ_PASSWORD_RESET_LINKS)),
                         &rows);
    }

    if (rc == VZ_OK && rows.affected == 0) {
        vz_db_rollback(tx);
        return VZ_OK;
    }

    if (rc == VZ_OK) {
        rc = vz_mail_queue(tx, pool, reset->user, &reset->email, "reset_link",
                           &reset->language, members,
                           sizeof(members) / sizeof(members[0]));
    }

    if (rc == VZ_OK) {
        rc = vz_password_reset_audit(tx, reset->call, reset->user,
                                     reset->account,
                                     "password.ask");
    }

    return vz_db_end(tx, rc);
}


static vz_code_e
vz_password_reset_audit(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    ngx_str_t account, const char *action)
{
    vz_audit_t  audit;

    ngx_memzero(&audit, sizeof(vz_audit_t));

    audit.user = user;
    audit.account = account;
    audit.action = action;
    audit.result = "ok";

    return vz_audit_write(tx, call, &audit);
}


/* the token is checked before the hash, which is slow, and again after it */

void
vz_password_reset_set(vz_call_t *call)
{
    u_char                    digest[32];
    vz_code_e                 rc;
    ngx_str_t                 link, hash;
    vz_rows_t                 rows;
    vz_password_reset_body_t  body;

    ngx_memzero(&body, sizeof(vz_password_reset_body_t));

    if (vz_body_read(call, &vz_password_reset_form, &body) != VZ_OK) {
        return;
    }

    if (vz_field_check(VZ_FIELD_SECRET, (char *) body.token.data,
                       body.token.len)
        != VZ_OK)
    {
        vz_password_reset_expired(call);
        return;
    }

    vz_crypt_sha256(body.token.data, body.token.len, digest);
    link.data = digest;
    link.len = sizeof(digest);

    rc = vz_db_query(NULL, call->pool, &vz_password_reset_find,
                     vz_binds(vz_text(link)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (rows.rows == 0) {
        vz_password_reset_expired(call);
        return;
    }

    if (vz_password_choice(call, "new", vz_row_int(&rows, 0, "id"), &body.new)
        != VZ_OK
        || vz_password_hash(call, &body.new, &hash) != VZ_OK)
    {
        return;
    }

    rc = vz_password_reset_change(call, &link, &rows, &hash);

    if (rc == VZ_NOENT) {
        vz_password_reset_expired(call);
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_identity_revoke_user(vz_row_int(&rows, 0, "id"));
    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


static vz_code_e
vz_password_reset_change(vz_call_t *call, const ngx_str_t *link,
                         const vz_rows_t *rows,
    const ngx_str_t *hash)
{
    vz_tx_t    *tx;
    uint64_t    user;
    vz_code_e   rc;
    vz_rows_t   used;

    user = vz_row_int(rows, 0, "id");

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_auth_hold(tx, call->pool, user);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_password_reset_use,
                         vz_binds(vz_text(*link)), &used);
    }

    if (rc == VZ_OK && used.affected) {
        rc = vz_db_query(tx, call->pool, &vz_password_reset_update,
                         vz_binds(vz_text(*hash), vz_int(user)), &used);
    }

    if (rc == VZ_OK && used.affected == 0) {
        rc = VZ_NOENT;
    }

    if (rc == VZ_OK) {
        rc = vz_session_revoke(tx, call->pool, user);
    }

    if (rc == VZ_OK) {
        rc = vz_account_mail(tx, call, user, "password_changed");
    }

    if (rc == VZ_OK) {
        rc = vz_password_reset_audit(tx, call, user,
                                     vz_row_text(rows, 0, "account"),
                                     "password.reset");
    }

    return vz_db_end(tx, rc);
}


static void
vz_password_reset_expired(vz_call_t *call)
{
    vz_call_problem(call, 410, "expired",
                    "This link was used already or has expired after 30 "
                    "minutes: request a new one.");
}
