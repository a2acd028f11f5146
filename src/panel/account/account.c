/*
 * /api/account: one's own password and sessions, and the end of
 * tokens.
 */

#include "panel/account/account.h"
#include "panel/account/own_password.h"
#include "panel/account/password.h"
#include "panel/account/session_revoke.h"
#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/body.h"
#include "panel/api/identity.h"
#include "panel/api/listing.h"
#include "panel/api/query.h"
#include "panel/api/route.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/row.h"
#include "runtime/sse.h"


typedef struct {
    ngx_str_t       old;
    ngx_str_t       new;
} vz_password_body_t;

/* What a new password was made from, and is stored over. */
typedef struct {
    ngx_str_t       before;         /* the hash that the old one fits */
    ngx_str_t       hash;
} vz_account_new_t;

/* A session or a token, which ends the same way. */
typedef struct {
    const char       *kind;         /* in the audit, "session" */
    const vz_sql_t   *find;         /* both take its id and the user's */
    const vz_sql_t   *remove;
} vz_account_thing_t;


static vz_code_e vz_account_change(vz_call_t *call,
    const vz_account_new_t *password);
static void vz_account_finish(vz_call_t *call, const vz_account_thing_t *thing);
static vz_code_e vz_account_remove(vz_call_t *call,
    const vz_account_thing_t *thing, uint64_t id, vz_rows_t *rows);


static const vz_body_member_t  vz_password_members[] = {
    { "old", VZ_BODY_TEXT, 0, 1, 0, 512, offsetof(vz_password_body_t, old) },
    { "new", VZ_BODY_FIELD, VZ_FIELD_PASSWORD, 1, 0, 0,
      offsetof(vz_password_body_t, new) }
};

const vz_body_t  vz_account_password_form = vz_body("Password",
                                                    vz_password_members);


/* who shows the password that was mailed has read it where it went */

static const vz_sql_t  vz_account_update = vz_sql("own password",
    "UPDATE user SET password = ?, must_change = FALSE, drawn = NULL,"
    " email_state = IF(email_state = 'mailed', 'proven', email_state)"
    " WHERE id = ? AND password = ? AND NOT locked");

/* the old one was shown, and the new one is known */

static const vz_sql_t  vz_account_proven = vz_sql("own session proven",
    "UPDATE session SET proven = UTC_TIMESTAMP(3) WHERE id = ?");

static const vz_sql_t  vz_account_end_others = vz_sql("end other sessions",
    "DELETE FROM session WHERE user_id = ? AND id <> ?");

static const vz_sql_t  vz_account_find = vz_sql("own session",
    "SELECT hash FROM session WHERE id = ? AND user_id = ?");

static const vz_sql_t  vz_account_end = vz_sql("end own session",
    "DELETE FROM session WHERE id = ? AND user_id = ?");

static const vz_sql_t  vz_account_token_find = vz_sql("own token",
    "SELECT hash FROM token WHERE id = ? AND user_id = ?");

static const vz_sql_t  vz_account_token_delete = vz_sql("token delete",
    "DELETE FROM token WHERE id = ? AND user_id = ?");


static const vz_column_t  vz_session_columns[] = {
    vz_column("id", INT, 0),
    vz_column("current", BOOL, 0, .sql = "s.id = ?"),
    vz_column("remote", TEXT, 0),
    vz_column("agent", TEXT, 0),
    vz_column("created", TIME, 0),
    vz_column("seen", TIME, 0),
    vz_column("expires", TIME, 0)
};

vz_resource_t  vz_account_session_resource = {
    vz_resource("session", "Session", "session", "s", vz_session_columns),
    .rest = "WHERE s.user_id = ? AND s.expires > UTC_TIMESTAMP(3)"
            " ORDER BY s.id DESC LIMIT 200"
};

static const vz_account_thing_t  vz_account_session = {
    "session", &vz_account_find, &vz_account_end
};

static const vz_account_thing_t  vz_account_token = {
    "token", &vz_account_token_find, &vz_account_token_delete
};


