/*
 * /api/admin/mail: the outbox.  The text of a mail is shown to nobody but its
 * recipient.
 */

#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/mail/mail_admin.h"
#include "runtime/call.h"


/*
 * One that was refused, or that waits after a try: to the address of today,
 * which its password proves then, where no other was drawn since.
 */

static const vz_sql_t  vz_outbox_again = vz_sql("outbox again",
    "UPDATE mail m LEFT JOIN user u ON u.id = m.user_id"
    " SET m.state = 'queued', m.attempts = 0, m.next_try = NOW(3),"
    "  m.recipient = IF(m.template LIKE 'email%', m.recipient,"
    "   COALESCE(u.email, m.recipient)),"
    "  u.email_state = IF(u.email_state = 'unproven' AND u.drawn <= m.created"
    "   AND m.template IN ('credentials', 'account', 'reset'), 'mailed',"
    "   u.email_state)"
    " WHERE m.id = ? AND m.data IS NOT NULL AND (m.state = 'failed'"
    "  OR (m.state = 'queued' AND m.error IS NOT NULL))");


static const char *const  vz_outbox_languages[] = { "es", "en", NULL };

static const char *const  vz_outbox_states[] = {
    "held", "queued", "sent", "failed", "bounced", "cancelled", NULL
};


static const vz_query_t  vz_outbox_arg[] = {
    { "cursor", VZ_QUERY_CURSOR, 2, NULL },
    { "state", VZ_QUERY_WORD, 2, vz_outbox_states },
    { "q", VZ_QUERY_SEARCH, 4, NULL },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_mail_admin_args = vz_query_args(vz_outbox_arg);

static const vz_column_t  vz_outbox_columns[] = {
    vz_column("id", INT, 0),
    vz_column("user", INT, VZ_COLUMN_NULL, .sql = "m.user_id"),
    vz_column("task", INT, VZ_COLUMN_NULL, .sql = "m.task_id"),
    vz_column("recipient", TEXT, 0),
    vz_column("template", TEXT, 0),
    vz_column("language", TEXT, 0, .words = vz_outbox_languages),
    vz_column("state", TEXT, 0, .words = vz_outbox_states),
    vz_column("attempts", INT, 0),
    vz_column("next_try", TIME, VZ_COLUMN_NULL),
    vz_column("error", TEXT, VZ_COLUMN_NULL),
    vz_column("created", TIME, 0),
    vz_column("sent", TIME, VZ_COLUMN_NULL),
    vz_column("reported", TIME, VZ_COLUMN_NULL)
};

vz_resource_t  vz_mail_admin_resource = {
    vz_resource("mail", "Mail", "mail", "m", vz_outbox_columns),
    .rest = "WHERE (? IS NULL OR m.id < ?)"
            " AND (? IS NULL OR m.state = ?)"
            " AND (? IS NULL OR m.recipient LIKE ? OR m.error LIKE ?"
            "  OR " vz_query_like("m.template") ")"
            " ORDER BY m.id DESC LIMIT ?",
    .args = &vz_mail_admin_args
};


void
vz_mail_admin_retry(vz_call_t *call)
{
    uint64_t    id;
    vz_code_e   rc;
    vz_rows_t   rows;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    rc = vz_edit_write(call, &vz_outbox_again, vz_binds(vz_int(id)),
                       "mail.retry", vz_call_printf(call, "mail %uL", id),
                       &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (rows.affected) {
        vz_resource_one(call, &vz_mail_admin_resource, id, NGX_HTTP_OK);
        return;
    }

    if (vz_resource_find(call, &vz_mail_admin_resource, id, &rows) == VZ_OK) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "not_possible",
                        "Only a mail that could not be delivered can be "
                        "resent.");
    }
}
