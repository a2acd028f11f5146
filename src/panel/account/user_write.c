/*
 * POST, PATCH /api/admin/users, POST /api/admin/users/{id}/password: accounts
 * are made, changed, locked; passwords are drawn, mailed, and known to nobody
 * else.
 */

#include "panel/account/account_name.h"
#include "panel/account/session.h"
#include "panel/account/user_list.h"
#include "panel/account/user_write.h"
#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/api/strlist.h"
#include "panel/mail/mail.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/db_rows.h"
#include "runtime/zone_session.h"
#include "wire/field.h"
#include "wire/people.h"


typedef struct {
    ngx_str_t       account;
    ngx_str_t       role;
    ngx_str_t       first_name;
    ngx_str_t       last_name;
    ngx_str_t       dni;            /* as it is compared */
    ngx_str_t       document;       /* as it was typed */
    ngx_str_t       email;
    ngx_str_t       phone;
    ngx_str_t       address;
    ngx_str_t       province;
    ngx_str_t       language;
    int64_t         locked;

    uint64_t        id;
    ngx_str_t       password;
    ngx_str_t       hash;
} vz_user_body_t;


static vz_code_e vz_user_read(vz_call_t *call, const vz_verb_body_t *form,
    vz_user_body_t *body);
static vz_code_e vz_user_draw(vz_call_t *call, vz_user_body_t *body);
static vz_code_e vz_user_make_any(vz_call_t *call, vz_user_body_t *body,
    vz_rows_t *rows);
static vz_code_e vz_user_make_one(vz_call_t *call, vz_user_body_t *body,
    vz_rows_t *rows);
static vz_code_e vz_user_tell(vz_tx_t *tx, vz_call_t *call,
    const vz_user_body_t *body, const char *template);
static void vz_user_taken(vz_call_t *call, const vz_rows_t *rows);
static void vz_user_own(vz_call_t *call);
static vz_code_e vz_user_store(vz_call_t *call, vz_user_body_t *body,
    vz_rows_t *rows);
static vz_code_e vz_user_spare(vz_tx_t *tx, vz_call_t *call,
    const vz_user_body_t *body, vz_user_body_t *before);
static vz_code_e vz_user_update_in(vz_tx_t *tx, vz_call_t *call,
    const vz_user_body_t *body, vz_rows_t *rows);
static vz_code_e vz_user_out(vz_tx_t *tx, vz_call_t *call,
    const vz_user_body_t *body, const vz_user_body_t *before);
static vz_bind_t vz_user_clear(vz_call_t *call, const char *name);
static vz_code_e vz_user_reset(vz_call_t *call, vz_user_body_t *body);
static vz_code_e vz_user_find(vz_tx_t *tx, vz_call_t *call,
    vz_user_body_t *body);


#define vz_user_field(name, field, required)                                  \
    { #name, VZ_BODY_FIELD, field, required, 0, 0,                            \
      offsetof(vz_user_body_t, name) }

#define vz_user_person(required)                                              \
    vz_user_field(first_name, VZ_FIELD_PERSON, required),                     \
    vz_user_field(last_name, VZ_FIELD_PERSON, 0),                             \
    vz_user_field(email, VZ_FIELD_EMAIL, required),                           \
    vz_user_field(dni, VZ_FIELD_DNI, 0),                                      \
    vz_user_field(phone, VZ_FIELD_PHONE, 0),                                  \
    vz_user_field(address, VZ_FIELD_STREET, 0),                               \
    vz_user_field(province, VZ_FIELD_PROVINCE, 0),                            \
    vz_user_field(language, VZ_FIELD_LANGUAGE, 0),                            \
    vz_user_field(role, VZ_FIELD_ROLE, 0)

static const vz_body_member_t  vz_user_new[] = {
    vz_user_field(account, VZ_FIELD_ACCOUNT, 0),
    vz_user_person(1)
};

static const vz_body_member_t  vz_user_changes[] = {
    { "locked", VZ_BODY_BOOL, 0, 0, 0, 1, offsetof(vz_user_body_t, locked) },
    vz_user_person(0)
};

const vz_verb_body_t  vz_user_write_form = vz_body("User", vz_user_new);
const vz_verb_body_t  vz_user_write_change_form = vz_body("UserChange",
                                                     vz_user_changes);


