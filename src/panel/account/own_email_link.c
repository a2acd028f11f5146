/*
 * The links that are mailed where somebody asks for another address of mail.
 */

#include "panel/account/account_mail.h"
#include "panel/account/own_email_link.h"
#include "panel/account/session_revoke.h"
#include "panel/account/user_change.h"
#include "panel/api/audit.h"
#include "panel/api/identity.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/row.h"


typedef struct {
    ngx_str_t       token;
} vz_own_email_link_body_t;

/* What a link belongs to. */
typedef struct {
    uint64_t        id;
    uint64_t        user;
    ngx_str_t       account;
    ngx_str_t       email;
    ngx_str_t       previous;
    ngx_uint_t      told;           /* the old one was proven, and told */
    ngx_str_t       hash;           /* of the link */
    ngx_uint_t      undone;         /* the old address is back */
} vz_own_email_link_t;


static vz_code_e vz_own_email_link_read(vz_call_t *call, const vz_sql_t *find,
    vz_own_email_link_t *link);
static vz_code_e vz_own_email_link_switch(vz_tx_t *tx, vz_call_t *call,
    void *data);
static vz_code_e vz_own_email_link_undo(vz_tx_t *tx, vz_call_t *call,
    void *data);
static vz_code_e vz_own_email_link_audit(vz_tx_t *tx, vz_call_t *call,
    const vz_own_email_link_t *link, const char *action);
static void vz_own_email_link_fail(vz_call_t *call, vz_code_e rc);


static const vz_body_member_t  vz_own_email_link_members[] = {
    { "token", VZ_BODY_TEXT, 0, 1, 0, 128,
      offsetof(vz_own_email_link_body_t, token) }
};

const vz_body_t  vz_own_email_link_form = vz_body("EmailLink",
                                                  vz_own_email_link_members);


#define VZ_OWN_EMAIL_LINK_ROW(first, next, of)                                \
    first(of, id, INT, "c.id")                                                \
    next(of, user, INT, "c.user_id")                                          \
    next(of, account, TEXT, "u.account")                                      \
    next(of, email, TEXT, "c.email")                                          \
    next(of, previous, TEXT, "c.previous")                                    \
    next(of, told, FLAG, "c.previous_state = 'proven'")

#define VZ_OWN_EMAIL_LINK_FIND                                                \
    "SELECT " vz_row_sql(VZ_OWN_EMAIL_LINK_ROW) " FROM email_change c"        \
    " JOIN user u ON u.id = c.user_id WHERE "

/* while it is good; the same stands in the statement that acts */

#define VZ_OWN_EMAIL_LINK_GOOD                                                \
    "c.hash = ? AND c.used IS NULL AND c.expires > NOW(3) AND NOT u.locked"

#define VZ_OWN_EMAIL_LINK_OPEN                                                \
    "c.stop = ? AND c.stopped IS NULL AND c.previous_state = 'proven'"        \
    " AND c.created > NOW(3) - INTERVAL " VZ_OWN_EMAIL_UNDO " HOUR"

static const vz_row_member_t  vz_own_email_link_row[] =
    vz_row_members(VZ_OWN_EMAIL_LINK_ROW, vz_own_email_link_t);

static const vz_sql_t  vz_own_email_link_new = vz_sql("email link",
    VZ_OWN_EMAIL_LINK_FIND VZ_OWN_EMAIL_LINK_GOOD);

static const vz_sql_t  vz_own_email_link_old = vz_sql("email stop",
    VZ_OWN_EMAIL_LINK_FIND VZ_OWN_EMAIL_LINK_OPEN);

/* all who asked for this address, so that they prove it one after the other */

static const vz_sql_t  vz_own_email_link_hold = vz_sql("email hold",
    "SELECT id FROM email_change WHERE email = ? ORDER BY id FOR UPDATE");

static const vz_sql_t  vz_own_email_link_set = vz_sql("email set",
    "UPDATE email_change c JOIN user u ON u.id = c.user_id"
    " LEFT JOIN user o ON o.email = c.email AND o.email_state = 'proven'"
    "  AND o.id <> u.id"
    " SET u.email = c.email, u.email_state = 'proven', c.used = NOW(3)"
    " WHERE " VZ_OWN_EMAIL_LINK_GOOD " AND u.email = c.previous"
    " AND o.id IS NULL");

static const vz_sql_t  vz_own_email_link_taken = vz_sql("email taken",
    "SELECT 1 FROM user WHERE email = ? AND email_state = 'proven'"
    " AND id <> ? LIMIT 1");

static const vz_sql_t  vz_own_email_link_end = vz_sql("email end",
    "UPDATE email_change c SET c.hash = NULL, c.stopped = NOW(3)"
    " WHERE " VZ_OWN_EMAIL_LINK_OPEN);

/* whichever link since then the address of now came by; not one that an
   administrator wrote */

static const vz_sql_t  vz_own_email_link_back = vz_sql("email back",
    "UPDATE email_change c JOIN user u ON u.id = c.user_id"
    " JOIN email_change d ON d.user_id = u.id AND d.id >= c.id"
    "  AND d.used IS NOT NULL AND d.email = u.email"
    " SET u.email = c.previous, u.email_state = 'proven', c.stopped = NOW(3)"
    " WHERE " VZ_OWN_EMAIL_LINK_OPEN " AND u.email <> c.previous");


