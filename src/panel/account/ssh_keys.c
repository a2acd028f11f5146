/*
 * One's own public SSH keys.  They are kept for whichever server is to get
 * them; what a server has stands in vm_key.
 */

#include "panel/account/ssh_keys.h"
#include "panel/account/user_change.h"
#include "panel/api/route.h"
#include "runtime/call.h"
#include "wire/ssh_key.h"


typedef struct {
    ngx_str_t       name;
    ngx_str_t       key;
} vz_ssh_keys_body_t;

/* A key that is being added. */
typedef struct {
    ngx_str_t       name;
    ngx_str_t       print;
    ngx_str_t       object;         /* in the audit */
    vz_ssh_key_t    key;
    uint64_t        id;
} vz_ssh_keys_new_t;

/* A key that is being deleted. */
typedef struct {
    uint64_t        id;
    ngx_str_t       object;         /* in the audit */
    vz_rows_t       used;           /* the server that has it */
} vz_ssh_keys_end_t;


static vz_code_e vz_ssh_keys_read(vz_call_t *call, vz_ssh_keys_body_t *body,
    vz_ssh_key_t *key);
static ngx_str_t vz_ssh_keys_name(vz_call_t *call, const vz_ssh_key_t *key);
static vz_code_e vz_ssh_keys_insert(vz_tx_t *tx, vz_call_t *call,
    void *data);
static vz_code_e vz_ssh_keys_remove(vz_tx_t *tx, vz_call_t *call,
    void *data);


static const vz_column_t  vz_ssh_keys_columns[] = {
    vz_column("id", INT, 0),
    vz_column("name", TEXT, 0),
    vz_column("type", TEXT, 0),
    vz_column("fingerprint", TEXT, 0),
    vz_column("servers", COUNT, 0, .sql = "vm_key", .key = "key_id"),
    vz_column("created", TIME, 0)
};

vz_resource_t  vz_ssh_keys_resource = {
    vz_resource("key", "Key", "user_key", "k", vz_ssh_keys_columns),
    .rest = "WHERE k.user_id = ? ORDER BY k.id DESC LIMIT 64"
};

static const vz_body_member_t  vz_ssh_keys_members[] = {
    { "name", VZ_BODY_FIELD, VZ_FIELD_LABEL, 0, 0, 0,
      offsetof(vz_ssh_keys_body_t, name) },
    { "key", VZ_BODY_TEXT, 0, 1, 0, VZ_SSH_KEY_LINE,
      offsetof(vz_ssh_keys_body_t, key) }
};

const vz_body_t  vz_ssh_keys_form = vz_body("Key", vz_ssh_keys_members);


static const vz_sql_t  vz_ssh_keys_sql_add = vz_sql("key insert",
    "INSERT INTO user_key (user_id, name, type, body, fingerprint)"
    " SELECT u.id, ?, ?, ?, ? FROM user u WHERE u.id = ?"
    " AND (SELECT COUNT(*) FROM user_key k WHERE k.user_id = u.id) < ?");

static const vz_sql_t  vz_ssh_keys_sql_find = vz_sql("own key",
    "SELECT fingerprint FROM user_key WHERE id = ? AND user_id = ?");

static const vz_sql_t  vz_ssh_keys_sql_user = vz_sql("user of keys",
    "SELECT id FROM user WHERE id = ?");

static const vz_sql_t  vz_ssh_keys_sql_used = vz_sql("key used",
    "SELECT v.name FROM vm_key k JOIN vm v ON v.id = k.vm_id"
    " WHERE k.key_id = ? ORDER BY v.id LIMIT 1");

static const vz_sql_t  vz_ssh_keys_sql_end = vz_sql("key delete",
    "DELETE FROM user_key WHERE id = ? AND user_id = ?");


void
vz_ssh_keys_list(vz_call_t *call)
{
    vz_resource_list(call, &vz_ssh_keys_resource,
                     vz_binds(vz_int(call->who.user)));
}


void
vz_ssh_keys_of(vz_call_t *call)
{
    uint64_t   user;
    vz_rows_t  rows;

    if (vz_route_id(call, 0, &user) == VZ_OK
        && vz_route_row(call, &vz_ssh_keys_sql_user, vz_binds(vz_int(user)),
                        &rows)
           == VZ_OK)
    {
        vz_resource_list(call, &vz_ssh_keys_resource,
                         vz_binds(vz_int(user)));
    }
}


void
vz_ssh_keys_add(vz_call_t *call)
{
    vz_code_e            rc;
    ngx_str_t            type;
    vz_json_t           *out;
    vz_ssh_keys_new_t    new;
    vz_ssh_keys_body_t   body;

    if (vz_ssh_keys_read(call, &body, &new.key) != VZ_OK) {
        return;
    }

    new.name = body.name;

    rc = vz_user_change(call, call->who.user, "key.make", &new.object,
                        vz_ssh_keys_insert, &new);

    if (rc == VZ_NOSPACE) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "too_many_keys",
                        "You have %d keys, which is the maximum: delete one "
                        "first.", VZ_SSH_KEY_MOST);
        return;
    }

    if (rc == VZ_DUPLICATE) {
        vz_call_invalid(call, "key", "exists", "is one of your keys already");
        vz_call_refuse(call);
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    type = vz_call_printf(call, "%*s", new.key.type_len, new.key.type);
    out = vz_call_reply(call, NGX_HTTP_CREATED);

    vz_json_object(out, NULL);
    vz_json_uint(out, "id", new.id);
    vz_json_text(out, "name", &new.name);
    vz_json_text(out, "type", &type);
    vz_json_text(out, "fingerprint", &new.print);
    vz_json_close(out);
}


