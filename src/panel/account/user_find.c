/*
 * Looking a user up by what people type: an account or an address of mail.
 */

#include "panel/account/user_find.h"
#include "runtime/db_rows.h"


static ngx_uint_t vz_user_find_plain(const ngx_str_t *text);
static void vz_user_find_read(const vz_rows_t *rows, ngx_uint_t row,
    vz_user_t *user);


#define VZ_USER_FIND_COLUMNS                                                  \
    "SELECT id, account, first_name,"                                         \
    " TRIM(CONCAT(first_name, ' ', last_name)), email, language, password,"   \
    " role = 'admin', must_change, locked,"                                   \
    " COALESCE(drawn < NOW(3) - INTERVAL " VZ_USER_FIND_UNUSED " DAY, FALSE)" \
    " FROM user WHERE "

static const vz_sql_t  vz_user_find_login[] = {
    vz_sql("user by account", VZ_USER_FIND_COLUMNS "account = ?"),
    vz_sql("user by email",
           VZ_USER_FIND_COLUMNS "email = ? AND email_state <> 'unproven'"
           " ORDER BY email_state = 'proven' DESC, id LIMIT 4")
};

static const vz_sql_t  vz_user_find_link[] = {
    vz_sql("reset account", VZ_USER_FIND_COLUMNS "NOT locked AND account = ?"),
    vz_sql("reset by email",
           VZ_USER_FIND_COLUMNS "NOT locked AND email = ?"
           " ORDER BY email_state DESC, id LIMIT 4")
};


vz_code_e
vz_user_find(ngx_pool_t *pool, const ngx_str_t *text, vz_user_find_e purpose,
    vz_users_t *found)
{
    vz_code_e        rc;
    vz_rows_t        rows;
    const vz_sql_t  *sql;

    ngx_memzero(found, sizeof(vz_users_t));

    if (!vz_user_find_plain(text)) {
        return VZ_OK;
    }

    sql = purpose == VZ_USER_FIND_LOGIN ? vz_user_find_login
                                        : vz_user_find_link;

    sql += ngx_strlchr(text->data, text->data + text->len, '@') != NULL;

    rc = vz_db_query(NULL, pool, sql, vz_binds(vz_text(*text)), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    for ( /* void */ ;
         found->n < rows.rows && found->n < VZ_USER_FIND_MOST;
         found->n++)
    {
        vz_user_find_read(&rows, found->n, &found->users[found->n]);
    }

    return VZ_OK;
}


/* names are ASCII: for others the database would look at row by row */

static ngx_uint_t
vz_user_find_plain(const ngx_str_t *text)
{
    ngx_uint_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] <= ' ' || text->data[i] > '~') {
            return 0;
        }
    }

    return 1;
}


static void
vz_user_find_read(const vz_rows_t *rows, ngx_uint_t row, vz_user_t *user)
{
    user->id = vz_cell_int(rows, row, 0);
    user->account = vz_cell_text(rows, row, 1);
    user->first_name = vz_cell_text(rows, row, 2);
    user->name = vz_cell_text(rows, row, 3);
    user->email = vz_cell_text(rows, row, 4);
    user->language = vz_cell_text(rows, row, 5);
    user->hash = vz_cell_text(rows, row, 6);
    user->admin = vz_cell_int(rows, row, 7) != 0;
    user->must_change = vz_cell_int(rows, row, 8) != 0;
    user->locked = vz_cell_int(rows, row, 9) != 0;
    user->expired = vz_cell_int(rows, row, 10) != 0;
}
