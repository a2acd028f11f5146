/*
 * One's own passkeys.
 */

#include "panel/account/passkey.h"
#include "panel/account/passkey_use.h"
#include "panel/account/recovery_codes.h"
#include "panel/account/second_factor.h"
#include "panel/account/user_change.h"
#include "panel/api/auth.h"
#include "panel/api/identity.h"
#include "panel/api/route.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/row.h"
#include "runtime/settings.h"


#define VZ_PASSKEY_MOST    10       /* of one person */
#define VZ_PASSKEY_HANDLE  16       /* bytes */


typedef struct {
    ngx_str_t       name;
    ngx_str_t       id;             /* these in base64url */
    ngx_str_t       client;
    ngx_str_t       data;
    ngx_str_t       key;
    int64_t         algorithm;
} vz_passkey_body_t;

/* A new one, as it is stored. */
typedef struct {
    ngx_str_t       name;
    ngx_str_t       credential;
    ngx_str_t       key;
    int64_t         algorithm;
    uint64_t        counter;
    uint64_t        id;             /* of its row, when it has one */
    ngx_str_t       object;         /* in the audit, then */
    ngx_uint_t      ncodes;         /* recovery codes that it made */
    ngx_str_t       codes[VZ_RECOVERY_CODES];
} vz_passkey_t;


static void vz_passkey_begin_reply(vz_call_t *call, const vz_rows_t *known,
    const ngx_str_t *challenge);
static ngx_str_t vz_passkey_text(vz_call_t *call, ngx_str_t raw);
static vz_code_e vz_passkey_read(vz_call_t *call, vz_passkey_t *passkey);
static const char *vz_passkey_wrong(vz_call_t *call,
    const vz_passkey_body_t *body, vz_passkey_t *passkey);
static const char *vz_passkey_client(vz_call_t *call,
    const vz_webauthn_bytes_t *client);
static vz_code_e vz_passkey_store(vz_tx_t *tx, vz_call_t *call, void *data);
static void vz_passkey_many(vz_call_t *call);
static vz_code_e vz_passkey_remove(vz_tx_t *tx, vz_call_t *call, void *data);


static const vz_body_member_t  vz_passkey_members[] = {
    { "name", VZ_BODY_FIELD, VZ_FIELD_LABEL, 1, 0, 0,
      offsetof(vz_passkey_body_t, name) },
    { "id", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 1, 0, 0,
      offsetof(vz_passkey_body_t, id) },
    { "client_data", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 1, 0, 0,
      offsetof(vz_passkey_body_t, client) },
    { "authenticator_data", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 1, 0, 0,
      offsetof(vz_passkey_body_t, data) },
    { "public_key", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 1, 0, 0,
      offsetof(vz_passkey_body_t, key) },
    { "algorithm", VZ_BODY_INT, 0, 1, VZ_WEBAUTHN_RS256, VZ_WEBAUTHN_ES256,
      offsetof(vz_passkey_body_t, algorithm) }
};

const vz_body_t  vz_passkey_form = vz_body("Passkey", vz_passkey_members);

static const vz_column_t  vz_passkey_columns[] = {
    vz_column("id", INT, 0),
    vz_column("name", TEXT, 0),
    vz_column("created", TIME, 0),
    vz_column("seen", TIME, VZ_COLUMN_NULL),
    vz_column("seen_from", TEXT, VZ_COLUMN_NULL)
};

vz_resource_t  vz_passkey_resource = {
    vz_resource("passkey", "Passkey", "passkey", "p", vz_passkey_columns),
    .rest = "WHERE p.user_id = ? ORDER BY p.id LIMIT 200"
};

static const vz_sql_t  vz_passkey_known = vz_sql("passkeys known",
    "SELECT credential FROM passkey WHERE user_id = ? ORDER BY id");

static const vz_sql_t  vz_passkey_insert = vz_sql("passkey add",
    "INSERT INTO passkey (user_id, credential, public_key, algorithm, counter,"
    " name) SELECT u.id, ?, ?, ?, ?, ? FROM user u WHERE u.id = ?"
    " AND (SELECT COUNT(*) FROM passkey p WHERE p.user_id = u.id) < 10");

static const vz_sql_t  vz_passkey_first = vz_sql("passkey first",
    "SELECT 1 FROM user WHERE id = ? AND NOT second_factor");

static const vz_sql_t  vz_passkey_delete = vz_sql("passkey end",
    "DELETE FROM passkey WHERE id = ? AND user_id = ?");


/*
 * Who has to set up a second step may add one; who was mailed a password, and
 * may not be the one that it was for, would keep a way in behind its change.
 */

