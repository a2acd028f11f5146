/*
 * One's own profile.
 */

#include "panel/account/profile.h"
#include "panel/api/edit.h"
#include "panel/api/identity.h"
#include "runtime/call.h"


/* the address that waits to be proven: one of a user at most */

#define VZ_PROFILE_PENDING(what)                                              \
    "(SELECT " what " FROM email_change c WHERE c.user_id = u.id"             \
    " AND c.hash IS NOT NULL AND c.used IS NULL AND c.expires > NOW(3)"       \
    " ORDER BY c.id DESC LIMIT 1)"

#define VZ_PROFILE_OPTIONAL                                                   \
    (VZ_COLUMN_CHANGE | VZ_COLUMN_CLEAR | VZ_COLUMN_NULL)


static const char *const  vz_profile_languages[] = { "es", "en", NULL };

static const char *const  vz_profile_states[] = {
    "unproven", "mailed", "proven", NULL
};

/* as user_list.c has them for administrators, with the same grammars */

static const vz_column_t  vz_profile_columns[] = {
    vz_column("id", INT, 0),
    vz_column("account", TEXT, 0),
    vz_column("first_name", TEXT, VZ_COLUMN_CHANGE, .field = VZ_FIELD_PERSON),
    vz_column("last_name", TEXT, VZ_COLUMN_CHANGE | VZ_COLUMN_CLEAR,
              .field = VZ_FIELD_PERSON),
    vz_column("dni", TEXT, VZ_COLUMN_NULL,
              .sql = "COALESCE(u.document, u.dni)"),
    vz_column("phone", TEXT, VZ_PROFILE_OPTIONAL, .field = VZ_FIELD_PHONE),
    vz_column("address", TEXT, VZ_PROFILE_OPTIONAL, .field = VZ_FIELD_STREET),
    vz_column("province", TEXT, VZ_PROFILE_OPTIONAL,
              .field = VZ_FIELD_PROVINCE),
    vz_column("language", TEXT, VZ_COLUMN_CHANGE, .field = VZ_FIELD_LANGUAGE,
              .words = vz_profile_languages),
    vz_column("email", TEXT, 0),
    vz_column("email_state", TEXT, 0, .words = vz_profile_states),
    vz_column("email_asked", TEXT, VZ_COLUMN_NULL,
              .sql = VZ_PROFILE_PENDING("c.email")),
    vz_column("email_asked_until", TIME, VZ_COLUMN_NULL,
              .sql = VZ_PROFILE_PENDING(
                  "DATE_FORMAT(c.expires, '%Y-%m-%dT%TZ')")),
    vz_column("created", TIME, 0)
};

vz_resource_t  vz_profile_resource = {
    vz_resource("account", "Profile", "user", "u", vz_profile_columns),
    vz_resource_forms(vz_profile_resource, "Profile")
};


void
vz_profile_show(vz_call_t *call)
{
    vz_profile_reply(call, NGX_HTTP_OK);
}


void
vz_profile_reply(vz_call_t *call, ngx_uint_t status)
{
    vz_resource_one(call, &vz_profile_resource, call->who.user, status);
}


void
vz_profile_change(vz_call_t *call)
{
    vz_code_e             rc;
    ngx_str_t             none;
    vz_rows_t             rows;
    vz_bind_t             binds[VZ_COLUMN_MAX * 2 + 1];
    ngx_uint_t            n;
    vz_resource_values_t  values;

    ngx_str_set(&none, "");

    if (vz_resource_read(call, &vz_profile_resource.change, &values)
        != VZ_OK)
    {
        return;
    }

    n = vz_resource_bind(&vz_profile_resource, &values, VZ_COLUMN_CHANGE,
                         binds);
    binds[n++] = vz_int(call->who.user);

    rc = vz_edit_write(call, &vz_profile_resource.sql.update, binds, n,
                       "account.change", none, &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_identity_revoke_user(call->who.user);
    vz_profile_reply(call, NGX_HTTP_OK);
}