void
vz_own_email_link_confirm(vz_call_t *call)
{
    vz_code_e            rc;
    vz_own_email_link_t  link;

    if (vz_own_email_link_read(call, &vz_own_email_link_new, &link) != VZ_OK) {
        return;
    }

    rc = vz_user_change(call, link.user, NULL, NULL, vz_own_email_link_switch,
                        &link);

    if (rc != VZ_OK) {
        vz_own_email_link_fail(call, rc);
        return;
    }

    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


/* otherwise the reply is set */

static vz_code_e
vz_own_email_link_read(vz_call_t *call, const vz_sql_t *find,
    vz_own_email_link_t *link)
{
    vz_code_e                 rc;
    vz_rows_t                 rows;
    vz_own_email_link_body_t  body;

    ngx_memzero(&body, sizeof(vz_own_email_link_body_t));

    if (vz_body_read(call, &vz_own_email_link_form, &body) != VZ_OK) {
        return VZ_RANGE;
    }

    ngx_memzero(link, sizeof(vz_own_email_link_t));
    link->hash.len = 32;
    link->hash.data = ngx_pnalloc(call->pool, 32);

    rc = link->hash.data == NULL ? VZ_INTERNAL
         : vz_field_check(VZ_FIELD_SECRET, (char *) body.token.data,
                          body.token.len) != VZ_OK ? VZ_NOENT : VZ_OK;

    if (rc == VZ_OK) {
        vz_crypt_sha256(body.token.data, body.token.len, link->hash.data);
        rc = vz_db_query(NULL, call->pool, find,
                         vz_binds(vz_bytes(link->hash)), &rows);
    }

    if (rc == VZ_OK && rows.rows == 0) {
        rc = VZ_NOENT;
    }

    if (rc != VZ_OK) {
        vz_own_email_link_fail(call, rc);
        return rc;
    }

    vz_row_read(&rows, 0, 0, vz_own_email_link_row, link);

    return VZ_OK;
}


/* VZ_EXISTS where another user has proven the address, VZ_NOENT where the link
   is good no more */

static vz_code_e
vz_own_email_link_switch(vz_tx_t *tx, vz_call_t *call, void *data)
{
    vz_code_e                   rc;
    vz_rows_t                   rows;
    const vz_own_email_link_t  *link = data;
    const vz_mail_member_t      members[] = {
        { "email", link->email }
    };

    rc = vz_db_query(tx, call->pool, &vz_own_email_link_hold,
                     vz_binds(vz_text(link->email)), &rows);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_own_email_link_set,
                         vz_binds(vz_bytes(link->hash)), &rows);
    }

    if (rc == VZ_OK && rows.affected == 0) {
        rc = vz_db_query(tx, call->pool, &vz_own_email_link_taken,
                         vz_binds(vz_text(link->email), vz_int(link->user)),
                         &rows);

        return rc != VZ_OK ? rc : rows.rows ? VZ_EXISTS : VZ_NOENT;
    }

    if (rc == VZ_OK && link->told) {
        rc = vz_account_mail_to(tx, call, link->user, "email_changed",
                                &link->previous, members, 1);
    }

    if (rc == VZ_OK) {
        rc = vz_session_revoke_links(tx, call->pool, link->user);
    }

    return rc == VZ_OK
           ? vz_own_email_link_audit(tx, call, link, "account.email") : rc;
}


void
vz_own_email_link_stop(vz_call_t *call)
{
    vz_code_e             rc;
    vz_json_t            *out;
    vz_own_email_link_t   link;

    if (vz_own_email_link_read(call, &vz_own_email_link_old, &link) != VZ_OK) {
        return;
    }

    rc = vz_user_change(call, link.user, NULL, NULL, vz_own_email_link_undo,
                        &link);

    if (rc != VZ_OK) {
        vz_own_email_link_fail(call, rc);
        return;
    }

    if (link.undone) {
        vz_identity_revoke_user(link.user);
    }

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_bool(out, "undone", link.undone);
    vz_json_close(out);
}


/* VZ_NOENT where it was stopped by now; other changes that wait end with it */

static vz_code_e
vz_own_email_link_undo(vz_tx_t *tx, vz_call_t *call, void *data)
{
    vz_code_e             rc;
    vz_rows_t             rows;
    vz_own_email_link_t  *link = data;

    rc = vz_db_query(tx, call->pool, &vz_own_email_link_back,
                     vz_binds(vz_bytes(link->hash)), &rows);

    link->undone = (rc == VZ_OK && rows.affected != 0);

    if (rc == VZ_OK && !link->undone) {
        rc = vz_db_query(tx, call->pool, &vz_own_email_link_end,
                         vz_binds(vz_bytes(link->hash)), &rows);

        if (rc == VZ_OK && rows.affected == 0) {
            rc = VZ_NOENT;
        }
    }

    if (rc == VZ_OK) {
        rc = link->undone
             ? vz_session_revoke(tx, call->pool, link->user)
             : vz_session_revoke_links(tx, call->pool, link->user);
    }

    return rc == VZ_OK
           ? vz_own_email_link_audit(tx, call, link,
                                     link->undone ? "account.email.undo"
                                                  : "account.email.stop")
           : rc;
}


static vz_code_e
vz_own_email_link_audit(vz_tx_t *tx, vz_call_t *call,
    const vz_own_email_link_t *link, const char *action)
{
    vz_audit_t  audit;

    ngx_memzero(&audit, sizeof(vz_audit_t));

    audit.user = link->user;
    audit.account = link->account;
    audit.action = action;
    audit.result = "ok";
    audit.via = "link";
    audit.detail = link->undone ? link->previous : link->email;

    return vz_audit_write(tx, call, &audit);
}


static void
vz_own_email_link_fail(vz_call_t *call, vz_code_e rc)
{
    switch (rc) {

    case VZ_NOENT:
        vz_call_problem(call, 410, "expired",
                        "This link was used already, was stopped, or has "
                        "expired: ask for the address again.");
        return;

    case VZ_EXISTS:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "email_taken",
                        "Another account has proven this address: use that "
                        "account, or ask for another address.");
        return;

    default:
        vz_call_fault(call, "database", rc);
    }
}