void
vz_passkey_list(vz_call_t *call)
{
    if (vz_auth_changed(call) == VZ_OK) {
        vz_resource_list(call, &vz_passkey_resource,
                         vz_binds(vz_int(call->who.user)));
    }
}


void
vz_passkey_begin(vz_call_t *call)
{
    vz_code_e  rc;
    ngx_str_t  challenge;
    vz_rows_t  known;

    if (vz_auth_changed(call) != VZ_OK) {
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_passkey_known,
                     vz_binds(vz_int(call->who.user)), &known);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (known.rows >= VZ_PASSKEY_MOST) {
        vz_passkey_many(call);
        return;
    }

    rc = vz_passkey_challenge_new(call, VZ_PASSKEY_ADD, call->who.user,
                                  &challenge);
    if (rc != VZ_OK) {
        vz_call_busy(call, VZ_PASSKEY_CHALLENGE_LIFE);
        return;
    }

    vz_passkey_begin_reply(call, &known, &challenge);
}


/* the handle tells nobody's name, and is the same for each of a user's */

static void
vz_passkey_begin_reply(vz_call_t *call, const vz_rows_t *known,
    const ngx_str_t *challenge)
{
    u_char       hash[32];
    ngx_str_t    text, rp;
    vz_json_t   *out;
    ngx_uint_t   i;

    rp = vz_passkey_use_rp(call);
    text = vz_call_printf(call, "passkeys of user %uL", call->who.user);
    vz_crypt_sha256(text.data, text.len, hash);
    text.data = hash;
    text.len = VZ_PASSKEY_HANDLE;
    text = vz_passkey_text(call, text);

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_text(out, "challenge", challenge);
    vz_json_text(out, "rp_id", &rp);
    vz_json_text(out, "rp_name", &vz_settings()->brand);
    vz_json_text(out, "user_id", &text);
    vz_json_cstr(out, "account", (char *) call->who.account);
    vz_json_cstr(out, "name", (char *) call->identity->name);
    vz_json_array(out, "ids");

    for (i = 0; i < known->rows; i++) {
        text = vz_passkey_text(call, vz_row_text(known, i, "credential"));
        vz_json_text(out, NULL, &text);
    }

    vz_json_close(out);
    vz_json_close(out);
}


static ngx_str_t
vz_passkey_text(vz_call_t *call, ngx_str_t raw)
{
    ngx_str_t  text;

    text.len = 0;
    text.data = ngx_pnalloc(call->pool, ngx_base64_encoded_length(raw.len));

    if (text.data != NULL) {
        ngx_encode_base64url(&text, &raw);
    }

    return text;
}


void
vz_passkey_add(vz_call_t *call)
{
    vz_code_e      rc;
    vz_json_t     *out;
    vz_passkey_t   passkey;

    ngx_memzero(&passkey, sizeof(vz_passkey_t));

    if (vz_auth_changed(call) != VZ_OK
        || vz_passkey_read(call, &passkey) != VZ_OK)
    {
        return;
    }

    rc = vz_user_change(call, call->who.user, "account.passkey.add",
                        &passkey.object, vz_passkey_store, &passkey);

    switch (rc) {

    case VZ_OK:
        vz_identity_revoke_user(call->who.user);

        out = vz_call_reply(call, NGX_HTTP_CREATED);
        vz_json_object(out, NULL);
        vz_json_uint(out, "id", passkey.id);
        vz_recovery_codes_show(call, out, passkey.codes, passkey.ncodes);
        vz_json_close(out);
        return;

    case VZ_NOSPACE:
        vz_passkey_many(call);
        return;

    case VZ_DUPLICATE:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "exists",
                        "This passkey is registered already: use another "
                        "device, or delete it first.");
        return;

    default:
        if (call->status == 0) {
            vz_call_fault(call, "database", rc);
        }
    }
}


static vz_code_e
vz_passkey_read(vz_call_t *call, vz_passkey_t *passkey)
{
    const char         *wrong;
    vz_passkey_body_t   body;

    ngx_memzero(&body, sizeof(vz_passkey_body_t));

    if (vz_body_read(call, &vz_passkey_form, &body) != VZ_OK) {
        return VZ_RANGE;
    }

    wrong = vz_passkey_wrong(call, &body, passkey);

    if (wrong == NULL) {
        return VZ_OK;
    }

    vz_call_problem(call, 422, "bad_passkey",
                    "This is no passkey for here: %s. Begin again.", wrong);

    return VZ_RANGE;
}


/* what is wrong with it, or NULL */