static const vz_sql_t  vz_user_insert = vz_sql("user insert",
    "INSERT INTO user (account, role, first_name, last_name, dni, document,"
    " email, phone, address, province, language, password, must_change,"
    " email_state, drawn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, TRUE,"
    " 'mailed', NOW(3))");

static const vz_sql_t  vz_user_lock = vz_sql("user lock",
    "SELECT account, first_name, email, language, role FROM user"
    " WHERE id = ? FOR UPDATE");

static const vz_sql_t  vz_user_admins = vz_sql("user admins",
    "SELECT id FROM user WHERE role = 'admin' AND NOT locked"
    " ORDER BY id FOR UPDATE");

/* an address is proven by who has it; another one is not */

static const vz_sql_t  vz_user_update = vz_sql("user update",
    "UPDATE user SET role = COALESCE(?, role),"
    " first_name = COALESCE(?, first_name),"
    " last_name = IF(?, '', COALESCE(?, last_name)),"
    " email_state = IF(? <> email, 'unproven', email_state),"
    " email = COALESCE(?, email), dni = IF(?, NULL, COALESCE(?, dni)),"
    " document = IF(dni IS NULL, NULL, COALESCE(?, document)),"
    " phone = IF(?, NULL, COALESCE(?, phone)),"
    " address = IF(?, NULL, COALESCE(?, address)),"
    " province = IF(?, NULL, COALESCE(?, province)),"
    " language = COALESCE(?, language), locked = COALESCE(?, locked)"
    " WHERE id = ?");

static const vz_sql_t  vz_user_password = vz_sql("user password",
    "UPDATE user SET password = ?, must_change = TRUE, drawn = NOW(3),"
    " email_state = IF(email_state = 'proven', 'proven', 'mailed')"
    " WHERE id = ?");

static const vz_sql_t  vz_user_sessions = vz_sql("user sessions",
    "DELETE FROM session WHERE user_id = ?");


void
vz_user_write_create(vz_call_t *call)
{
    vz_code_e       rc;
    vz_rows_t       rows;
    vz_user_body_t  body;

    if (vz_user_read(call, &vz_user_write_form, &body) != VZ_OK
        || vz_user_draw(call, &body) != VZ_OK)
    {
        return;
    }

    rc = vz_user_make_any(call, &body, &rows);

    ngx_explicit_memzero(body.password.data, body.password.len);

    if (rc == VZ_DUPLICATE) {
        vz_user_taken(call, &rows);
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_call_location(call, "/admin/users/%uL", body.id);
    vz_user_list_reply(call, body.id, NGX_HTTP_CREATED);
}


static vz_code_e
vz_user_read(vz_call_t *call, const vz_verb_body_t *form, vz_user_body_t *body)
{
    char       dni[VZ_DNI_MAX + 1];
    vz_code_e  rc;

    ngx_memzero(body, sizeof(vz_user_body_t));

    rc = vz_body_read(call, form, body);
    if (rc != VZ_OK) {
        return rc;
    }

    body->document = body->dni;

    if (body->dni.len
        && vz_people_dni((char *) body->dni.data, body->dni.len, dni) == VZ_OK)
    {
        body->dni = vz_call_printf(call, "%s", dni);
    }

    return VZ_OK;
}


static vz_code_e
vz_user_draw(vz_call_t *call, vz_user_body_t *body)
{
    return vz_session_draw(call, VZ_CRYPT_KNOWN, &body->password,
                           &body->hash);
}


/* the account that was asked for, or the first free one of the name */

static vz_code_e
vz_user_make_any(vz_call_t *call, vz_user_body_t *body, vz_rows_t *rows)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    if (body->account.len) {
        return vz_user_make_one(call, body, rows);
    }

    rc = VZ_OVERLOADED;

    for (i = 0; i < VZ_ACCOUNT_NAME_TRIES; i++) {

        body->account = vz_account_name_try(call->pool, &body->first_name,
                                            &body->last_name, i);
        rc = vz_user_make_one(call, body, rows);

        if (rc != VZ_DUPLICATE || !vz_strlist_is(&rows->key, "account")) {
            return rc;
        }
    }

    return VZ_OVERLOADED;
}


