/*
 * The second step of signing in.
 */

#include "panel/account/device.h"
#include "panel/account/second_step.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/otp.h"
#include "runtime/row.h"


static vz_code_e vz_second_step_code(vz_call_t *call, uint64_t user,
    const ngx_str_t *code, vz_second_step_t *step);
static vz_code_e vz_second_step_recovery(vz_call_t *call, uint64_t user,
    const ngx_str_t *code, vz_second_step_t *step);
static vz_code_e vz_second_step_passkey(vz_call_t *call, uint64_t user,
    const vz_passkey_answer_t *answer, vz_second_step_t *step);
static vz_code_e vz_second_step_missing(vz_call_t *call, uint64_t user);
static ngx_str_t vz_second_step_plain(vz_call_t *call, const ngx_str_t *code);


static const vz_sql_t  vz_second_step_secret = vz_sql("second step",
    "SELECT secret, last_step FROM second_factor"
    " WHERE user_id = ? AND confirmed IS NOT NULL");

static const vz_sql_t  vz_second_step_there = vz_sql("recovery code",
    "SELECT 1 FROM recovery_code WHERE user_id = ? AND hash = ?");

static const vz_sql_t  vz_second_step_used = vz_sql("second step use",
    "UPDATE second_factor SET last_step = ?"
    " WHERE user_id = ? AND confirmed IS NOT NULL AND last_step < ?");

static const vz_sql_t  vz_second_step_spent = vz_sql("recovery code use",
    "DELETE FROM recovery_code WHERE user_id = ? AND hash = ?");


vz_code_e
vz_second_step_check(vz_call_t *call, const vz_user_t *user,
    const ngx_str_t *code, const vz_passkey_answer_t *answer,
    vz_second_step_t *step)
{
    vz_code_e   rc;
    ngx_str_t   plain;
    vz_guess_t  guess;

    ngx_memzero(step, sizeof(vz_second_step_t));

    if (!user->second_factor) {
        return VZ_OK;
    }

    step->asked = 1;
    plain = vz_second_step_plain(call, code);

    if (plain.len == 0 && answer->id.len == 0) {
        return vz_second_step_missing(call, user->id);
    }

    rc = vz_second_step_try(call, user->id, &guess);
    if (rc != VZ_OK) {
        return rc;
    }

    if (plain.len == 0) {
        rc = vz_second_step_passkey(call, user->id, answer, step);
    } else if (plain.len == VZ_SECOND_STEP_RECOVERY) {
        rc = vz_second_step_recovery(call, user->id, &plain, step);
    } else {
        rc = vz_second_step_code(call, user->id, &plain, step);
    }

    vz_guess_end(&guess, rc);

    if (rc == VZ_DENIED) {
        vz_second_step_denied(call, step);

    } else if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
    }

    return rc;
}


static vz_code_e
vz_second_step_missing(vz_call_t *call, uint64_t user)
{
    vz_code_e   rc;
    vz_json_t  *out;

    out = vz_call_problem_open(call, NGX_HTTP_UNAUTHORIZED, "code_required",
                               "Add the member \"code\": the code that the "
                               "app shows for this account, or a recovery "
                               "code; or the answer of a passkey.");
    rc = vz_passkey_use_offer(call, out, VZ_PASSKEY_STEP, user);
    vz_json_close(out);

    if (rc != VZ_OK && rc != VZ_BUSY && rc != VZ_OVERLOADED) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    return VZ_DENIED;
}


/* step->passkey.user tells that it was no code */

static vz_code_e
vz_second_step_passkey(vz_call_t *call, uint64_t user,
    const vz_passkey_answer_t *answer, vz_second_step_t *step)
{
    vz_code_e  rc;

    rc = vz_passkey_use_check(call, VZ_PASSKEY_STEP, user, answer,
                              &step->passkey, &step->why);
    step->passkey.user = user;

    return rc;
}


