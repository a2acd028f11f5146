/*
 * POST, PATCH /api/admin/users, POST /api/admin/users/{id}/password: accounts
 * are made, changed, locked; passwords are drawn, mailed, and known to nobody
 * else.
 */

#include "panel/account/account_mail.h"
#include "panel/account/password.h"
#include "panel/account/session_revoke.h"
#include "panel/account/user_list.h"
#include "panel/account/user_new.h"
#include "panel/account/user_write.h"
#include "panel/api/edit.h"
#include "panel/api/identity.h"
#include "panel/api/people.h"
#include "panel/api/right.h"
#include "panel/api/route.h"
#include "panel/api/strlist.h"
#include "panel/mail/mail.h"
#include "runtime/call.h"
#include "runtime/row.h"


typedef struct {
    vz_user_new_t   user;
    int64_t         locked;
} vz_user_body_t;


static vz_code_e vz_user_read(vz_call_t *call, const vz_body_t *form,
    vz_user_body_t *body);
static vz_code_e vz_user_make(vz_call_t *call, vz_user_new_t *user);
static vz_code_e vz_user_tell(vz_tx_t *tx, vz_call_t *call,
    const vz_user_new_t *user, const char *template);
static void vz_user_own(vz_call_t *call);
static vz_code_e vz_user_store(vz_call_t *call, vz_user_body_t *body,
    vz_rows_t *rows);
static vz_code_e vz_user_spare(vz_tx_t *tx, vz_call_t *call,
    const vz_user_body_t *body, vz_user_new_t *before);
static vz_code_e vz_user_update_in(vz_tx_t *tx, vz_call_t *call,
    const vz_user_body_t *body, vz_rows_t *rows);
static vz_code_e vz_user_out(vz_tx_t *tx, vz_call_t *call,
    const vz_user_body_t *body, const vz_user_new_t *before);
static vz_code_e vz_user_moved(vz_tx_t *tx, vz_call_t *call,
    const vz_user_body_t *body, const vz_user_new_t *before);
static vz_code_e vz_user_reset(vz_call_t *call, vz_user_new_t *user);
static vz_code_e vz_user_hold(vz_tx_t *tx, vz_call_t *call,
    vz_user_new_t *user);


static const vz_sql_t  vz_user_lock = vz_sql("user lock",
    "SELECT account, first_name, email, email_state = 'proven' AS proven,"
    " language, role FROM user WHERE id = ? FOR UPDATE");

/* by the index, so that no row of others is read or waited for */

static const vz_sql_t  vz_user_admins = vz_sql("user admins",
    "SELECT id FROM user FORCE INDEX (role) WHERE role = 'admin' AND NOT locked"
    " ORDER BY id FOR UPDATE");

/* a new address of mail is unproven until its owner answers */

static const vz_sql_t  vz_user_unproven = vz_sql("user unproven",
    "UPDATE user SET email_state = 'unproven' WHERE id = ? AND email <> ?");

static const vz_sql_t  vz_user_password = vz_sql("user password",
    "UPDATE user SET password = ?, must_change = TRUE, drawn = NOW(3),"
    " email_state = IF(email_state = 'proven', 'proven', 'mailed')"
    " WHERE id = ?");


void
vz_user_write_create(vz_call_t *call)
{
    vz_code_e       rc;
    vz_user_new_t  *user;
    vz_user_body_t  body;

    user = &body.user;

    if (vz_user_read(call, &vz_user_list_resource.create, &body) != VZ_OK
        || (vz_strlist_is(&user->role, "admin")
            && vz_right_whole(call) != VZ_OK)
        || vz_password_draw(call, VZ_CRYPT_KNOWN, &user->password,
                            &user->hash)
           != VZ_OK)
    {
        return;
    }

    rc = vz_user_make(call, user);

    ngx_explicit_memzero(user->password.data, user->password.len);

    switch (rc) {

    case VZ_OK:
        vz_call_location(call, "/admin/users/%uL", user->id);
        vz_user_list_reply(call, user->id, NGX_HTTP_CREATED);
        return;

    case VZ_EXISTS:
        vz_edit_exists(call, user->taken);
        return;

    case VZ_CONFLICT:
        rc = VZ_OVERLOADED;
        break;

    default:
        break;
    }

    vz_call_fault(call, "database", rc);
}


