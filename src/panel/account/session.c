/*
 * POST, GET, DELETE /api/session: sign in, who am I, sign out.
 */

#include "panel/account/device.h"
#include "panel/account/guess.h"
#include "panel/account/password.h"
#include "panel/account/second_step.h"
#include "panel/account/session.h"
#include "panel/account/user_find.h"
#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/body.h"
#include "panel/api/identity.h"
#include "panel/api/query.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/row.h"
#include "runtime/settings.h"
#include "runtime/sse.h"


#define VZ_SESSION_AGENT  200
#define VZ_SESSION_MOST    "64"     /* sessions of one account */


typedef struct {
    ngx_str_t       account;
    ngx_str_t       password;
    ngx_str_t       code;           /* of the second step, or empty */
    vz_passkey_answer_t  passkey;   /* or this, or without an id */
} vz_session_body_t;

static ngx_uint_t vz_session_may(vz_call_t *call, const vz_user_t *user);
static vz_code_e vz_session_try(vz_call_t *call,
    const vz_session_body_t *body, const vz_users_t *found,
    const vz_user_t **user);
static vz_code_e vz_session_guess(vz_call_t *call, const ngx_str_t *account,
    const vz_users_t *found, vz_guess_t *guess);
static void vz_session_refuse(vz_call_t *call, const vz_user_t *user,
    vz_code_e rc, const vz_second_step_t *step);
static vz_code_e vz_session_second(vz_call_t *call, const vz_user_t *user,
    const vz_session_body_t *body, vz_second_step_t *step);
static vz_code_e vz_session_make(vz_call_t *call, const vz_user_t *user,
    const vz_second_step_t *step);
static vz_code_e vz_session_make_in(vz_tx_t *tx, vz_call_t *call,
    const vz_user_t *user, const vz_second_step_t *step,
    const ngx_str_t *secret);
static vz_code_e vz_session_trim(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    vz_rows_t *oldest);
static void vz_session_over(ngx_str_t hash);
static ngx_str_t vz_session_before(vz_call_t *call);
static vz_code_e vz_session_end(vz_call_t *call);
static ngx_str_t vz_session_agent(vz_call_t *call);
static time_t vz_session_seconds(void);
static void vz_session_reply(vz_call_t *call, const vz_user_t *user);


static const vz_body_member_t  vz_session_members[] = {
    { "account", VZ_BODY_TEXT, 0, 1, 0, 254,
      offsetof(vz_session_body_t, account) },
    { "password", VZ_BODY_TEXT, 0, 1, 0, 512,
      offsetof(vz_session_body_t, password) },
    { "code", VZ_BODY_TEXT, 0, 0, 0, 40, offsetof(vz_session_body_t, code) },
    { "passkey", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 0, 0, 0,
      offsetof(vz_session_body_t, passkey.id) },
    { "client_data", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 0, 0, 0,
      offsetof(vz_session_body_t, passkey.client) },
    { "authenticator_data", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 0, 0, 0,
      offsetof(vz_session_body_t, passkey.data) },
    { "signature", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 0, 0, 0,
      offsetof(vz_session_body_t, passkey.signature) }
};

const vz_body_t  vz_session_form = vz_body("SignIn", vz_session_members);


/* only while the password is the verified one, the user not locked, and has a
   second step or none as when it was asked for */

static const vz_sql_t  vz_session_insert = vz_sql("session insert",
    "INSERT INTO session (hash, user_id, expires, remote, agent, proven)"
    " SELECT ?, u.id, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, ?, ?,"
    " UTC_TIMESTAMP(3) FROM user u"
    " WHERE u.id = ? AND u.password = ? AND NOT u.locked"
    " AND u.second_factor = ?");

/*
 * The newest sessions stay.  All streams are notified of each that is
 * revoked, so this also bounds what one account can make them do.
 */

static const vz_sql_t  vz_session_most = vz_sql("sessions most",
    "SELECT id, hash FROM session WHERE user_id = ?"
    " ORDER BY id DESC LIMIT 1 OFFSET " VZ_SESSION_MOST);

static const vz_sql_t  vz_session_oldest = vz_sql("sessions oldest",
    "DELETE FROM session WHERE user_id = ? AND id <= ?");

