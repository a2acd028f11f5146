/*
 * API tokens: made with the rights and for the networks that their owner
 * chooses, and listed.
 */

#include "panel/account/token.h"
#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/identity.h"
#include "panel/api/right.h"
#include "panel/api/row_json.h"
#include "panel/api/strlist.h"
#include "runtime/call.h"
#include "runtime/crypt.h"


#define VZ_TOKENS_MAX  20           /* of one person */


static vz_bind_t *vz_token_value(vz_resource_values_t *values,
    const char *name);
static vz_code_e vz_token_rights(vz_call_t *call,
    vz_resource_values_t *values);
static vz_code_e vz_token_networks(vz_call_t *call,
    vz_resource_values_t *values);
static ngx_str_t vz_token_networks_text(vz_call_t *call,
    const vz_prefix_t *nets, ngx_uint_t n);
static vz_code_e vz_token_add(vz_call_t *call, vz_resource_values_t *values,
    uint64_t *id);
static void vz_token_reply(vz_call_t *call, vz_resource_values_t *values,
    uint64_t id, const ngx_str_t *secret);


static const char *const  vz_token_scopes[] = { "read", "write", NULL };

/* a scope is short for rights, and of a token it tells whether they change
   anything */

static const vz_column_t  vz_token_columns[] = {
    vz_column("id", INT, 0),
    vz_column("name", TEXT, VZ_COLUMN_CREATE | VZ_COLUMN_NEEDED,
              .field = VZ_FIELD_LABEL),
    vz_column("scope", TEXT, VZ_COLUMN_CREATE | VZ_COLUMN_MEANT,
              .field = VZ_FIELD_SCOPE, .words = vz_token_scopes,
              .sql = "IF(k.rights REGEXP '"
                     "power|servers|users|orders|catalog|nodes',"
                     " 'write', 'read')"),
    vz_column("rights", LIST, VZ_COLUMN_CREATE, .field = VZ_FIELD_RIGHT,
              .max = VZ_FIELDS_RIGHT_COUNT, .fresh = "REPLACE(?, ' ', ',')",
              .sql = "REPLACE(k.rights, ',', ' ')"),
    vz_column("networks", LIST, VZ_COLUMN_CREATE, .field = VZ_FIELD_NETWORK,
              .max = VZ_IDENTITY_NETWORKS),
    vz_column("days", INT, VZ_COLUMN_CREATE | VZ_COLUMN_FORM, .min = 1,
              .max = 3650),
    vz_column("created", TIME, 0),
    vz_column("seen", TIME, VZ_COLUMN_NULL),
    vz_column("seen_from", TEXT, VZ_COLUMN_NULL),
    vz_column("expires", TIME, VZ_COLUMN_NULL,
              .fresh = "UTC_TIMESTAMP(3) + INTERVAL ? DAY"),
    vz_column("hash", TEXT, VZ_COLUMN_CREATE | VZ_COLUMN_STORED),
    vz_column("user_id", INT, VZ_COLUMN_CREATE | VZ_COLUMN_STORED)
};

vz_resource_t  vz_token_resource = {
    vz_resource("token", "Token", "token", "k", vz_token_columns),
    vz_resource_forms(vz_token_resource, "Token"),
    .rest = "WHERE k.user_id = ? ORDER BY k.id DESC LIMIT 200",
    .most = VZ_TOKENS_MAX,
    .most_of = "user_id"
};


void
vz_token_list(vz_call_t *call)
{
    vz_resource_list(call, &vz_token_resource,
                     vz_binds(vz_int(call->who.user)));
}


static vz_bind_t *
vz_token_value(vz_resource_values_t *values, const char *name)
{
    return vz_resource_value(&vz_token_resource, values, name);
}


void
vz_token_make(vz_call_t *call)
{
    u_char                digest[32];
    uint64_t              id;
    vz_code_e             rc;
    ngx_str_t             secret, hash;
    vz_resource_values_t  values;

    if (vz_resource_read(call, &vz_token_resource.create, &values) != VZ_OK
        || vz_token_rights(call, &values) != VZ_OK
        || vz_token_networks(call, &values) != VZ_OK)
    {
        return;
    }

    if (vz_crypt_random_hex(call->pool, 32, &secret) != NGX_OK) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    vz_crypt_sha256(secret.data, secret.len, digest);
    hash.data = digest;
    hash.len = sizeof(digest);

    *vz_token_value(&values, "hash") = vz_text(hash);
    *vz_token_value(&values, "user_id") = vz_int(call->who.user);

    rc = vz_token_add(call, &values, &id);

    if (rc == VZ_OK) {
        vz_token_reply(call, &values, id, &secret);

    } else if (rc == VZ_NOSPACE) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "too_many_tokens",
                        "You have %d tokens, which is the maximum: revoke "
                        "one first.",
                        VZ_TOKENS_MAX);
    } else {
        vz_call_fault(call, "database", rc);
    }
}


/* Nobody gives a right that the own role has not. */

