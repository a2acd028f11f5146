/*
 * Setting up the second step of signing in.  A secret that is being set up
 * asks nobody for a code until a code of it has been shown.
 */

#include "panel/account/recovery_codes.h"
#include "panel/account/second_factor.h"
#include "panel/account/second_step.h"
#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/identity.h"
#include "panel/api/right.h"
#include "panel/api/route.h"
#include "runtime/call.h"
#include "runtime/otp.h"
#include "runtime/qr.h"
#include "runtime/row.h"
#include "runtime/settings.h"


typedef struct {
    ngx_str_t       code;
} vz_second_factor_body_t;

/* What a secret is confirmed with. */
typedef struct {
    ngx_str_t       secret;
    uint64_t        step;
} vz_second_factor_t;


static vz_code_e vz_second_factor_draw(vz_call_t *call, ngx_str_t *secret);
static void vz_second_factor_reply(vz_call_t *call, const ngx_str_t *secret);
static ngx_str_t vz_second_factor_uri(vz_call_t *call,
    const ngx_str_t *base32);
static vz_code_e vz_second_factor_verify(vz_call_t *call,
    const ngx_str_t *code, vz_second_factor_t *factor);
static vz_code_e vz_second_factor_set(vz_call_t *call,
    const vz_second_factor_t *factor, ngx_str_t *codes);
static vz_code_e vz_second_factor_app(vz_tx_t *tx, vz_call_t *call,
    const vz_second_factor_t *factor);
static void vz_second_factor_codes_reply(vz_call_t *call,
    const ngx_str_t *codes);
static void vz_second_factor_off(vz_call_t *call, uint64_t user,
    vz_code_e rc, vz_tx_t *tx, const char *action, ngx_str_t object);
static vz_code_e vz_second_factor_hold(vz_call_t *call, uint64_t user,
    vz_tx_t **tx);
static void vz_second_factor_fail(vz_call_t *call, vz_code_e rc);


static const vz_body_member_t  vz_second_factor_members[] = {
    { "code", VZ_BODY_TEXT, 0, 1, 0, 40,
      offsetof(vz_second_factor_body_t, code) }
};

const vz_body_t  vz_second_factor_form = vz_body("SecondFactorCode",
                                                 vz_second_factor_members);


static const vz_sql_t  vz_second_factor_state = vz_sql("second factor",
    "SELECT u.second_factor AS asked, (SELECT COUNT(*) FROM second_factor f"
    "  WHERE f.user_id = u.id AND f.confirmed IS NOT NULL) AS enabled,"
    " (SELECT COUNT(*) FROM passkey p WHERE p.user_id = u.id) AS passkeys,"
    " (SELECT COUNT(*) FROM recovery_code r WHERE r.user_id = u.id) AS codes"
    " FROM user u WHERE u.id = ?");

/* a secret that is in use is not replaced */

static const vz_sql_t  vz_second_factor_put = vz_sql("second factor begin",
    "INSERT INTO second_factor (user_id, secret)"
    " SELECT u.id, ? FROM user u WHERE u.id = ? AND NOT EXISTS (SELECT 1"
    " FROM second_factor f WHERE f.user_id = u.id AND f.confirmed IS NOT NULL)"
    " ON DUPLICATE KEY UPDATE secret = VALUES(secret), last_step = 0,"
    " created = NOW(3), confirmed = NULL");

static const vz_sql_t  vz_second_factor_pending = vz_sql("second factor of",
    "SELECT secret FROM second_factor WHERE user_id = ? AND confirmed IS NULL"
    " AND created > NOW(3) - INTERVAL 1 HOUR");

static const vz_sql_t  vz_second_factor_confirmed = vz_sql(
    "second factor confirm",
    "UPDATE second_factor SET confirmed = NOW(3), last_step = ?"
    " WHERE user_id = ? AND confirmed IS NULL AND secret = ?");

static const vz_sql_t  vz_second_factor_user = vz_sql("second factor on",
    "UPDATE user SET second_factor = ? WHERE id = ? AND second_factor <> ?");

static const vz_sql_t  vz_second_factor_others = vz_sql(
    "second factor sessions",
    "DELETE FROM session WHERE user_id = ? AND id <> ?");

static const vz_sql_t  vz_second_factor_delete = vz_sql("second factor end",
    "DELETE FROM second_factor WHERE user_id = ?");

