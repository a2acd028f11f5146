/*
 * Typing the password again, for delicate acts.
 */

#include "panel/account/own_password.h"
#include "panel/account/session_confirm.h"
#include "panel/account/user_change.h"
#include "panel/api/audit.h"
#include "panel/api/identity.h"
#include "runtime/call.h"
#include "runtime/db.h"


typedef struct {
    ngx_str_t       password;
} vz_session_confirm_body_t;

static vz_code_e vz_session_confirm_write(vz_tx_t *tx, vz_call_t *call,
    void *data);
static void vz_session_confirm_denied(vz_call_t *call);


static const vz_body_member_t  vz_session_confirm_members[] = {
    { "password", VZ_BODY_TEXT, 0, 1, 0, 512,
      offsetof(vz_session_confirm_body_t, password) }
};

const vz_body_t  vz_session_confirm_form = vz_body("Confirm",
                                                   vz_session_confirm_members);


static const vz_sql_t  vz_session_confirm_still = vz_sql("password still",
    "SELECT 1 FROM user WHERE id = ? AND password = ?");

static const vz_sql_t  vz_session_confirm_sql = vz_sql("session confirm",
    "UPDATE session SET proven = UTC_TIMESTAMP(3) WHERE id = ?");


void
vz_session_confirm(vz_call_t *call)
{
    ngx_str_t                  hash;
    vz_code_e                  rc;
    vz_session_confirm_body_t  body;

    ngx_memzero(&body, sizeof(vz_session_confirm_body_t));

    if (vz_body_read(call, &vz_session_confirm_form, &body) != VZ_OK) {
        return;
    }

    rc = vz_own_password_check(call, "password", &body.password, &hash);

    if (rc == VZ_DENIED) {
        vz_session_confirm_denied(call);
    }

    if (rc != VZ_OK) {
        return;
    }

    rc = vz_user_change(call, call->who.user, "session.confirm", NULL,
                        vz_session_confirm_write, &hash);

    if (rc == VZ_STATE) {
        vz_own_password_wrong(call, "password");
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


/* VZ_STATE where the password is another by now */

static vz_code_e
vz_session_confirm_write(vz_tx_t *tx, vz_call_t *call, void *data)
{
    vz_code_e         rc;
    vz_rows_t         rows;
    const ngx_str_t  *hash = data;

    rc = vz_db_query(tx, call->pool, &vz_session_confirm_still,
                     vz_binds(vz_int(call->who.user), vz_text(*hash)), &rows);

    if (rc == VZ_OK && rows.rows == 0) {
        rc = VZ_STATE;
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_session_confirm_sql,
                         vz_binds(vz_int(call->identity->session)), NULL);
    }

    return rc;
}


static void
vz_session_confirm_denied(vz_call_t *call)
{
    vz_audit_t  audit;

    ngx_memzero(&audit, sizeof(vz_audit_t));

    audit.user = call->who.user;
    audit.account.data = call->who.account;
    audit.account.len = ngx_strlen(call->who.account);
    audit.action = "session.confirm";
    audit.result = "denied";

    (void) vz_audit_write(NULL, call, &audit);
}