static vz_code_e
vz_token_rights(vz_call_t *call, vz_resource_values_t *values)
{
    ngx_str_t   list;
    ngx_uint_t  may, rights;
    vz_bind_t  *scope;

    scope = vz_token_value(values, "scope");
    list = vz_token_value(values, "rights")->text;
    may = call->who.admin ? VZ_RIGHT_ALL : VZ_RIGHT_CUSTOMER;

    if (list.len && scope->text.len) {
        vz_call_invalid(call, "scope", "exclusive",
                        "is short for rights: leave it out beside them");
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    rights = list.len ? vz_right_read(list)
             : may & (vz_strlist_is(&scope->text, "write") ? VZ_RIGHT_ALL
                                                           : VZ_RIGHT_LOOK);

    if (rights & ~may) {
        vz_call_invalid(call, "rights", "role",
                        "has rights of administrators only");
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    list = vz_right_list(call->pool, rights);

    if (list.len == 0) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return VZ_INTERNAL;
    }

    vz_resource_set(&vz_token_resource, values, "rights", list);

    return VZ_OK;
}


/* As they are: without bits of a host, with their prefix, each once. */

static vz_code_e
vz_token_networks(vz_call_t *call, vz_resource_values_t *values)
{
    ngx_str_t    list;
    ngx_uint_t   i, n;
    vz_prefix_t  nets[VZ_IDENTITY_NETWORKS];

    list = vz_token_value(values, "networks")->text;
    n = vz_prefix_parse_all(list, nets, VZ_IDENTITY_NETWORKS);

    for (i = 0; i < n; i++) {
        if (nets[i].family == 0 || vz_prefix_mapped(&nets[i])) {
            vz_call_invalid(call, "networks", "format",
                            "has IPv4 written as IPv6: write it as IPv4");
            vz_call_refuse(call);
            return VZ_RANGE;
        }
    }

    if (n) {
        list = vz_token_networks_text(call, nets, n);

        if (list.len == 0) {
            vz_call_fault(call, "panel", VZ_INTERNAL);
            return VZ_INTERNAL;
        }

        vz_resource_set(&vz_token_resource, values, "networks", list);
    }

    return VZ_OK;
}


static ngx_str_t
vz_token_networks_text(vz_call_t *call, const vz_prefix_t *nets, ngx_uint_t n)
{
    ngx_str_t   list, one;
    ngx_uint_t  i;

    ngx_str_set(&list, "");

    for (i = 0; i < n; i++) {
        one = vz_prefix_address(call->pool, &nets[i]);
        one = vz_call_printf(call, "%V/%d", &one, (int) nets[i].prefix);

        if (!vz_strlist_has(list, ' ', &one)) {
            list = vz_call_printf(call, "%V%s%V", &list, list.len ? " " : "",
                                  &one);
        }
    }

    return list;
}


/* with the row held: those made at once are counted, too */

static vz_code_e
vz_token_add(vz_call_t *call, vz_resource_values_t *values, uint64_t *id)
{
    int64_t      days;
    vz_tx_t     *tx;
    vz_code_e    rc;
    vz_rows_t    rows;
    vz_bind_t    binds[VZ_COLUMN_MAX * 2 + 1];
    ngx_uint_t   n;

    *id = 0;
    days = vz_token_value(values, "days")->number;

    if (days) {
        *vz_token_value(values, "expires") = vz_int(days);
    }

    n = vz_resource_bind(&vz_token_resource, values, VZ_COLUMN_CREATE, binds);
    binds[n++] = vz_int(call->who.user);

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_auth_hold(tx, call->pool, call->who.user);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_token_resource.sql.insert, binds,
                         n, &rows);
    }

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_NOSPACE;
    }

    if (rc == VZ_OK) {
        *id = rows.insert_id;
        rc = vz_audit_with(tx, call, "token.make",
                           vz_call_printf(call, "token %uL", *id),
                           vz_token_value(values, "rights")->text);
    }

    return vz_db_end(tx, rc);
}


static void
vz_token_reply(vz_call_t *call, vz_resource_values_t *values, uint64_t id,
    const ngx_str_t *secret)
{
    ngx_str_t    shown, rights;
    vz_json_t   *out;
    ngx_uint_t   looks;

    shown = vz_call_printf(call, "vzp_%V", secret);
    rights = vz_token_value(values, "rights")->text;
    looks = (vz_right_read(rights) & ~VZ_RIGHT_LOOK) == 0;

    out = vz_call_reply(call, NGX_HTTP_CREATED);

    vz_json_object(out, NULL);
    vz_json_uint(out, "id", id);
    vz_json_text(out, "name", &vz_token_value(values, "name")->text);
    vz_json_cstr(out, "scope", looks ? "read" : "write");
    vz_row_json_words(out, "rights", rights);
    vz_row_json_words(out, "networks",
                      vz_token_value(values, "networks")->text);
    vz_json_text(out, "token", &shown);
    vz_json_close(out);
}