static const vz_sql_t  vz_second_factor_keys = vz_sql("passkeys end",
    "DELETE FROM passkey WHERE user_id = ?");

/* nobody is asked for what there is no more */

static const vz_sql_t  vz_second_factor_none = vz_sql("second factor none",
    "UPDATE user u SET u.second_factor = FALSE WHERE u.id = ?"
    " AND u.second_factor"
    " AND NOT EXISTS (SELECT 1 FROM passkey p WHERE p.user_id = u.id)"
    " AND NOT EXISTS (SELECT 1 FROM second_factor f WHERE f.user_id = u.id"
    "  AND f.confirmed IS NOT NULL)");


void
vz_second_factor_show(vz_call_t *call)
{
    vz_code_e   rc;
    vz_json_t  *out;
    vz_rows_t   rows;

    rc = vz_db_query(NULL, call->pool, &vz_second_factor_state,
                     vz_binds(vz_int(call->who.user)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_bool(out, "enabled", vz_row_int(&rows, 0, "enabled") != 0);
    vz_json_uint(out, "passkeys", vz_row_int(&rows, 0, "passkeys"));
    vz_json_uint(out, "recovery_left", vz_row_int(&rows, 0, "codes"));
    vz_json_close(out);
}


void
vz_second_factor_begin(vz_call_t *call)
{
    vz_code_e   rc;
    vz_tx_t    *tx;
    ngx_str_t   secret, none;
    vz_rows_t   rows;

    ngx_str_set(&none, "");

    if (vz_second_factor_draw(call, &secret) != VZ_OK) {
        return;
    }

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    rc = vz_auth_hold(tx, call->pool, call->who.user);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_second_factor_put,
                         vz_binds(vz_bytes(secret), vz_int(call->who.user)),
                         &rows);
    }

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_EXISTS;
    }

    if (rc == VZ_OK) {
        rc = vz_audit_by(tx, call, "account.second_factor.begin", none);
    }

    rc = vz_db_end(tx, rc);

    if (rc == VZ_OK) {
        vz_second_factor_reply(call, &secret);
    } else {
        vz_second_factor_fail(call, rc);
    }

    ngx_explicit_memzero(secret.data, secret.len);
}


static vz_code_e
vz_second_factor_draw(vz_call_t *call, ngx_str_t *secret)
{
    if (vz_otp_draw(call->pool, VZ_OTP_SECRET, secret) == NGX_OK) {
        return VZ_OK;
    }

    vz_call_fault(call, "panel", VZ_INTERNAL);
    return VZ_INTERNAL;
}


static void
vz_second_factor_reply(vz_call_t *call, const ngx_str_t *secret)
{
    vz_json_t   *out;
    ngx_str_t    base32, uri, path;
    ngx_uint_t   size;

    if (vz_otp_base32(call->pool, secret, &base32) != NGX_OK) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    uri = vz_second_factor_uri(call, &base32);

    if (uri.len == 0
        || vz_qr_path(call->pool, &uri, &path, &size) != NGX_OK)
    {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_CREATED);

    vz_json_object(out, NULL);
    vz_json_text(out, "secret", &base32);
    vz_json_text(out, "uri", &uri);
    vz_json_object(out, "qr");
    vz_json_uint(out, "size", size);
    vz_json_text(out, "path", &path);
    vz_json_close(out);
    vz_json_close(out);
}


/* as apps read it: otpauth://totp/ISSUER:ACCOUNT?secret=...&issuer=ISSUER */

static ngx_str_t
vz_second_factor_uri(vz_call_t *call, const ngx_str_t *base32)
{
    size_t            more;
    ngx_str_t         issuer;
    const ngx_str_t  *brand;

    brand = &vz_settings()->brand;
    more = 2 * ngx_escape_uri(NULL, brand->data, brand->len,
                              NGX_ESCAPE_URI_COMPONENT);

    issuer.len = brand->len + more;
    issuer.data = ngx_pnalloc(call->pool, issuer.len + 1);

    if (issuer.data == NULL) {
        ngx_str_null(&issuer);
        return issuer;
    }

    (void) ngx_escape_uri(issuer.data, brand->data, brand->len,
                          NGX_ESCAPE_URI_COMPONENT);

    return vz_call_printf(call, "otpauth://totp/%V:%s?secret=%V&issuer=%V",
                          &issuer, call->who.account, base32, &issuer);
}