void
vz_second_step_denied(vz_call_t *call, const vz_second_step_t *step)
{
    if (step->passkey.user) {
        vz_passkey_use_denied(call);
        return;
    }

    vz_call_problem(call, NGX_HTTP_UNAUTHORIZED, "bad_code",
                    "This code is wrong or was used before: wait for the "
                    "app's next one.");
}


vz_code_e
vz_second_step_try(vz_call_t *call, uint64_t user, vz_guess_t *guess)
{
    ngx_str_t  device;

    device = vz_device_read(call, user);

    return vz_guess_known(call, guess,
                          device.len
                          ? vz_call_printf(call, "code device %uL %V", user,
                                           &device)
                          : vz_call_printf(call, "code user %uL", user));
}


vz_code_e
vz_second_step_has(vz_call_t *call, uint64_t user, ngx_uint_t *app)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, call->pool, &vz_second_step_secret,
                     vz_binds(vz_int(user)), &rows);
    *app = rc == VZ_OK && rows.rows != 0;

    return rc;
}


vz_code_e
vz_second_step_app(vz_call_t *call, uint64_t user, const ngx_str_t *code,
    vz_second_step_t *step)
{
    ngx_str_t  plain;

    step->asked = 1;
    plain = vz_second_step_plain(call, code);

    return vz_second_step_code(call, user, &plain, step);
}


static vz_code_e
vz_second_step_code(vz_call_t *call, uint64_t user, const ngx_str_t *code,
    vz_second_step_t *step)
{
    ngx_str_t  secret;
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, call->pool, &vz_second_step_secret,
                     vz_binds(vz_int(user)), &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    secret = vz_row_text(&rows, 0, "secret");

    if (secret.len == 0) {
        return VZ_DENIED;
    }

    rc = vz_otp_check(&secret, ngx_time(), code, &step->step);

    return rc == VZ_OK
           && step->step > (uint64_t) vz_row_int(&rows, 0, "last_step")
           ? VZ_OK : VZ_DENIED;
}


static vz_code_e
vz_second_step_recovery(vz_call_t *call, uint64_t user, const ngx_str_t *code,
    vz_second_step_t *step)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    step->hash.len = 32;
    step->hash.data = ngx_pnalloc(call->pool, 32);

    if (step->hash.data == NULL) {
        return VZ_INTERNAL;
    }

    vz_crypt_sha256(code->data, code->len, step->hash.data);

    rc = vz_db_query(NULL, call->pool, &vz_second_step_there,
                     vz_binds(vz_int(user), vz_bytes(step->hash)), &rows);

    return rc == VZ_OK && rows.rows == 0 ? VZ_DENIED : rc;
}


/* as people type it: in capitals, without spaces and hyphens */

static ngx_str_t
vz_second_step_plain(vz_call_t *call, const ngx_str_t *code)
{
    ngx_str_t   plain;
    ngx_uint_t  i;

    plain.len = 0;
    plain.data = ngx_pnalloc(call->pool, code->len + 1);

    if (plain.data == NULL) {
        return plain;
    }

    for (i = 0; i < code->len; i++) {
        if (code->data[i] != ' ' && code->data[i] != '-') {
            plain.data[plain.len++] = ngx_toupper(code->data[i]);
        }
    }

    return plain;
}


vz_code_e
vz_second_step_use(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    const vz_second_step_t *step)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    if (!step->asked) {
        return VZ_OK;
    }

    if (step->passkey.id) {
        return vz_passkey_use_write(tx, call, &step->passkey);
    }

    if (step->hash.len) {
        rc = vz_db_query(tx, call->pool, &vz_second_step_spent,
                         vz_binds(vz_int(user), vz_bytes(step->hash)), &rows);
    } else {
        rc = vz_db_query(tx, call->pool, &vz_second_step_used,
                         vz_binds(vz_int(step->step), vz_int(user),
                                  vz_int(step->step)),
                         &rows);
    }

    return rc == VZ_OK && rows.affected == 0 ? VZ_STATE : rc;
}
