/*
 * Proving again who one is, for delicate acts: by the password, by a code of
 * the app, or by a passkey alone.
 */

#include "panel/account/own_password.h"
#include "panel/account/second_step.h"
#include "panel/account/session_confirm.h"
#include "panel/account/user_change.h"
#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/identity.h"
#include "runtime/call.h"
#include "runtime/db.h"


typedef struct {
    ngx_str_t            password;
    ngx_str_t            code;
    vz_passkey_answer_t  passkey;
} vz_session_confirm_body_t;

typedef struct vz_session_way_s  vz_session_way_t;

/* What was checked, and has to hold still where the session is confirmed. */
typedef struct {
    const vz_session_way_t  *way;
    ngx_str_t                hash;      /* of the password, or empty */
    vz_second_step_t         step;      /* or the code, or the passkey */
} vz_session_proof_t;

/*
 * Checks what was sent: VZ_OK; VZ_DENIED where it is wrong, with or without a
 * reply; or another code.
 */
typedef vz_code_e (*vz_session_way_pt)(vz_call_t *call,
    const vz_session_confirm_body_t *body, vz_session_proof_t *proof);

struct vz_session_way_s {
    const char         *field;
    size_t              at;             /* in the body; empty: not this way */
    vz_session_way_pt   check;
    const char         *via;            /* in the audit */
    const char         *wrong;          /* what is said of a wrong one */
};


static vz_code_e vz_session_confirm_choose(vz_call_t *call,
    const vz_session_confirm_body_t *body, vz_session_proof_t *proof);
static vz_code_e vz_session_confirm_password(vz_call_t *call,
    const vz_session_confirm_body_t *body, vz_session_proof_t *proof);
static vz_code_e vz_session_confirm_code(vz_call_t *call,
    const vz_session_confirm_body_t *body, vz_session_proof_t *proof);
static vz_code_e vz_session_confirm_passkey(vz_call_t *call,
    const vz_session_confirm_body_t *body, vz_session_proof_t *proof);
static vz_code_e vz_session_confirm_write(vz_tx_t *tx, vz_call_t *call,
    void *data);
static vz_code_e vz_session_confirm_use(vz_tx_t *tx, vz_call_t *call,
    const vz_session_proof_t *proof);
static void vz_session_confirm_denied(vz_call_t *call,
    const vz_session_proof_t *proof);
static vz_code_e vz_session_confirm_audit(vz_tx_t *tx, vz_call_t *call,
    const vz_session_proof_t *proof, const char *result);


static const vz_body_member_t  vz_session_confirm_members[] = {
    { "password", VZ_BODY_TEXT, 0, 0, 0, 512,
      offsetof(vz_session_confirm_body_t, password) },
    { "code", VZ_BODY_TEXT, 0, 0, 0, 40,
      offsetof(vz_session_confirm_body_t, code) },
    { "passkey", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 0, 0, 0,
      offsetof(vz_session_confirm_body_t, passkey.id) },
    { "client_data", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 0, 0, 0,
      offsetof(vz_session_confirm_body_t, passkey.client) },
    { "authenticator_data", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 0, 0, 0,
      offsetof(vz_session_confirm_body_t, passkey.data) },
    { "signature", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 0, 0, 0,
      offsetof(vz_session_confirm_body_t, passkey.signature) }
};

const vz_body_t  vz_session_confirm_form = vz_body("Confirm",
                                                   vz_session_confirm_members);

static const vz_session_way_t  vz_session_confirm_ways[] = {
    { "password", offsetof(vz_session_confirm_body_t, password),
      vz_session_confirm_password, "password",
      "is not your current password" },
    { "code", offsetof(vz_session_confirm_body_t, code),
      vz_session_confirm_code, "app",
      "is wrong or was used before: wait for the app's next one" },
    { "passkey", offsetof(vz_session_confirm_body_t, passkey.id),
      vz_session_confirm_passkey, "passkey",
      "was not accepted: it is not known here, its answer took longer than two "
      "minutes, or it did not check who uses it" }
};

#define VZ_SESSION_CONFIRM_WAYS                                               \
    (sizeof(vz_session_confirm_ways) / sizeof(vz_session_confirm_ways[0]))


static const vz_sql_t  vz_session_confirm_still = vz_sql("password still",
    "SELECT 1 FROM user WHERE id = ? AND password = ?");

static const vz_sql_t  vz_session_confirm_sql = vz_sql("session confirm",
    "UPDATE session SET proven = UTC_TIMESTAMP(3) WHERE id = ?");


void
vz_session_confirm_begin(vz_call_t *call)
{
    vz_code_e    rc;
    ngx_uint_t   app;
    vz_json_t   *out;

    rc = vz_second_step_has(call, call->who.user, &app);

    if (rc == VZ_OK) {
        out = vz_call_reply(call, NGX_HTTP_OK);

        vz_json_object(out, NULL);
        vz_json_bool(out, "code", app);
        rc = vz_passkey_use_offer(call, out, VZ_PASSKEY_CONFIRM,
                                  call->who.user);
        vz_json_close(out);
    }

    /* too many challenges: the password is left */

    if (rc != VZ_OK && rc != VZ_BUSY && rc != VZ_OVERLOADED) {
        vz_call_fault(call, "database", rc);
    }
}


