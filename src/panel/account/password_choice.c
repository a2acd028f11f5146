/*
 * A password that somebody chooses.  The rule reads 60 KB by halves, so it
 * runs in the worker: it takes microseconds, where hashing takes a tenth of a
 * second in a thread.
 */

#include "panel/account/password_choice.h"
#include "panel/account/password_rule.h"
#include "runtime/db.h"
#include "runtime/row.h"
#include "runtime/settings.h"


#define VZ_PASSWORD_CHOICE_LEFT   "8"   /* VZ_PASSWORD_RULE_LEFT */
#define VZ_PASSWORD_CHOICE_WORDS  5


static void vz_password_choice_own(vz_call_t *call, const vz_rows_t *rows,
    vz_password_rule_word_t *words);
static void vz_password_choice_refuse(vz_call_t *call, const char *field,
    vz_password_rule_e rule, const char *what);


/* of the address what stands before its @ */

static const vz_sql_t  vz_password_choice_sql = vz_sql("own words",
    "SELECT CONCAT(first_name, ' ', last_name) AS name, account,"
    " SUBSTRING_INDEX(email, '@', 1) AS email FROM user WHERE id = ?");


static const char *const  vz_password_choice_what[] = {
    "your name", "your account", "your e-mail address", "this site's name",
    "this site's address"
};


vz_code_e
vz_password_choice(vz_call_t *call, const char *field, uint64_t user,
    const ngx_str_t *password)
{
    size_t                   which;
    vz_code_e                rc;
    vz_rows_t                rows;
    vz_password_rule_e       rule;
    vz_password_rule_list_t  list;
    vz_password_rule_word_t  words[VZ_PASSWORD_CHOICE_WORDS];

    rc = vz_db_query(NULL, call->pool, &vz_password_choice_sql,
                     vz_binds(vz_int(user)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    vz_password_choice_own(call, &rows, words);

    list.text = vz_password_choice_text;
    list.size = vz_password_choice_size;
    which = 0;

    rule = vz_password_rule((char *) password->data, password->len, &list,
                            words, VZ_PASSWORD_CHOICE_WORDS, &which);

    if (rule == VZ_PASSWORD_RULE_OK) {
        return VZ_OK;
    }

    vz_password_choice_refuse(call, field, rule,
                              vz_password_choice_what[which]);

    return VZ_DENIED;
}


/* in the order of vz_password_choice_what */

static void
vz_password_choice_own(vz_call_t *call, const vz_rows_t *rows,
    vz_password_rule_word_t *words)
{
    ngx_str_t   texts[VZ_PASSWORD_CHOICE_WORDS];
    ngx_uint_t  i;

    texts[0] = vz_row_text(rows, 0, "name");
    texts[1] = vz_row_text(rows, 0, "account");
    texts[2] = vz_row_text(rows, 0, "email");
    texts[3] = vz_settings()->brand;
    texts[4] = call->host;

    for (i = 0; i < VZ_PASSWORD_CHOICE_WORDS; i++) {
        words[i].data = (char *) texts[i].data;
        words[i].len = texts[i].len;
    }
}


static void
vz_password_choice_refuse(vz_call_t *call, const char *field,
    vz_password_rule_e rule, const char *what)
{
    switch (rule) {

    case VZ_PASSWORD_RULE_SIMPLE:
        vz_call_invalid(call, field, "simple", "has four different characters "
                        "at most; use more");
        break;

    case VZ_PASSWORD_RULE_COMMON:
        vz_call_invalid(call, field, "common", "is one of those that are "
                        "guessed first; use several words or another");
        break;

    default:
        vz_call_invalid(call, field, "own", "has little beside %s; add "
                        VZ_PASSWORD_CHOICE_LEFT " other characters", what);
    }

    vz_call_refuse(call);
}
