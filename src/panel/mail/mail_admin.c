/*
 * /api/admin/mail: the outbox.  The text of a mail is shown to nobody but its
 * recipient.
 */

#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/mail/mail_admin.h"
#include "runtime/call.h"


#define VZ_OUTBOX_SELECT                                                      \
    "SELECT m.id, m.user_id, m.task_id, m.recipient, m.template, m.language," \
    " m.state, m.attempts, " vz_row_json_time("m.next_try") ", m.error, "     \
    vz_row_json_time("m.created") ", " vz_row_json_time("m.sent") ", "        \
    vz_row_json_time("m.reported") " FROM mail m"

static const vz_sql_t  vz_outbox_rows = vz_sql("outbox",
    VZ_OUTBOX_SELECT " WHERE (? IS NULL OR m.id < ?)"
    " AND (? IS NULL OR m.state = ?)"
    " AND (? IS NULL OR m.recipient LIKE ? OR m.error LIKE ?"
    "  OR " vz_query_like("m.template") ")"
    " ORDER BY m.id DESC LIMIT ?");

static const vz_sql_t  vz_outbox_one = vz_sql("outbox one",
    VZ_OUTBOX_SELECT " WHERE m.id = ?");

/*
 * One that was refused, or that waits after a try: to the address of today,
 * which its password proves then, where no other was drawn since.
 */

static const vz_sql_t  vz_outbox_again = vz_sql("outbox again",
    "UPDATE mail m LEFT JOIN user u ON u.id = m.user_id"
    " SET m.state = 'queued', m.attempts = 0, m.next_try = NOW(3),"
    "  m.recipient = COALESCE(u.email, m.recipient),"
    "  u.email_state = IF(u.email_state = 'unproven' AND u.drawn <= m.created"
    "   AND m.template IN ('credentials', 'account', 'reset'), 'mailed',"
    "   u.email_state)"
    " WHERE m.id = ? AND m.data IS NOT NULL AND (m.state = 'failed'"
    "  OR (m.state = 'queued' AND m.error IS NOT NULL))");


static const char *const  vz_outbox_states[] = {
    "held", "queued", "sent", "failed", "bounced", NULL
};


static const vz_query_t  vz_outbox_arg[] = {
    { "cursor", VZ_QUERY_CURSOR, 2, NULL },
    { "state", VZ_QUERY_WORD, 2, vz_outbox_states },
    { "q", VZ_QUERY_SEARCH, 4, NULL },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_mail_admin_args = vz_query_args(vz_outbox_arg);

static const vz_row_json_member_t  vz_outbox_cells[] = {
    { "id", VZ_ROW_JSON_INT },
    { "user", VZ_ROW_JSON_INT },
    { "task", VZ_ROW_JSON_INT },
    { "recipient", VZ_ROW_JSON_OPT },
    { "template", VZ_ROW_JSON_OPT },
    { "language", VZ_ROW_JSON_OPT },
    { "state", VZ_ROW_JSON_OPT },
    { "attempts", VZ_ROW_JSON_INT },
    { "next_try", VZ_ROW_JSON_OPT },
    { "error", VZ_ROW_JSON_OPT },
    { "created", VZ_ROW_JSON_OPT },
    { "sent", VZ_ROW_JSON_OPT },
    { "reported", VZ_ROW_JSON_OPT }
};

static const vz_row_json_t  vz_outbox_shape = vz_row_json(vz_outbox_cells);

static const vz_listing_t  vz_outbox_listing = {
    &vz_outbox_rows, &vz_outbox_one, &vz_mail_admin_args, &vz_outbox_shape,
    NULL
};


void
vz_mail_admin_list(vz_call_t *call)
{
    vz_listing_call(call, &vz_outbox_listing, vz_no_binds);
}


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
        vz_listing_one(call, &vz_outbox_listing, vz_binds(vz_int(id)),
                       NGX_HTTP_OK);
        return;
    }

    if (vz_route_row(call, &vz_outbox_one, vz_binds(vz_int(id)), &rows)
        == VZ_OK)
    {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "not_possible",
                        "Only a mail that could not be delivered can be "
                        "sent again.");
    }
}