static vz_code_e
vz_ssh_keys_read(vz_call_t *call, vz_ssh_keys_body_t *body, vz_ssh_key_t *key)
{
    ngx_memzero(body, sizeof(vz_ssh_keys_body_t));

    if (vz_body_read(call, &vz_ssh_keys_form, body) != VZ_OK) {
        return VZ_RANGE;
    }

    return vz_ssh_keys_take(call, "key", &body->key, key);
}


vz_code_e
vz_ssh_keys_take(vz_call_t *call, const char *member, const ngx_str_t *text,
    vz_ssh_key_t *key)
{
    size_t  len;

    /* a line that was copied with its end */

    for (len = text->len; len > 0; len--) {
        if (text->data[len - 1] != LF && text->data[len - 1] != CR) {
            break;
        }
    }

    if (vz_ssh_key_read((char *) text->data, len, key) == VZ_OK) {
        return VZ_OK;
    }

    vz_call_invalid(call, member, "format", "must be " VZ_SSH_KEY_RULE);
    vz_call_refuse(call);

    return VZ_RANGE;
}


/* the comment behind the key, else its print */

static ngx_str_t
vz_ssh_keys_name(vz_call_t *call, const vz_ssh_key_t *key)
{
    return vz_field_check(VZ_FIELD_LABEL, key->name, key->name_len) == VZ_OK
           ? vz_call_printf(call, "%*s", key->name_len, key->name)
           : vz_call_printf(call, "%*s", (size_t) 12, key->print);
}


/* the user's row is locked, so keys that are added at once are counted, too */

static vz_code_e
vz_ssh_keys_insert(vz_tx_t *tx, vz_call_t *call, void *data)
{
    vz_code_e           rc;
    vz_ssh_keys_new_t  *new = data;

    rc = vz_ssh_keys_store(tx, call, call->who.user, &new->key, &new->name,
                           &new->print, &new->id);

    if (rc == VZ_OK) {
        new->object = vz_call_printf(call, "key %V", &new->print);
    }

    return rc;
}


vz_code_e
vz_ssh_keys_store(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    const vz_ssh_key_t *key, ngx_str_t *name, ngx_str_t *print, uint64_t *id)
{
    vz_code_e  rc;
    ngx_str_t  type, blob;
    vz_rows_t  rows;

    type = vz_call_printf(call, "%*s", key->type_len, key->type);
    blob = vz_call_printf(call, "%*s", key->blob_len, key->blob);
    *print = vz_call_printf(call, "SHA256:%s", key->print);

    if (name->len == 0) {
        *name = vz_ssh_keys_name(call, key);
    }

    rc = vz_db_query(tx, call->pool, &vz_ssh_keys_sql_add,
                     vz_binds(vz_text(*name), vz_text(type), vz_text(blob),
                              vz_text(*print), vz_int(user),
                              vz_int(VZ_SSH_KEY_MOST)),
                     &rows);

    if (rc == VZ_OK) {
        *id = rows.insert_id;
    }

    return rc == VZ_OK && rows.affected == 0 ? VZ_NOSPACE : rc;
}


void
vz_ssh_keys_end(vz_call_t *call)
{
    vz_code_e          rc;
    ngx_str_t          name;
    vz_ssh_keys_end_t  end;

    if (vz_route_id(call, 0, &end.id) != VZ_OK) {
        return;
    }

    rc = vz_user_change(call, call->who.user, "key.end", &end.object,
                        vz_ssh_keys_remove, &end);

    switch (rc) {

    case VZ_OK:
        (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
        return;

    case VZ_NOENT:
        vz_route_absent(call);
        return;

    case VZ_EXISTS:
        name = vz_cell_text(&end.used, 0, 0);
        vz_call_problem(call, NGX_HTTP_CONFLICT, "key_in_use",
                        "The server %V has this key: take it away there "
                        "first.", &name);
        return;

    default:
        vz_call_fault(call, "database", rc);
    }
}


/* VZ_EXISTS where a server has the key: its name is in used */

static vz_code_e
vz_ssh_keys_remove(vz_tx_t *tx, vz_call_t *call, void *data)
{
    ngx_str_t           print;
    vz_code_e           rc;
    vz_rows_t           rows;
    vz_ssh_keys_end_t  *end = data;

    rc = vz_db_query(tx, call->pool, &vz_ssh_keys_sql_find,
                     vz_binds(vz_int(end->id), vz_int(call->who.user)),
                     &rows);

    if (rc == VZ_OK && rows.rows == 0) {
        rc = VZ_NOENT;
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_ssh_keys_sql_used,
                         vz_binds(vz_int(end->id)), &end->used);
    }

    if (rc == VZ_OK && end->used.rows) {
        rc = VZ_EXISTS;
    }

    if (rc == VZ_OK) {
        print = vz_cell_text(&rows, 0, 0);
        end->object = vz_call_printf(call, "key %V", &print);
        rc = vz_db_query(tx, call->pool, &vz_ssh_keys_sql_end,
                         vz_binds(vz_int(end->id), vz_int(call->who.user)),
                         NULL);
    }

    return rc;
}