void
vz_session_confirm(vz_call_t *call)
{
    vz_code_e                  rc;
    vz_session_proof_t         proof;
    vz_session_confirm_body_t  body;

    ngx_memzero(&body, sizeof(vz_session_confirm_body_t));
    ngx_memzero(&proof, sizeof(vz_session_proof_t));

    if (vz_body_read(call, &vz_session_confirm_form, &body) != VZ_OK
        || vz_session_confirm_choose(call, &body, &proof) != VZ_OK)
    {
        return;
    }

    rc = proof.way->check(call, &body, &proof);

    if (rc == VZ_OK) {
        rc = vz_user_change(call, call->who.user, NULL, NULL,
                            vz_session_confirm_write, &proof);

        if (rc == VZ_DENIED) {
            return;
        }
    }

    if (rc == VZ_OK) {
        (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);

    } else if (rc == VZ_DENIED || rc == VZ_STATE) {
        vz_session_confirm_denied(call, &proof);

    } else if (call->status == 0) {
        vz_call_fault(call, "database", rc);
    }
}


/* exactly one of them */

static vz_code_e
vz_session_confirm_choose(vz_call_t *call,
    const vz_session_confirm_body_t *body, vz_session_proof_t *proof)
{
    ngx_uint_t               i, n;
    const ngx_str_t         *text;
    const vz_session_way_t  *way;

    for (i = 0, n = 0; i < VZ_SESSION_CONFIRM_WAYS; i++) {
        way = &vz_session_confirm_ways[i];
        text = (const ngx_str_t *) (const void *) ((const u_char *) body
                                                   + way->at);

        if (text->len) {
            proof->way = way;
            n++;
        }
    }

    if (n == 1) {
        return VZ_OK;
    }

    vz_call_invalid(call, n ? proof->way->field : "password",
                    n ? "format" : "required",
                    "send one of password, code and passkey");
    vz_call_refuse(call);

    return VZ_RANGE;
}


static vz_code_e
vz_session_confirm_password(vz_call_t *call,
    const vz_session_confirm_body_t *body, vz_session_proof_t *proof)
{
    return vz_own_password_check(call, proof->way->field, &body->password,
                                 &proof->hash);
}


/* as many tries as of the password, and of the same session */

static vz_code_e
vz_session_confirm_code(vz_call_t *call,
    const vz_session_confirm_body_t *body, vz_session_proof_t *proof)
{
    vz_code_e   rc;
    vz_guess_t  guess;

    rc = vz_own_password_try(call, &guess);

    if (rc == VZ_OK) {
        rc = vz_second_step_app(call, call->who.user, &body->code,
                                &proof->step);
        vz_guess_end(&guess, rc);
    }

    return rc;
}


static vz_code_e
vz_session_confirm_passkey(vz_call_t *call,
    const vz_session_confirm_body_t *body, vz_session_proof_t *proof)
{
    proof->step.asked = 1;

    return vz_passkey_use_check(call, VZ_PASSKEY_CONFIRM, call->who.user,
                                &body->passkey, &proof->step.passkey,
                                &proof->step.why);
}


/* VZ_STATE where it is good no more: used, or another password by now */

static vz_code_e
vz_session_confirm_write(vz_tx_t *tx, vz_call_t *call, void *data)
{
    vz_code_e                  rc;
    const vz_session_proof_t  *proof = data;

    rc = vz_session_confirm_use(tx, call, proof);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_session_confirm_sql,
                         vz_binds(vz_int(call->identity->session)), NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_auth_still(tx, call);
    }

    return rc == VZ_OK ? vz_session_confirm_audit(tx, call, proof, "ok") : rc;
}


static vz_code_e
vz_session_confirm_use(vz_tx_t *tx, vz_call_t *call,
    const vz_session_proof_t *proof)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    if (proof->hash.len == 0) {
        return vz_second_step_use(tx, call, call->who.user, &proof->step);
    }

    rc = vz_db_query(tx, call->pool, &vz_session_confirm_still,
                     vz_binds(vz_int(call->who.user), vz_text(proof->hash)),
                     &rows);

    return rc == VZ_OK && rows.rows == 0 ? VZ_STATE : rc;
}


static void
vz_session_confirm_denied(vz_call_t *call, const vz_session_proof_t *proof)
{
    (void) vz_session_confirm_audit(NULL, call, proof, "denied");

    if (call->status == 0) {
        vz_call_invalid(call, proof->way->field, "wrong", "%s",
                        proof->way->wrong);
        vz_call_refuse(call);
    }
}


static vz_code_e
vz_session_confirm_audit(vz_tx_t *tx, vz_call_t *call,
    const vz_session_proof_t *proof, const char *result)
{
    vz_audit_t  audit;

    ngx_memzero(&audit, sizeof(vz_audit_t));

    audit.user = call->who.user;
    audit.account.data = call->who.account;
    audit.account.len = ngx_strlen(call->who.account);
    audit.action = "session.confirm";
    audit.result = result;
    audit.via = proof->way->via;

    if (proof->step.why != NULL) {
        audit.detail = vz_call_printf(call, "%s", proof->step.why);
    }

    return vz_audit_write(tx, call, &audit);
}