static const vz_sql_t  vz_session_delete = vz_sql("session delete",
    "DELETE FROM session WHERE hash = ?");


void
vz_session_open(vz_call_t *call)
{
    vz_code_e          rc;
    vz_users_t         found;
    const vz_user_t   *user;
    vz_second_step_t   step;
    vz_session_body_t  body;

    ngx_memzero(&body, sizeof(vz_session_body_t));
    ngx_memzero(&step, sizeof(vz_second_step_t));

    if (vz_body_read(call, &vz_session_form, &body) != VZ_OK) {
        return;
    }

    rc = vz_user_find(call->pool, &body.account, VZ_USER_FIND_LOGIN, &found);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    rc = vz_session_try(call, &body, &found, &user);

    if (rc != VZ_OK) {
        vz_session_refuse(call, user, rc, &step);
        return;
    }

    if (vz_session_may(call, user)
        && vz_session_second(call, user, &body, &step) == VZ_OK)
    {
        vz_session_enter(call, user, &step);
    }
}


void
vz_session_enter(vz_call_t *call, const vz_user_t *user,
    const vz_second_step_t *step)
{
    vz_code_e  rc;

    if (!vz_session_may(call, user)) {
        return;
    }

    rc = vz_session_make(call, user, step);

    if (rc == VZ_OK) {
        vz_session_reply(call, user);
    } else {
        vz_session_refuse(call, user, rc, step);
    }
}


static void
vz_session_refuse(vz_call_t *call, const vz_user_t *user, vz_code_e rc,
    const vz_second_step_t *step)
{
    switch (rc) {

    case VZ_DENIED:
        vz_session_denied(call, user, "denied", "");
        vz_call_problem(call, NGX_HTTP_UNAUTHORIZED, "bad_credentials",
                        "The account or password is wrong.");
        break;

    case VZ_STATE:
        vz_session_denied(call, user, step->passkey.id ? "passkey" : "code",
                          "");
        vz_second_step_denied(call, step);
        break;

    default:
        if (call->status == 0) {
            vz_call_fault(call, "database", rc);
        }
    }
}


/* asked only behind the right password: nobody else learns it */

static ngx_uint_t
vz_session_may(vz_call_t *call, const vz_user_t *user)
{
    if (user->locked) {
        vz_session_denied(call, user, "locked", "");
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "locked",
                        "This account is locked.");

    } else if (user->expired) {
        vz_session_denied(call, user, "expired", "");
        vz_call_problem(call, NGX_HTTP_UNAUTHORIZED, "password_expired",
                        "This password was mailed more than "
                        VZ_USER_FIND_UNUSED " days ago: ask for a link that "
                        "sets another.");
    }

    return !user->locked && !user->expired;
}


/* a code that is missing is no refusal */

static vz_code_e
vz_session_second(vz_call_t *call, const vz_user_t *user,
    const vz_session_body_t *body, vz_second_step_t *step)
{
    vz_code_e  rc;

    rc = vz_second_step_check(call, user, &body->code, &body->passkey, step);

    if (rc == VZ_DENIED && (body->code.len || body->passkey.id.len)) {
        vz_session_denied(call, user, step->why ? "passkey" : "code",
                          step->why ? step->why : "");
    }

    return rc;
}


/*
 * The user whose password it is; where it is nobody's the first that was
 * found, or an empty user.  All comparisons together are one try.
 */

static vz_code_e
vz_session_try(vz_call_t *call, const vz_session_body_t *body,
    const vz_users_t *found, const vz_user_t **user)
{
    ngx_str_t   hashes[VZ_USER_FIND_MOST];
    vz_code_e   rc;
    vz_guess_t  guess;
    ngx_uint_t  i, which;

    *user = &found->users[0];

    rc = vz_session_guess(call, &body->account, found, &guess);
    if (rc != VZ_OK) {
        return rc;
    }

    for (i = 0; i < VZ_USER_FIND_MOST; i++) {
        hashes[i] = found->users[i].hash;
    }

    rc = vz_password_verify(call, &guess, &body->password, hashes, found->n,
                            &which);

    if (rc == VZ_OK) {
        *user = &found->users[which];
    }

    return rc;
}


/* tries are counted by user, or by the name where there is no such user */