static const char *
vz_passkey_wrong(vz_call_t *call, const vz_passkey_body_t *body,
    vz_passkey_t *passkey)
{
    ngx_str_t             client, data, rp;
    const char           *wrong;
    vz_webauthn_data_t    said;
    vz_webauthn_bytes_t   bytes;

    if (vz_passkey_use_decode(call->pool, &body->id, &passkey->credential)
        != NGX_OK
        || vz_passkey_use_decode(call->pool, &body->client, &client) != NGX_OK
        || vz_passkey_use_decode(call->pool, &body->data, &data) != NGX_OK
        || vz_passkey_use_decode(call->pool, &body->key, &passkey->key)
           != NGX_OK)
    {
        return "a member is not base64url";
    }

    bytes = vz_passkey_use_bytes(&client);
    wrong = vz_passkey_client(call, &bytes);

    if (wrong != NULL) {
        return wrong;
    }

    rp = vz_passkey_use_rp(call);
    bytes = vz_passkey_use_bytes(&data);

    if (vz_webauthn_data(&bytes, (char *) rp.data, rp.len, &said) != VZ_OK
        || !said.present || said.id.len == 0
        || said.id.len != passkey->credential.len
        || ngx_memcmp(said.id.data, passkey->credential.data, said.id.len)
           != 0)
    {
        return "authenticator_data is for another domain or credential";
    }

    bytes = vz_passkey_use_bytes(&passkey->key);

    if (vz_webauthn_key(&bytes, (int) body->algorithm) != VZ_OK) {
        return "public_key is no key of that algorithm";
    }

    passkey->name = body->name;
    passkey->algorithm = body->algorithm;
    passkey->counter = said.counter;

    return NULL;
}


static const char *
vz_passkey_client(vz_call_t *call, const vz_webauthn_bytes_t *client)
{
    char    origin[VZ_WEBAUTHN_ORIGIN];
    u_char  challenge[VZ_WEBAUTHN_CHALLENGE];

    if (vz_webauthn_challenge(client, challenge) != VZ_OK
        || vz_passkey_challenge_take(call, VZ_PASSKEY_ADD, call->who.user,
                                     challenge)
           != VZ_OK)
    {
        return "its challenge is not known, or older than two minutes";
    }

    if (vz_webauthn_client(client, VZ_WEBAUTHN_CREATE, challenge, origin)
        != VZ_OK
        || !vz_passkey_use_page(call, origin))
    {
        return "client_data is of another page";
    }

    return NULL;
}


/* recovery codes are drawn where nobody has asked for a second step so far */

static vz_code_e
vz_passkey_store(vz_tx_t *tx, vz_call_t *call, void *data)
{
    vz_code_e      rc;
    vz_rows_t      rows;
    vz_passkey_t  *passkey = data;

    rc = vz_db_query(tx, call->pool, &vz_passkey_insert,
                     vz_binds(vz_bytes(passkey->credential),
                              vz_bytes(passkey->key),
                              vz_int(passkey->algorithm),
                              vz_int(passkey->counter),
                              vz_text(passkey->name),
                              vz_int(call->who.user)),
                     &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_NOSPACE;
    }

    if (rc != VZ_OK) {
        return rc;
    }

    passkey->id = rows.insert_id;
    passkey->object = vz_call_printf(call, "passkey %uL", passkey->id);

    rc = vz_db_query(tx, call->pool, &vz_passkey_first,
                     vz_binds(vz_int(call->who.user)), &rows);

    if (rc == VZ_OK && rows.rows) {
        passkey->ncodes = VZ_RECOVERY_CODES;
        rc = vz_second_factor_turn_on(tx, call, passkey->codes);
    }

    return rc;
}


static void
vz_passkey_many(vz_call_t *call)
{
    vz_call_problem(call, NGX_HTTP_CONFLICT, "too_many_passkeys",
                    "You have %d passkeys, which is the maximum: delete one "
                    "first.", VZ_PASSKEY_MOST);
}


void
vz_passkey_end(vz_call_t *call)
{
    uint64_t   id;
    ngx_str_t  object;
    vz_code_e  rc;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    object = vz_call_printf(call, "passkey %uL", id);
    rc = vz_user_change(call, call->who.user, "account.passkey.end", &object,
                        vz_passkey_remove, &id);

    if (vz_route_failed(call, rc) == VZ_OK) {
        vz_identity_revoke_user(call->who.user);
        (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
    }
}


static vz_code_e
vz_passkey_remove(vz_tx_t *tx, vz_call_t *call, void *data)
{
    vz_code_e        rc;
    vz_rows_t        rows;
    const uint64_t  *id = data;

    rc = vz_db_query(tx, call->pool, &vz_passkey_delete,
                     vz_binds(vz_int(*id), vz_int(call->who.user)), &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_NOENT;
    }

    return rc == VZ_OK ? vz_second_factor_rest(tx, call, call->who.user) : rc;
}