static vz_code_e
vz_user_read(vz_call_t *call, const vz_body_t *form, vz_user_body_t *body)
{
    vz_code_e  rc;

    ngx_memzero(body, sizeof(vz_user_body_t));

    rc = vz_resource_read(call, form, &body->user.values);

    if (rc == VZ_OK) {
        vz_user_new_read(call, &body->user);
        body->locked = vz_resource_value(&vz_user_list_resource,
                                         &body->user.values, "locked")->number;
    }

    return rc;
}


static vz_code_e
vz_user_make(vz_call_t *call, vz_user_new_t *user)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_user_new_insert(tx, call, user);

    if (rc == VZ_OK) {
        rc = vz_user_tell(tx, call, user, "account");
    }

    if (rc == VZ_OK) {
        rc = vz_edit_audit(tx, call, "user.make",
                            vz_call_printf(call, "user %V", &user->account));
    }

    return vz_db_end(tx, rc);
}


static vz_code_e
vz_user_tell(vz_tx_t *tx, vz_call_t *call, const vz_user_new_t *user,
    const char *template)
{
    const vz_mail_member_t  members[] = {
        { "first_name", user->first_name },
        { "account", user->account },
        { "password", user->password }
    };

    return vz_mail_queue(tx, call->pool, user->id, &user->email, template,
                         &user->language, members,
                         sizeof(members) / sizeof(members[0]));
}


void
vz_user_write_change(vz_call_t *call)
{
    uint64_t        id;
    vz_code_e       rc;
    vz_rows_t       rows;
    vz_user_body_t  body;

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_user_read(call, &vz_user_list_resource.change, &body) != VZ_OK)
    {
        return;
    }

    body.user.id = id;

    if (id == call->who.user
        && (body.locked || vz_strlist_is(&body.user.role, "customer")))
    {
        vz_user_own(call);
        return;
    }

    if (vz_strlist_is(&body.user.role, "admin")
        && vz_right_whole(call) != VZ_OK)
    {
        return;
    }

    rc = vz_user_store(call, &body, &rows);

    switch (rc) {

    case VZ_OK:
        vz_identity_revoke_user(id);
        vz_user_list_reply(call, id, NGX_HTTP_OK);
        return;

    case VZ_NOENT:
        vz_route_absent(call);
        return;

    case VZ_STATE:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "last_admin",
                        "At least one administrator must be able to sign in: "
                        "unlock or create another one first.");
        return;

    case VZ_DUPLICATE:
        vz_edit_exists(call, vz_strlist_is(&rows.key, "dni") ? "dni"
                                                             : "account");
        return;

    default:
        vz_call_fault(call, "database", rc);
    }
}


static void
vz_user_own(vz_call_t *call)
{
    vz_call_problem(call, NGX_HTTP_CONFLICT, "own_account",
                    "You can't do this to your own account.");
}


static vz_code_e
vz_user_store(vz_call_t *call, vz_user_body_t *body, vz_rows_t *rows)
{
    vz_tx_t        *tx;
    vz_code_e       rc;
    vz_user_new_t   before;

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_user_spare(tx, call, body, &before);

    if (rc == VZ_OK) {
        rc = vz_user_update_in(tx, call, body, rows);
    }

    if (rc == VZ_OK) {
        rc = vz_user_out(tx, call, body, &before);
    }

    if (rc == VZ_OK) {
        rc = vz_user_moved(tx, call, body, &before);
    }

    if (rc == VZ_OK) {
        rc = vz_edit_audit(tx, call, "user.change",
                            vz_call_printf(call, "user %uL", body->user.id));
    }

    return vz_db_end(tx, rc);
}


/*
 * Two administrators may lock each other at once: the rows of all of them are
 * locked, so the second one finds itself locked.
 */

static vz_code_e
vz_user_spare(vz_tx_t *tx, vz_call_t *call, const vz_user_body_t *body,
    vz_user_new_t *before)
{
    uint64_t    id;
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i, others, self;

    if (body->locked || vz_strlist_is(&body->user.role, "customer")) {

        rc = vz_db_query(tx, call->pool, &vz_user_admins, vz_no_binds, &rows);
        if (rc != VZ_OK) {
            return rc;
        }

        others = 0;
        self = 0;

        for (i = 0; i < rows.rows; i++) {
            id = vz_row_int(&rows, i, "id");
            others += (id != body->user.id);
            self |= (id == call->who.user);
        }

        if (others == 0 || !self) {
            return VZ_STATE;
        }
    }

    before->id = body->user.id;

    return vz_user_hold(tx, call, before);
}


/*
 * A change of the role revokes all: a token of a customer must not be an
 * administrator's.  A new address revokes the links that went to the old one.
 */