static vz_code_e
vz_session_guess(vz_call_t *call, const ngx_str_t *account,
    const vz_users_t *found, vz_guess_t *guess)
{
    uint64_t    user;
    ngx_str_t   device;
    ngx_uint_t  i;

    for (i = 0; i < found->n; i++) {
        user = found->users[i].id;
        device = vz_device_read(call, user);

        if (device.len) {
            return vz_guess_known(call, guess,
                                  vz_call_printf(call, "device %uL %V", user,
                                                 &device));
        }
    }

    return vz_guess_stranger(call, guess, found->n
                             ? vz_call_printf(call, "user %uL",
                                              found->users[0].id)
                             : vz_call_printf(call, "name %V", account));
}


/*
 * The audit names the account only where it exists: another text may be a
 * password that was typed into the wrong field.
 */

void
vz_session_denied(vz_call_t *call, const vz_user_t *user,
    const char *result, const char *detail)
{
    vz_audit_t  audit;

    ngx_memzero(&audit, sizeof(vz_audit_t));

    audit.user = user->id;
    audit.account = user->account;
    audit.action = "session.open";
    audit.result = result;
    audit.detail.data = (u_char *) detail;
    audit.detail.len = ngx_strlen(detail);

    (void) vz_audit_write(NULL, call, &audit);
}


/*
 * VZ_DENIED where the password has changed by now, or the user is locked;
 * VZ_STATE where the code was used by now
 */

static vz_code_e
vz_session_make(vz_call_t *call, const vz_user_t *user,
    const vz_second_step_t *step)
{
    vz_tx_t    *tx;
    ngx_str_t   secret, before;
    vz_code_e   rc;
    vz_rows_t   oldest;

    if (vz_crypt_random_hex(call->pool, 32, &secret) != NGX_OK) {
        return VZ_INTERNAL;
    }

    before = vz_session_before(call);

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_session_make_in(tx, call, user, step, &secret);

    if (rc == VZ_OK) {
        rc = vz_session_trim(tx, call, user->id, &oldest);
    }

    if (rc == VZ_OK && before.len) {
        rc = vz_db_query(tx, call->pool, &vz_session_delete,
                         vz_binds(vz_text(before)), NULL);
    }

    rc = vz_db_end(tx, rc);

    if (rc != VZ_OK) {
        return rc;
    }

    vz_session_over(before);
    vz_session_over(vz_row_text(&oldest, 0, "hash"));

    vz_session_cookie(call, VZ_COOKIE, &secret,
                      vz_settings()->session_timeout);
    vz_device_write(call, user->id);

    return VZ_OK;
}


static vz_code_e
vz_session_make_in(vz_tx_t *tx, vz_call_t *call,
    const vz_user_t *user, const vz_second_step_t *step,
    const ngx_str_t *secret)
{
    u_char      digest[32];
    ngx_str_t   hash;
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_audit_t  audit;

    vz_crypt_sha256(secret->data, secret->len, digest);
    hash.data = digest;
    hash.len = sizeof(digest);

    rc = vz_auth_hold(tx, call->pool, user->id);

    if (rc == VZ_OK) {
        rc = vz_second_step_use(tx, call, user->id, step);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_session_insert,
                         vz_binds(vz_text(hash),
                                  vz_int(vz_session_seconds()),
                                  vz_text(call->remote),
                                  vz_text(vz_session_agent(call)),
                                  vz_int(user->id), vz_text(user->hash),
                                  vz_int(step->asked)),
                         &rows);
    }

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_DENIED;
    }

    if (rc != VZ_OK) {
        return rc;
    }

    ngx_memzero(&audit, sizeof(vz_audit_t));
    audit.user = user->id;
    audit.account = user->account;
    audit.action = "session.open";
    audit.result = "ok";

    if (step->passkey.id) {
        ngx_str_set(&audit.detail, "passkey");
    }

    return vz_audit_write(tx, call, &audit);
}


static vz_code_e
vz_session_trim(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    vz_rows_t *oldest)
{
    vz_code_e  rc;

    rc = vz_db_query(tx, call->pool, &vz_session_most,
                     vz_binds(vz_int(user)), oldest);

    if (rc == VZ_OK && oldest->rows) {
        rc = vz_db_query(tx, call->pool, &vz_session_oldest,
                         vz_binds(vz_int(user),
                                  vz_int(vz_row_int(oldest, 0, "id"))),
                         NULL);
    }

    return rc;
}