static vz_code_e
vz_user_make_one(vz_call_t *call, vz_user_body_t *body, vz_rows_t *rows)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    if (body->language.len == 0) {
        ngx_str_set(&body->language, "es");
    }

    rc = vz_db_query(tx, call->pool, &vz_user_insert,
                     vz_binds(vz_text(body->account),
                              body->role.len ? vz_text(body->role)
                                             : vz_bind_cstr("customer"),
                              vz_text(body->first_name),
                              body->last_name.len ? vz_text(body->last_name)
                                                  : vz_bind_cstr(""),
                              vz_bind_opt(body->dni),
                              vz_bind_opt(body->document),
                              vz_text(body->email),
                              vz_bind_opt(body->phone),
                              vz_bind_opt(body->address),
                              vz_bind_opt(body->province),
                              vz_text(body->language), vz_text(body->hash)),
                     rows);

    if (rc == VZ_OK) {
        body->id = rows->insert_id;
        rc = vz_user_tell(tx, call, body, "account");
    }

    if (rc == VZ_OK) {
        rc = vz_edit_audit(tx, call, "user.make",
                            vz_call_printf(call, "user %V", &body->account));
    }

    return vz_db_end(tx, rc);
}


static vz_code_e
vz_user_tell(vz_tx_t *tx, vz_call_t *call, const vz_user_body_t *body,
    const char *template)
{
    const vz_mail_member_t  members[] = {
        { "first_name", body->first_name },
        { "account", body->account },
        { "password", body->password }
    };

    return vz_mail_queue(tx, call->pool, body->id, &body->email, template,
                         &body->language, members,
                         sizeof(members) / sizeof(members[0]));
}


static void
vz_user_taken(vz_call_t *call, const vz_rows_t *rows)
{
    vz_edit_exists(call, vz_strlist_is(&rows->key, "dni") ? "dni" : "account");
}


void
vz_user_write_change(vz_call_t *call)
{
    uint64_t        id;
    vz_code_e       rc;
    vz_rows_t       rows;
    vz_user_body_t  body;

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_user_read(call, &vz_user_write_change_form, &body) != VZ_OK)
    {
        return;
    }

    body.id = id;

    if (id == call->who.user
        && (body.locked || vz_strlist_is(&body.role, "customer")))
    {
        vz_user_own(call);
        return;
    }

    rc = vz_user_store(call, &body, &rows);

    switch (rc) {

    case VZ_OK:
        vz_zone_user_drop(id);
        vz_user_list_reply(call, id, NGX_HTTP_OK);
        return;

    case VZ_NOENT:
        vz_route_absent(call);
        return;

    case VZ_STATE:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "last_admin",
                        "There has to be an administrator who may sign in.");
        return;

    case VZ_DUPLICATE:
        vz_user_taken(call, &rows);
        return;

    default:
        vz_call_fault(call, "database", rc);
    }
}


static void
vz_user_own(vz_call_t *call)
{
    vz_call_problem(call, NGX_HTTP_CONFLICT, "own_account",
                    "This can't be done to one's own account.");
}


static vz_code_e
vz_user_store(vz_call_t *call, vz_user_body_t *body, vz_rows_t *rows)
{
    vz_tx_t         *tx;
    vz_code_e        rc;
    vz_user_body_t   before;

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
        rc = vz_edit_audit(tx, call, "user.change",
                            vz_call_printf(call, "user %uL", body->id));
    }

    return vz_db_end(tx, rc);
}


/*
 * Two administrators who lock each other at once: the rows of all of them are
 * locked, so the second finds that he is none any more.
 */

static vz_code_e
vz_user_spare(vz_tx_t *tx, vz_call_t *call, const vz_user_body_t *body,
    vz_user_body_t *before)
{
    uint64_t    id;
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i, others, self;

    if (body->locked || vz_strlist_is(&body->role, "customer")) {

        rc = vz_db_query(tx, call->pool, &vz_user_admins, vz_no_binds, &rows);
        if (rc != VZ_OK) {
            return rc;
        }

        others = 0;
        self = 0;

        for (i = 0; i < rows.rows; i++) {
            id = vz_cell_int(&rows, i, 0);
            others += (id != body->id);
            self |= (id == call->who.user);
        }

        if (others == 0 || !self) {
            return VZ_STATE;
        }
    }

    before->id = body->id;

    return vz_user_find(tx, call, before);
}