static vz_code_e
vz_user_out(vz_tx_t *tx, vz_call_t *call, const vz_user_body_t *body,
    const vz_user_new_t *before)
{
    vz_code_e  rc;
    uint64_t   id = body->user.id;

    if (body->user.role.len
        && !vz_strlist_is(&before->role, (char *) body->user.role.data))
    {
        return vz_session_revoke(tx, call->pool, id);
    }

    rc = VZ_OK;

    if (body->locked) {
        rc = vz_session_revoke_sessions(tx, call->pool, id);
    }

    if (rc == VZ_OK && (body->locked || body->user.email.len)) {
        rc = vz_session_revoke_links(tx, call->pool, id);
    }

    return rc;
}


/*
 * The new address is told, and the one before where it was proven: another one
 * may be a stranger's, mistyped, which this change mends.
 */

static vz_code_e
vz_user_moved(vz_tx_t *tx, vz_call_t *call, const vz_user_body_t *body,
    const vz_user_new_t *before)
{
    vz_code_e               rc;
    const ngx_str_t        *email = &body->user.email;
    const vz_mail_member_t  members[] = {
        { "email", *email }
    };

    if (email->len == 0
        || (email->len == before->email.len
            && ngx_strncasecmp(email->data, before->email.data, email->len)
               == 0))
    {
        return VZ_OK;
    }

    rc = vz_account_mail_to(tx, call, before->id, "email_given", email, NULL,
                            0);

    return rc == VZ_OK && before->proven
           ? vz_account_mail_to(tx, call, before->id, "email_moved",
                                &before->email, members, 1)
           : rc;
}


static vz_code_e
vz_user_update_in(vz_tx_t *tx, vz_call_t *call, const vz_user_body_t *body,
    vz_rows_t *rows)
{
    vz_code_e             rc;
    vz_bind_t             binds[VZ_COLUMN_MAX * 2 + 1];
    ngx_uint_t            n;
    const vz_user_new_t  *user = &body->user;

    if (user->email.len) {
        rc = vz_db_query(tx, call->pool, &vz_user_unproven,
                         vz_binds(vz_int(user->id), vz_text(user->email)),
                         NULL);
        if (rc != VZ_OK) {
            return rc;
        }
    }

    n = vz_resource_bind(&vz_user_list_resource, &user->values,
                         VZ_COLUMN_CHANGE, binds);
    binds[n++] = vz_int(user->id);

    return vz_db_query(tx, call->pool, &vz_user_list_resource.sql.update,
                       binds, n, rows);
}


/* lock the user's row and read whom to notify */

static vz_code_e
vz_user_hold(vz_tx_t *tx, vz_call_t *call, vz_user_new_t *user)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, call->pool, &vz_user_lock,
                     vz_binds(vz_int(user->id)), &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_NOENT;
    }

    user->account = vz_row_text(&rows, 0, "account");
    user->first_name = vz_row_text(&rows, 0, "first_name");
    user->email = vz_row_text(&rows, 0, "email");
    user->proven = vz_row_int(&rows, 0, "proven") != 0;
    user->language = vz_row_text(&rows, 0, "language");
    user->role = vz_row_text(&rows, 0, "role");

    return vz_right_over(tx, call, user->id);
}


void
vz_user_write_password(vz_call_t *call)
{
    vz_code_e      rc;
    vz_user_new_t  user;

    ngx_memzero(&user, sizeof(vz_user_new_t));

    if (vz_route_id(call, 0, &user.id) != VZ_OK) {
        return;
    }

    if (user.id == call->who.user) {
        vz_user_own(call);
        return;
    }

    if (vz_password_draw(call, VZ_CRYPT_KNOWN, &user.password, &user.hash)
        != VZ_OK)
    {
        return;
    }

    rc = vz_user_reset(call, &user);

    ngx_explicit_memzero(user.password.data, user.password.len);

    if (vz_route_failed(call, rc) != VZ_OK) {
        return;
    }

    vz_identity_revoke_user(user.id);
    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


static vz_code_e
vz_user_reset(vz_call_t *call, vz_user_new_t *user)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_user_hold(tx, call, user);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_user_password,
                         vz_binds(vz_text(user->hash), vz_int(user->id)),
                         NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_session_revoke(tx, call->pool, user->id);
    }

    if (rc == VZ_OK) {
        rc = vz_user_tell(tx, call, user, "reset");
    }

    if (rc == VZ_OK) {
        rc = vz_edit_audit(tx, call, "user.password",
                            vz_call_printf(call, "user %uL", user->id));
    }

    return vz_db_end(tx, rc);
}
