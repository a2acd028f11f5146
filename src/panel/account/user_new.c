/*
 * A new user: what is known of the person, and the row.
 */

#include "panel/account/account_name.h"
#include "panel/account/user_new.h"
#include "panel/api/people.h"
#include "panel/api/strlist.h"
#include "runtime/call.h"
#include "runtime/db_rows.h"


static vz_code_e vz_user_new_try(vz_tx_t *tx, vz_call_t *call,
    vz_user_new_t *user);


static const vz_sql_t  vz_user_new_sql = vz_sql("user insert",
    "INSERT INTO user (account, role, first_name, last_name, dni, document,"
    " email, phone, address, province, language, password, must_change,"
    " email_state, drawn) VALUES (?, COALESCE(?, 'customer'), ?,"
    " COALESCE(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, TRUE, 'mailed', NOW(3))");


void
vz_user_new_dni(vz_call_t *call, vz_user_new_t *user)
{
    char  dni[VZ_DNI_MAX + 1];

    user->document = user->dni;

    if (user->dni.len
        && vz_people_dni((char *) user->dni.data, user->dni.len, dni) == VZ_OK)
    {
        user->dni = vz_call_printf(call, "%s", dni);
    }
}


vz_code_e
vz_user_new_insert(vz_tx_t *tx, vz_call_t *call, vz_user_new_t *user)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    if (user->language.len == 0) {
        ngx_str_set(&user->language, "es");
    }

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
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, call->pool, &vz_user_new_sql,
                     vz_binds(vz_text(user->account), vz_bind_opt(user->role),
                              vz_text(user->first_name),
                              vz_bind_opt(user->last_name),
                              vz_bind_opt(user->dni),
                              vz_bind_opt(user->document),
                              vz_text(user->email), vz_bind_opt(user->phone),
                              vz_bind_opt(user->address),
                              vz_bind_opt(user->province),
                              vz_text(user->language), vz_text(user->hash)),
                     &rows);

    if (rc == VZ_DUPLICATE) {
        user->taken = vz_strlist_is(&rows.key, "dni") ? "dni" : "account";
        return VZ_EXISTS;
    }

    if (rc == VZ_OK) {
        user->id = rows.insert_id;
    }

    return rc;
}