void
vz_second_factor_confirm(vz_call_t *call)
{
    vz_code_e                rc;
    ngx_str_t                codes[VZ_RECOVERY_CODES];
    vz_second_factor_t       factor;
    vz_second_factor_body_t  body;

    ngx_memzero(&body, sizeof(vz_second_factor_body_t));

    if (vz_body_read(call, &vz_second_factor_form, &body) != VZ_OK
        || vz_second_factor_verify(call, &body.code, &factor) != VZ_OK)
    {
        return;
    }

    rc = vz_second_factor_set(call, &factor, codes);

    if (rc != VZ_OK) {
        vz_second_factor_fail(call, rc);
        return;
    }

    vz_identity_revoke_user(call->who.user);
    vz_second_factor_codes_reply(call, codes);
}


/* VZ_OK; otherwise the reply is set */

static vz_code_e
vz_second_factor_verify(vz_call_t *call, const ngx_str_t *code,
    vz_second_factor_t *factor)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_guess_t  guess;

    rc = vz_db_query(NULL, call->pool, &vz_second_factor_pending,
                     vz_binds(vz_int(call->who.user)), &rows);

    if (rc == VZ_OK && rows.rows == 0) {
        rc = VZ_NOENT;
    }

    if (rc != VZ_OK) {
        vz_second_factor_fail(call, rc);
        return rc;
    }

    rc = vz_second_step_try(call, call->who.user, &guess);
    if (rc != VZ_OK) {
        return rc;
    }

    factor->secret = vz_row_text(&rows, 0, "secret");
    rc = vz_otp_check(&factor->secret, ngx_time(), code, &factor->step);
    vz_guess_end(&guess, rc);

    if (rc != VZ_OK) {
        vz_call_invalid(call, "code", "wrong", "is not the app's code of this "
                        "moment: check the clock of the phone");
        vz_call_refuse(call);
    }

    return rc;
}


static vz_code_e
vz_second_factor_set(vz_call_t *call, const vz_second_factor_t *factor,
    ngx_str_t *codes)
{
    vz_tx_t    *tx;
    ngx_str_t   none;
    vz_code_e   rc;

    ngx_str_set(&none, "");

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_auth_hold(tx, call->pool, call->who.user);

    if (rc == VZ_OK) {
        rc = vz_second_factor_app(tx, call, factor);
    }

    if (rc == VZ_OK) {
        rc = vz_second_factor_turn_on(tx, call, codes);
    }

    if (rc == VZ_OK) {
        rc = vz_audit_by(tx, call, "account.second_factor.on", none);
    }

    return vz_db_end(tx, rc);
}


/* VZ_NOENT where the secret is another one by now */

static vz_code_e
vz_second_factor_app(vz_tx_t *tx, vz_call_t *call,
    const vz_second_factor_t *factor)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, call->pool, &vz_second_factor_confirmed,
                     vz_binds(vz_int(factor->step), vz_int(call->who.user),
                              vz_bytes(factor->secret)),
                     &rows);

    return rc == VZ_OK && rows.affected == 0 ? VZ_NOENT : rc;
}


vz_code_e
vz_second_factor_turn_on(vz_tx_t *tx, vz_call_t *call, ngx_str_t *codes)
{
    vz_code_e  rc;

    rc = vz_db_query(tx, call->pool, &vz_second_factor_user,
                     vz_binds(vz_int(1), vz_int(call->who.user), vz_int(1)),
                     NULL);

    if (rc == VZ_OK) {
        rc = vz_recovery_codes_draw(tx, call, codes);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_second_factor_others,
                         vz_binds(vz_int(call->who.user),
                                  vz_int(call->identity->session)),
                         NULL);
    }

    return rc;
}


vz_code_e
vz_second_factor_rest(vz_tx_t *tx, vz_call_t *call, uint64_t user)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, call->pool, &vz_second_factor_none,
                     vz_binds(vz_int(user)), &rows);

    if (rc == VZ_OK && rows.affected) {
        rc = vz_recovery_codes_end(tx, call, user);
    }

    return rc;
}


static void
vz_second_factor_codes_reply(vz_call_t *call, const ngx_str_t *codes)
{
    vz_json_t  *out;

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_recovery_codes_show(call, out, codes, VZ_RECOVERY_CODES);
    vz_json_close(out);
}


