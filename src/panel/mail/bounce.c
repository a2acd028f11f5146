/*
 * Bounces.
 *
 * The request needs no sign-in: the mail server's pipe would need a secret
 * that allows more than this.  The address is the proof: its MAC is made with
 * a key from the database, so all workers on all hosts agree on it, it
 * survives restarts, and no other secret gets a second use.
 */

#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/api/secret.h"
#include "panel/live/notification.h"
#include "panel/mail/bounce.h"
#include "runtime/call.h"
#include "runtime/report.h"
#include "runtime/settings.h"
#include "runtime/verp.h"


typedef struct {
    const char       *name;             /* in the reply */
    const char       *prefix;           /* of the words that are kept */
    const char       *action;           /* of the audit */
    const vz_sql_t   *sql;              /* NULL: nothing is kept */
    vz_notice_e       notice;
} vz_bounce_t;


static ngx_uint_t vz_bounce_is_message(vz_call_t *call);
static vz_code_e vz_bounce_whose(vz_call_t *call, uint64_t *mail);
static ngx_str_t vz_bounce_words(vz_call_t *call, const vz_bounce_t *bounce,
    const vz_report_t *report);


/*
 * The bounce may arrive before the mail is marked as sent.  A mail that failed
 * since, or that is to be sent again, keeps its state.
 */
static const vz_sql_t  vz_bounce_failed = vz_sql("mail bounced",
    "UPDATE mail SET state = 'bounced', data = NULL, reported = NOW(3),"
    " error = LEFT(CONCAT(IF(? IN ('', recipient), '', CONCAT(?, ': ')), ?),"
    "  255)"
    " WHERE id = ? AND attempts > 0 AND state IN ('queued', 'sent')");

static const vz_sql_t  vz_bounce_note = vz_sql("mail noted",
    "UPDATE mail SET reported = NOW(3),"
    " error = LEFT(CONCAT(IF(? IN ('', recipient), '', CONCAT(?, ': ')), ?),"
    "  255)"
    " WHERE id = ? AND attempts > 0 AND state = 'sent' AND error IS NULL");


static const vz_query_t  vz_bounce_arg[] = {
    { "to", VZ_QUERY_TEXT, 1, NULL }
};

const vz_query_args_t  vz_bounce_args = vz_query_args(vz_bounce_arg);


static const vz_bounce_t  vz_bounces[] = {
    [VZ_REPORT_ANSWER] = { "answered", "answered: ", "mail.answered",
                           &vz_bounce_note, VZ_NOTICE_NONE },
    [VZ_REPORT_AUTO] = { "ignored", "", NULL, NULL, VZ_NOTICE_NONE },
    [VZ_REPORT_DONE] = { "ignored", "", NULL, NULL, VZ_NOTICE_NONE },
    [VZ_REPORT_DELAYED] = { "delayed", "delayed: ", "mail.delayed",
                            &vz_bounce_note, VZ_NOTICE_NONE },
    [VZ_REPORT_FAILED] = { "bounced", "", "mail.bounced", &vz_bounce_failed,
                           VZ_NOTICE_MAIL_BOUNCED }
};


void
vz_bounce_sender(ngx_pool_t *pool, uint64_t mail, ngx_str_t *sender)
{
    const vz_key_t   *key;
    const ngx_str_t  *base;

    ngx_str_null(sender);
    base = &vz_settings()->bounce;

    if (base->len == 0
        || vz_secret_key(pool, VZ_SECRET_BOUNCE, &key) != VZ_OK)
    {
        return;
    }

    sender->data = ngx_pnalloc(pool, VZ_VERP_SIZE);

    if (sender->data != NULL) {
        sender->len = vz_verp_print((char *) sender->data, VZ_VERP_SIZE,
                                    (char *) base->data, base->len, mail,
                                    key);
    }
}


void
vz_bounce_take(vz_call_t *call)
{
    uint64_t             mail;
    vz_code_e            rc;
    ngx_str_t            to, words;
    vz_rows_t            rows;
    vz_json_t           *out;
    vz_report_t          report;
    const vz_bounce_t   *bounce;

    if (!vz_bounce_is_message(call) || vz_bounce_whose(call, &mail) != VZ_OK) {
        return;
    }

    vz_report_read((char *) call->text.data, call->text.len, &report);

    bounce = &vz_bounces[report.kind];
    rows.affected = 0;

    if (bounce->sql != NULL) {
        words = vz_bounce_words(call, bounce, &report);
        to.data = (u_char *) report.recipient;
        to.len = ngx_strlen(report.recipient);

        rc = vz_edit_write(call, bounce->sql,
                           vz_binds(vz_text(to), vz_text(to), vz_text(words),
                                    vz_int(mail)),
                           bounce->action,
                           vz_call_printf(call, "mail %uL", mail), &rows);
        if (rc != VZ_OK) {
            vz_call_fault(call, "database", rc);
            return;
        }

        if (rows.affected) {
            vz_notification_tell(bounce->notice, 0, mail, NULL, &words);
        }
    }

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_uint(out, "mail", mail);
    vz_json_cstr(out, "outcome", bounce->name);
    vz_json_bool(out, "recorded", rows.affected != 0);
    vz_json_close(out);
}


static ngx_uint_t
vz_bounce_is_message(vz_call_t *call)
{
    ngx_str_t  *type;

    static const ngx_str_t  message = ngx_string("message/rfc822");

    type = &call->content_type;

    if (type->len >= message.len
        && ngx_strncasecmp(type->data, message.data, message.len) == 0
        && (type->len == message.len || type->data[message.len] == ';'
            || type->data[message.len] == ' '))
    {
        return 1;
    }

    vz_call_problem(call, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE, "not_message",
                    "Content-Type must be message/rfc822.");
    return 0;
}


/* an address that is not ours is accepted and ignored, forged or not */

static vz_code_e
vz_bounce_whose(vz_call_t *call, uint64_t *mail)
{
    ngx_str_t         to;
    vz_code_e         rc;
    const vz_key_t   *key;
    const ngx_str_t  *base;

    base = &vz_settings()->bounce;
    to = vz_call_arg(call, "to");

    if (to.len == 0) {
        vz_call_invalid(call, "to", "required",
                        "is missing: the address the bounce was sent to");
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    if (base->len == 0) {
        vz_route_absent(call);
        return VZ_NOENT;
    }

    rc = vz_secret_key(call->pool, VZ_SECRET_BOUNCE, &key);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    rc = vz_verp_read((char *) base->data, base->len, (char *) to.data,
                      to.len, key, mail);

    if (rc == VZ_DENIED || rc == VZ_SYNTAX) {
        ngx_log_error(NGX_LOG_INFO, call->log, 0,
                      "vzpanel: a mail came back to no address of ours");
        vz_route_absent(call);

    } else if (rc != VZ_OK) {
        vz_call_fault(call, "panel", rc);
    }

    return rc;
}


static ngx_str_t
vz_bounce_words(vz_call_t *call, const vz_bounce_t *bounce,
    const vz_report_t *report)
{
    if (report->words[0] != '\0') {
        return vz_call_printf(call, "%s%s", bounce->prefix, report->words);
    }

    return vz_call_printf(call, "%s%s", bounce->prefix,
                          report->status[0] != '\0' ? report->status
                                                    : "no reason was given");
}