/*
 * A token made by a customer is no administrator's, and a link that went to
 * the address before is nobody's.
 */

static vz_code_e
vz_user_out(vz_tx_t *tx, vz_call_t *call, const vz_user_body_t *body,
    const vz_user_body_t *before)
{
    vz_code_e  rc;

    if (body->role.len
        && !vz_strlist_is(&before->role, (char *) body->role.data))
    {
        return vz_session_revoke(tx, call->pool, body->id);
    }

    rc = VZ_OK;

    if (body->locked) {
        rc = vz_db_query(tx, call->pool, &vz_user_sessions,
                         vz_binds(vz_int(body->id)), NULL);
    }

    if (rc == VZ_OK && (body->locked || body->email.len)) {
        rc = vz_session_unlink(tx, call->pool, body->id);
    }

    return rc;
}


static vz_code_e
vz_user_update_in(vz_tx_t *tx, vz_call_t *call, const vz_user_body_t *body,
    vz_rows_t *rows)
{
    return vz_db_query(tx, call->pool, &vz_user_update,
                       vz_binds(vz_bind_opt(body->role),
                                vz_bind_opt(body->first_name),
                                vz_user_clear(call, "last_name"),
                                vz_bind_opt(body->last_name),
                                vz_bind_opt(body->email),
                                vz_bind_opt(body->email),
                                vz_user_clear(call, "dni"),
                                vz_bind_opt(body->dni),
                                vz_bind_opt(body->document),
                                vz_user_clear(call, "phone"),
                                vz_bind_opt(body->phone),
                                vz_user_clear(call, "address"),
                                vz_bind_opt(body->address),
                                vz_user_clear(call, "province"),
                                vz_bind_opt(body->province),
                                vz_bind_opt(body->language),
                                vz_body_given(call, "locked")
                                ? vz_int(body->locked) : vz_none(),
                                vz_int(body->id)),
                       rows);
}


static vz_bind_t
vz_user_clear(vz_call_t *call, const char *name)
{
    return vz_int(vz_body_cleared(call, name));
}


/* who it is, with the row locked */

static vz_code_e
vz_user_find(vz_tx_t *tx, vz_call_t *call, vz_user_body_t *body)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, call->pool, &vz_user_lock,
                     vz_binds(vz_int(body->id)), &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_NOENT;
    }

    body->account = vz_cell_text(&rows, 0, 0);
    body->first_name = vz_cell_text(&rows, 0, 1);
    body->email = vz_cell_text(&rows, 0, 2);
    body->language = vz_cell_text(&rows, 0, 3);
    body->role = vz_cell_text(&rows, 0, 4);

    return VZ_OK;
}


void
vz_user_write_password(vz_call_t *call)
{
    vz_code_e       rc;
    vz_user_body_t  body;

    ngx_memzero(&body, sizeof(vz_user_body_t));

    if (vz_route_id(call, 0, &body.id) != VZ_OK) {
        return;
    }

    if (body.id == call->who.user) {
        vz_user_own(call);
        return;
    }

    if (vz_user_draw(call, &body) != VZ_OK) {
        return;
    }

    rc = vz_user_reset(call, &body);

    ngx_explicit_memzero(body.password.data, body.password.len);

    if (rc == VZ_NOENT) {
        vz_route_absent(call);
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_zone_user_drop(body.id);
    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


static vz_code_e
vz_user_reset(vz_call_t *call, vz_user_body_t *body)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_user_find(tx, call, body);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_user_password,
                         vz_binds(vz_text(body->hash), vz_int(body->id)),
                         NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_session_revoke(tx, call->pool, body->id);
    }

    if (rc == VZ_OK) {
        rc = vz_user_tell(tx, call, body, "reset");
    }

    if (rc == VZ_OK) {
        rc = vz_edit_audit(tx, call, "user.password",
                            vz_call_printf(call, "user %V", &body->account));
    }

    return vz_db_end(tx, rc);
}
