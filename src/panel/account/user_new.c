/*
 * A new user: what is known of the person, and the row.
 */

#include "panel/account/account_name.h"
#include "panel/account/user_list.h"
#include "panel/account/user_new.h"
#include "panel/api/people.h"
#include "panel/api/strlist.h"
#include "runtime/call.h"


static ngx_str_t vz_user_new_text(vz_user_new_t *user, const char *name);
static void vz_user_new_set(vz_user_new_t *user, const char *name,
    ngx_str_t text);
static vz_code_e vz_user_new_try(vz_tx_t *tx, vz_call_t *call,
    vz_user_new_t *user);


void
vz_user_new_read(vz_call_t *call, vz_user_new_t *user)
{
    char  dni[VZ_DNI_MAX + 1];

    user->wished = vz_user_new_text(user, "account");
    user->role = vz_user_new_text(user, "role");
    user->first_name = vz_user_new_text(user, "first_name");
    user->last_name = vz_user_new_text(user, "last_name");
    user->dni = vz_user_new_text(user, "dni");
    user->email = vz_user_new_text(user, "email");
    user->language = vz_user_new_text(user, "language");

    vz_user_new_set(user, "document", user->dni);
    *vz_resource_clear(&vz_user_list_resource, &user->values, "document") =
        *vz_resource_clear(&vz_user_list_resource, &user->values, "dni");

    if (user->dni.len
        && vz_people_dni((char *) user->dni.data, user->dni.len, dni) == VZ_OK)
    {
        user->dni = vz_call_printf(call, "%s", dni);
        vz_user_new_set(user, "dni", user->dni);
    }
}


static ngx_str_t
vz_user_new_text(vz_user_new_t *user, const char *name)
{
    return vz_resource_value(&vz_user_list_resource, &user->values, name)
           ->text;
}


static void
vz_user_new_set(vz_user_new_t *user, const char *name, ngx_str_t text)
{
    vz_resource_set(&vz_user_list_resource, &user->values, name, text);
}


vz_code_e
vz_user_new_insert(vz_tx_t *tx, vz_call_t *call, vz_user_new_t *user)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    if (user->language.len == 0) {
        ngx_str_set(&user->language, "es");
    }

    if (user->role.len == 0) {
        ngx_str_set(&user->role, "customer");
    }

    vz_user_new_set(user, "language", user->language);
    vz_user_new_set(user, "role", user->role);
    vz_user_new_set(user, "password", user->hash);

    if (user->wished.len) {
        user->account = user->wished;
        return vz_user_new_try(tx, call, user);
    }

    for (i = 0; i < VZ_ACCOUNT_NAME_TRIES; i++) {
        user->account = vz_account_name_try(call->pool, &user->first_name,
                                            &user->last_name, i);

        rc = vz_user_new_try(tx, call, user);

        if (rc != VZ_EXISTS || ngx_strcmp(user->taken, "account") != 0) {
            return rc;
        }
    }

    return VZ_CONFLICT;
}


static vz_code_e
vz_user_new_try(vz_tx_t *tx, vz_call_t *call, vz_user_new_t *user)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_bind_t   binds[VZ_COLUMN_MAX * 2];
    ngx_uint_t  n;

    vz_user_new_set(user, "account", user->account);

    n = vz_resource_bind(&vz_user_list_resource, &user->values,
                         VZ_COLUMN_CREATE, binds);

    rc = vz_db_query(tx, call->pool, &vz_user_list_resource.sql.insert, binds,
                     n, &rows);

    if (rc == VZ_DUPLICATE) {
        user->taken = vz_strlist_is(&rows.key, "dni") ? "dni" : "account";
        return VZ_EXISTS;
    }

    if (rc == VZ_OK) {
        user->id = rows.insert_id;
    }

    return rc;
}