static void
vz_session_over(ngx_str_t hash)
{
    if (hash.len == 32) {
        vz_identity_revoke(hash.data);
        vz_sse_revoke(hash.data);
    }
}


/* the hash of the session that this one replaces, or an empty text */

static ngx_str_t
vz_session_before(vz_call_t *call)
{
    ngx_str_t  hash;

    ngx_str_null(&hash);

    if (call->session.len && vz_auth_look(call) != VZ_AUTH_NOBODY
        && call->cookie_auth)
    {
        hash.data = call->token;
        hash.len = sizeof(call->token);
    }

    return hash;
}


/* a User-Agent may have any bytes: keep printable ASCII */

static ngx_str_t
vz_session_agent(vz_call_t *call)
{
    ngx_str_t   agent;
    ngx_uint_t  i;

    agent.len = ngx_min(call->user_agent.len, VZ_SESSION_AGENT);
    agent.data = ngx_pnalloc(call->pool, agent.len + 1);

    if (agent.data == NULL) {
        ngx_str_set(&agent, "");
        return agent;
    }

    for (i = 0; i < agent.len; i++) {
        agent.data[i] = call->user_agent.data[i];

        if (agent.data[i] < ' ' || agent.data[i] > '~') {
            agent.data[i] = '?';
        }
    }

    return agent;
}


void
vz_session_cookie(vz_call_t *call, const char *name, const ngx_str_t *value,
    time_t age)
{
    ngx_uint_t  secure;

    secure = vz_call_secure(call);

    vz_call_header(call, "Set-Cookie",
                   vz_call_printf(call, "%s%s=%V; Path=/; HttpOnly; "
                                  "SameSite=Lax; Max-Age=%T%s",
                                  secure ? VZ_COOKIE_HOST : "", name, value,
                                  age, secure ? "; Secure" : ""));
}


/* until it ends, unless it is used meanwhile */

static time_t
vz_session_seconds(void)
{
    const vz_settings_t  *settings;

    settings = vz_settings();

    return ngx_min(settings->session_timeout, settings->session_idle);
}


static void
vz_session_reply(vz_call_t *call, const vz_user_t *user)
{
    vz_json_t  *out;

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_object(out, "user");
    vz_json_uint(out, "id", user->id);
    vz_json_text(out, "account", &user->account);
    vz_json_cstr(out, "role", user->admin ? "admin" : "customer");
    vz_json_text(out, "name", &user->name);
    vz_json_bool(out, "must_change", user->must_change);
    vz_json_bool(out, "must_enroll", user->admin && !user->second_factor
                                     && vz_settings()->second_factor);
    vz_json_close(out);
    vz_json_close(out);
}


void
vz_session_show(vz_call_t *call)
{
    vz_user_t  user;

    ngx_memzero(&user, sizeof(vz_user_t));

    user.id = call->who.user;
    user.admin = call->who.admin;
    user.account.data = call->who.account;
    user.account.len = ngx_strlen(call->who.account);
    user.name.data = call->identity->name;
    user.name.len = ngx_strlen(call->identity->name);
    user.must_change = call->identity->must_change;
    user.second_factor = call->identity->second_factor
                         || !call->cookie_auth;

    vz_session_reply(call, &user);
}


void
vz_session_close(vz_call_t *call)
{
    ngx_str_t  none;
    vz_code_e  rc;

    rc = vz_session_end(call);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_identity_revoke(call->token);
    vz_sse_revoke(call->token);

    ngx_str_set(&none, "");
    vz_session_cookie(call, VZ_COOKIE, &none, 0);
    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


static vz_code_e
vz_session_end(vz_call_t *call)
{
    vz_tx_t    *tx;
    ngx_str_t   hash, none;
    vz_code_e   rc;

    hash.data = call->token;
    hash.len = sizeof(call->token);
    ngx_str_set(&none, "");

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_auth_hold(tx, call->pool, call->who.user);

    if (rc == VZ_OK) {
        rc = vz_audit_by(tx, call, "session.close", none);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_session_delete,
                         vz_binds(vz_text(hash)), NULL);
    }

    return vz_db_end(tx, rc);
}