void
vz_second_factor_recovery(vz_call_t *call)
{
    vz_tx_t    *tx;
    ngx_str_t   none, codes[VZ_RECOVERY_CODES];
    vz_code_e   rc;
    vz_rows_t   rows;

    ngx_str_set(&none, "");

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    rc = vz_auth_hold(tx, call->pool, call->who.user);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_second_factor_state,
                         vz_binds(vz_int(call->who.user)), &rows);
    }

    if (rc == VZ_OK && vz_row_int(&rows, 0, "asked") == 0) {
        rc = VZ_NOENT;
    }

    if (rc == VZ_OK) {
        rc = vz_recovery_codes_draw(tx, call, codes);
    }

    if (rc == VZ_OK) {
        rc = vz_audit_by(tx, call, "account.second_factor.codes", none);
    }

    rc = vz_db_end(tx, rc);

    if (rc == VZ_OK) {
        vz_second_factor_codes_reply(call, codes);
    } else {
        vz_second_factor_fail(call, rc);
    }
}


/* the app alone: passkeys are deleted one by one */

void
vz_second_factor_end(vz_call_t *call)
{
    vz_tx_t    *tx;
    ngx_str_t   none;
    vz_code_e   rc;
    vz_rows_t   rows;

    ngx_str_set(&none, "");

    rc = vz_second_factor_hold(call, call->who.user, &tx);
    if (rc != VZ_OK) {
        return;
    }

    rc = vz_db_query(tx, call->pool, &vz_second_factor_delete,
                     vz_binds(vz_int(call->who.user)), &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_NOENT;
    }

    if (rc == VZ_OK) {
        rc = vz_second_factor_rest(tx, call, call->who.user);
    }

    vz_second_factor_off(call, call->who.user, rc, tx,
                         "account.second_factor.off", none);
}


/* all of a user who lost them */

void
vz_second_factor_end_user(vz_call_t *call)
{
    vz_tx_t    *tx;
    uint64_t    user;
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i;

    static const vz_sql_t *const  all[] = {
        &vz_second_factor_delete, &vz_second_factor_keys
    };

    if (vz_route_id(call, 0, &user) != VZ_OK
        || vz_second_factor_hold(call, user, &tx) != VZ_OK)
    {
        return;
    }

    rc = vz_right_over(tx, call, user);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_second_factor_user,
                         vz_binds(vz_int(0), vz_int(user), vz_int(0)), &rows);
    }

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_NOENT;
    }

    for (i = 0; rc == VZ_OK && i < sizeof(all) / sizeof(all[0]); i++) {
        rc = vz_db_query(tx, call->pool, all[i], vz_binds(vz_int(user)), NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_recovery_codes_end(tx, call, user);
    }

    vz_second_factor_off(call, user, rc, tx, "user.second_factor.off",
                         vz_call_printf(call, "user %uL", user));
}


/* begin, with the user's row held; VZ_OK, or the reply is set */

static vz_code_e
vz_second_factor_hold(vz_call_t *call, uint64_t user, vz_tx_t **tx)
{
    vz_code_e  rc;

    rc = vz_db_begin(call->pool, tx);

    if (rc == VZ_OK) {
        rc = vz_auth_hold(*tx, call->pool, user);

        if (rc != VZ_OK) {
            rc = vz_db_end(*tx, rc);
        }
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
    }

    return rc;
}


/* audit it, end the transaction, and reply */

static void
vz_second_factor_off(vz_call_t *call, uint64_t user, vz_code_e rc,
    vz_tx_t *tx, const char *action, ngx_str_t object)
{
    if (rc == VZ_OK) {
        rc = vz_audit_by(tx, call, action, object);
    }

    rc = vz_db_end(tx, rc);

    if (rc != VZ_OK) {
        vz_second_factor_fail(call, rc);
        return;
    }

    vz_identity_revoke_user(user);
    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


static void
vz_second_factor_fail(vz_call_t *call, vz_code_e rc)
{
    switch (rc) {

    case VZ_EXISTS:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "second_factor_on",
                        "The second step is on already: turn it off to set "
                        "up another app.");
        break;

    case VZ_NOENT:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "second_factor_off",
                        "There is no second step that this could be done "
                        "with: set one up first.");
        break;

    default:
        if (call->status == 0) {
            vz_call_fault(call, "database", rc);
        }
    }
}
