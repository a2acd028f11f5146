/*
 * Looking a user up by what people type: an account or an address of mail.
 */

#include "panel/account/user_find.h"
#include "runtime/row.h"


static vz_code_e vz_user_find_by(ngx_pool_t *pool, const vz_sql_t *sql,
    vz_bind_t what, vz_users_t *found);
static ngx_uint_t vz_user_find_plain(const ngx_str_t *text);


#define VZ_USER_FIND_ROW(first, next, of)                                     \
    first(of, id, INT, "id")                                                  \
    next(of, account, TEXT, "account")                                        \
    next(of, first_name, TEXT, "first_name")                                  \
    next(of, name, TEXT, "TRIM(CONCAT(first_name, ' ', last_name))")          \
    next(of, email, TEXT, "email")                                            \
    next(of, language, TEXT, "language")                                      \
    next(of, hash, TEXT, "password")                                          \
    next(of, admin, FLAG, "role = 'admin'")                                   \
    next(of, must_change, FLAG, "must_change")                                \
    next(of, locked, FLAG, "locked")                                          \
    next(of, expired, FLAG,                                                   \
         "drawn < NOW(3) - INTERVAL " VZ_USER_FIND_UNUSED " DAY")             \
    next(of, second_factor, FLAG, "second_factor")

#define VZ_USER_FIND_SELECT                                                   \
    "SELECT " vz_row_sql(VZ_USER_FIND_ROW) " FROM user WHERE "

static const vz_row_member_t  vz_user_find_row[] =
    vz_row_members(VZ_USER_FIND_ROW, vz_user_t);

static const vz_sql_t  vz_user_find_login[] = {
    vz_sql("user by account", VZ_USER_FIND_SELECT "account = ?"),
    vz_sql("user by email",
           VZ_USER_FIND_SELECT "email = ? AND email_state <> 'unproven'"
           " ORDER BY email_state = 'proven' DESC, id LIMIT 4")
};

static const vz_sql_t  vz_user_find_one =
    vz_sql("user by id", VZ_USER_FIND_SELECT "id = ?");

static const vz_sql_t  vz_user_find_link[] = {
    vz_sql("reset account", VZ_USER_FIND_SELECT "NOT locked AND account = ?"),
    vz_sql("reset by email",
           VZ_USER_FIND_SELECT "NOT locked AND email = ?"
           " ORDER BY email_state DESC, id LIMIT 4")
};


vz_code_e
vz_user_find(ngx_pool_t *pool, const ngx_str_t *text, vz_user_find_e purpose,
    vz_users_t *found)
{
    const vz_sql_t  *sql;

    ngx_memzero(found, sizeof(vz_users_t));

    if (!vz_user_find_plain(text)) {
        return VZ_OK;
    }

    sql = purpose == VZ_USER_FIND_LOGIN ? vz_user_find_login
                                        : vz_user_find_link;

    sql += ngx_strlchr(text->data, text->data + text->len, '@') != NULL;

    return vz_user_find_by(pool, sql, vz_text(*text), found);
}


vz_code_e
vz_user_find_id(ngx_pool_t *pool, uint64_t id, vz_users_t *found)
{
    ngx_memzero(found, sizeof(vz_users_t));

    return vz_user_find_by(pool, &vz_user_find_one, vz_int(id), found);
}


static vz_code_e
vz_user_find_by(ngx_pool_t *pool, const vz_sql_t *sql, vz_bind_t what,
    vz_users_t *found)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, pool, sql, vz_binds(what), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    for ( /* void */ ;
         found->n < rows.rows && found->n < VZ_USER_FIND_MOST;
         found->n++)
    {
        vz_row_read(&rows, found->n, 0, vz_user_find_row,
                    &found->users[found->n]);
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
