/*
 * What the owner of an account is told by mail.
 */

#include "panel/account/account_mail.h"
#include "panel/account/agent.h"
#include "runtime/row.h"
#include "runtime/settings.h"


#define VZ_ACCOUNT_MAIL_OWN  5      /* members that each has */


static ngx_str_t vz_account_mail_when(vz_call_t *call);


static const vz_sql_t  vz_account_mail_sql = vz_sql("account mail to",
    "SELECT u.first_name, u.account, u.email, u.language,"
    " (SELECT COUNT(*) FROM mail m WHERE m.user_id = u.id"
    "  AND m.template = ? AND m.created > NOW(3) - INTERVAL 1 HOUR) AS lately"
    " FROM user u WHERE u.id = ?");


vz_code_e
vz_account_mail(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    const char *template)
{
    return vz_account_mail_to(tx, call, user, template, NULL, NULL, 0);
}


vz_code_e
vz_account_mail_to(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    const char *template, const ngx_str_t *to, const vz_mail_member_t *more,
    ngx_uint_t n)
{
    ngx_str_t         email, language;
    vz_code_e         rc;
    vz_rows_t         rows;
    vz_mail_member_t  members[VZ_ACCOUNT_MAIL_OWN + VZ_ACCOUNT_MAIL_MORE];

    rc = vz_db_query(tx, call->pool, &vz_account_mail_sql,
                     vz_binds(vz_bind_cstr(template), vz_int(user)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc;
    }

    if (to == NULL && vz_row_int(&rows, 0, "lately") >= VZ_ACCOUNT_MAIL_HOUR) {
        return VZ_OK;
    }

    email = to != NULL ? *to : vz_row_text(&rows, 0, "email");
    language = vz_row_text(&rows, 0, "language");

    members[0].name = "first_name";
    members[0].value = vz_row_text(&rows, 0, "first_name");
    members[1].name = "account";
    members[1].value = vz_row_text(&rows, 0, "account");
    members[2].name = "when";
    members[2].value = vz_account_mail_when(call);
    members[3].name = "remote";
    members[3].value = call->who.user == 0 || call->who.user == user
                       ? call->remote : vz_settings()->brand;
    members[4].name = "browser";
    members[4].value = vz_account_mail_browser(call);

    ngx_memcpy(members + VZ_ACCOUNT_MAIL_OWN, more,
               n * sizeof(vz_mail_member_t));

    return vz_mail_queue(tx, call->pool, user, &email, template, &language,
                         members, VZ_ACCOUNT_MAIL_OWN + n);
}


static ngx_str_t
vz_account_mail_when(vz_call_t *call)
{
    ngx_tm_t  tm;

    ngx_gmtime(ngx_time(), &tm);

    return vz_call_printf(call, "%d-%02d-%02d %02d:%02d UTC", tm.ngx_tm_year,
                          tm.ngx_tm_mon, tm.ngx_tm_mday, tm.ngx_tm_hour,
                          tm.ngx_tm_min);
}


ngx_str_t
vz_account_mail_browser(vz_call_t *call)
{
    char  words[VZ_AGENT_MAX];

    vz_agent_words((char *) call->user_agent.data, call->user_agent.len,
                   words);

    return vz_call_printf(call, "%s", words);
}