void
vz_account_password(vz_call_t *call)
{
    vz_code_e           rc;
    vz_account_new_t    password;
    vz_password_body_t  body;

    ngx_memzero(&body, sizeof(vz_password_body_t));

    if (vz_body_read(call, &vz_account_password_form, &body) != VZ_OK) {
        return;
    }

    if (body.old.len == body.new.len
        && ngx_memcmp(body.old.data, body.new.data, body.new.len) == 0)
    {
        vz_call_invalid(call, "new", "same", "must differ from the current "
                                             "password");
        vz_call_refuse(call);
        return;
    }

    if (vz_own_password_check(call, "old", &body.old, &password.before)
        != VZ_OK
        || vz_password_hash(call, &body.new, &password.hash) != VZ_OK)
    {
        return;
    }

    rc = vz_account_change(call, &password);

    if (rc == VZ_STATE) {
        vz_own_password_wrong(call, "old");
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_identity_revoke_user(call->who.user);
    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


/*
 * VZ_STATE where the old password is it no more.  An administrator may have
 * drawn another since the old one was checked: then this session is over, too,
 * which the audit finds out.
 */

static vz_code_e
vz_account_change(vz_call_t *call, const vz_account_new_t *password)
{
    vz_tx_t    *tx;
    ngx_str_t   none;
    vz_code_e   rc;
    vz_rows_t   rows;

    ngx_str_set(&none, "");

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_db_query(tx, call->pool, &vz_account_update,
                     vz_binds(vz_text(password->hash),
                              vz_int(call->who.user),
                              vz_text(password->before)),
                     &rows);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_account_end_others,
                         vz_binds(vz_int(call->who.user),
                                  vz_int(call->identity->session)),
                         NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_account_proven,
                         vz_binds(vz_int(call->identity->session)), NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_session_revoke_links(tx, call->pool, call->who.user);
    }

    if (rc == VZ_OK) {
        rc = vz_audit_by(tx, call, "account.password", none);
    }

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_STATE;
    }

    return vz_db_end(tx, rc);
}


void
vz_account_sessions(vz_call_t *call)
{
    vz_resource_list(call, &vz_account_session_resource,
                     vz_binds(vz_int(call->identity->session),
                              vz_int(call->who.user)));
}


void
vz_account_session_end(vz_call_t *call)
{
    vz_account_finish(call, &vz_account_session);
}


static void
vz_account_finish(vz_call_t *call, const vz_account_thing_t *thing)
{
    uint64_t   id;
    ngx_str_t  hash;
    vz_code_e  rc;
    vz_rows_t  rows;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    rc = vz_account_remove(call, thing, id, &rows);

    if (vz_route_failed(call, rc) != VZ_OK) {
        return;
    }

    hash = vz_row_text(&rows, 0, "hash");

    if (hash.len == 32) {
        vz_identity_revoke(hash.data);
        vz_sse_revoke(hash.data);
    }

    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


/* audited before it goes: it may be the one that this call came by */

static vz_code_e
vz_account_remove(vz_call_t *call, const vz_account_thing_t *thing,
    uint64_t id, vz_rows_t *rows)
{
    vz_tx_t    *tx;
    ngx_str_t   action;
    vz_code_e   rc;

    action = vz_call_printf(call, "%s.end", thing->kind);

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_auth_hold(tx, call->pool, call->who.user);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, thing->find,
                         vz_binds(vz_int(id), vz_int(call->who.user)), rows);
    }

    if (rc == VZ_OK && rows->rows == 0) {
        rc = VZ_NOENT;
    }

    if (rc == VZ_OK) {
        rc = vz_audit_by(tx, call, (char *) action.data,
                         vz_call_printf(call, "%s %uL", thing->kind, id));
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, thing->remove,
                         vz_binds(vz_int(id), vz_int(call->who.user)), NULL);
    }

    return vz_db_end(tx, rc);
}


void
vz_account_token_end(vz_call_t *call)
{
    vz_account_finish(call, &vz_account_token);
}
