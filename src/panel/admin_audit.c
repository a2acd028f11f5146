/*
 * GET /api/admin/audit: who did what.
 */

#include "admin.h"
#include "../wire/field.h"


static vz_code_e vz_admin_action(vz_call_t *call, ngx_str_t *like);
static vz_code_e vz_admin_who(vz_call_t *call, ngx_str_t *account,
    uint64_t *id);
static void vz_admin_audit_row(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row);


static const vz_sql_t  vz_audit_rows = vz_sql("audit",
    "SELECT a.id, CONCAT(LEFT(DATE_FORMAT(a.at, '%Y-%m-%dT%T.%f'), 23), 'Z'),"
    " a.user_id, a.account, a.action, a.object, a.remote, a.result, a.detail"
    " FROM audit a WHERE (? = 0 OR a.id < ?)"
    " AND (? = '' OR a.account = ? OR a.user_id = ?)"
    " AND (? = '' OR a.action LIKE ?)"
    " AND (? = '' OR a.at >= ?) AND (? = '' OR a.at <= ?)"
    " AND (? = '' OR a.account LIKE ? OR a.object LIKE ? OR a.detail LIKE ?"
    "  OR " vz_arg_like("a.remote") " OR " vz_arg_like("a.result") ")"
    " ORDER BY a.id DESC LIMIT ?");


void
vz_admin_audit_list(vz_call_t *call)
{
    uint64_t          before, user, last;
    vz_code_e         rc;
    ngx_str_t         action, account, from, to;
    vz_rows_t         rows;
    vz_bind_t         like;
    vz_json_t        *out;
    ngx_uint_t        i, limit;
    vz_arg_search_t   search;

    before = 0;

    (void) vz_arg_limit(call, &limit);
    (void) vz_arg_number(call, "cursor", INT64_MAX, &before);
    (void) vz_arg_search(call, &search);
    (void) vz_arg_time(call, "from", 0, &from);
    (void) vz_arg_time(call, "to", 1, &to);
    (void) vz_admin_action(call, &action);
    (void) vz_admin_who(call, &account, &user);

    if (call->nerrors) {
        vz_call_refuse(call);
        return;
    }

    like = vz_text(search.like);

    rc = vz_db_query(NULL, call->pool, &vz_audit_rows,
                     vz_binds(vz_int(before), vz_int(before),
                              vz_text(account), vz_text(account),
                              vz_int(user), vz_text(action), vz_text(action),
                              vz_text(from), vz_opt(from), vz_text(to),
                              vz_opt(to), vz_text(search.q), like, like, like,
                              like, like, vz_int(limit + 1)),
                     &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);
    last = 0;

    vz_json_object(out, NULL);
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows && i < limit; i++) {
        vz_admin_audit_row(out, &rows, i);
        last = vz_cell_int(&rows, i, 0);
    }

    vz_admin_page(out, rows.rows > limit ? last : 0);
}


/* "user." finds every action on users, "user.make" that one */

static vz_code_e
vz_admin_action(vz_call_t *call, ngx_str_t *like)
{
    ngx_str_t   text;
    ngx_uint_t  i;

    ngx_str_set(like, "");
    text = vz_call_arg(call, "action");

    for (i = 0; i < text.len; i++) {
        if (text.data[i] != '.' && (text.data[i] < 'a' || text.data[i] > 'z'))
        {
            return vz_arg_broken(call, "action",
                                 "small letters and points, like user.make");
        }
    }

    if (text.len) {
        *like = vz_call_printf(call, "%V%%", &text);
    }

    return VZ_OK;
}


static vz_code_e
vz_admin_who(vz_call_t *call, ngx_str_t *account, uint64_t *id)
{
    ngx_str_t  text;

    *id = 0;
    ngx_str_set(account, "");

    text = vz_call_arg(call, "user");
    if (text.len == 0) {
        return VZ_OK;
    }

    *account = text;

    if (vz_field_number((char *) text.data, text.len, INT64_MAX, id) == VZ_OK
        || vz_field_check(VZ_FIELD_ACCOUNT, (char *) text.data, text.len)
           == VZ_OK)
    {
        return VZ_OK;
    }

    return vz_arg_broken(call, "user", "an account, or the id of a user");
}


static void
vz_admin_audit_row(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t row)
{
    ngx_uint_t          i;
    ngx_str_t           text;
    static const char  *names[] = {
        "account", "action", "object", "remote", "result", "detail"
    };

    vz_json_object(out, NULL);
    vz_json_int(out, "id", vz_cell_int(rows, row, 0));

    text = vz_cell_text(rows, row, 1);
    vz_json_text(out, "at", &text);

    if (vz_cell_null(rows, row, 2)) {
        vz_json_null(out, "user");
    } else {
        vz_json_int(out, "user", vz_cell_int(rows, row, 2));
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        text = vz_cell_text(rows, row, 3 + i);
        vz_json_text(out, names[i], &text);
    }

    vz_json_close(out);
}
