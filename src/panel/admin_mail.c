/*
 * /api/admin/mail: the outbox.  What a mail says is nobody's but its
 * recipient's.
 */

#include "admin.h"


static void vz_outbox_row(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row);
static void vz_outbox_id(vz_json_t *out, const char *key,
    const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t column);


#define VZ_OUTBOX_SELECT                                                      \
    "SELECT m.id, m.user_id, m.task_id, m.recipient, m.template, m.language," \
    " m.state, m.attempts, " vz_admin_time("m.next_try") ", m.error, "        \
    vz_admin_time("m.created") ", " vz_admin_time("m.sent") " FROM mail m"

static const vz_sql_t  vz_outbox_rows = vz_sql("outbox",
    VZ_OUTBOX_SELECT " WHERE (? = 0 OR m.id < ?) AND (? = '' OR m.state = ?)"
    " AND (? = '' OR m.recipient LIKE ? OR m.error LIKE ?"
    "  OR " vz_arg_like("m.template") ")"
    " ORDER BY m.id DESC LIMIT ?");

static const vz_sql_t  vz_outbox_one = vz_sql("outbox one",
    VZ_OUTBOX_SELECT " WHERE m.id = ?");

/* one that was refused, or that waits after a try */

static const vz_sql_t  vz_outbox_again = vz_sql("outbox again",
    "UPDATE mail SET state = 'queued', attempts = 0, next_try = NOW(3)"
    " WHERE id = ? AND data IS NOT NULL AND (state = 'failed'"
    "  OR (state = 'queued' AND error IS NOT NULL))");


static const char *const  vz_outbox_states[] = {
    "held", "queued", "sent", "failed", NULL
};


void
vz_admin_outbox(vz_call_t *call)
{
    uint64_t          before, last;
    vz_code_e         rc;
    ngx_str_t         state;
    vz_rows_t         rows;
    vz_json_t        *out;
    ngx_uint_t        i, limit;
    vz_arg_search_t   search;

    before = 0;

    (void) vz_arg_limit(call, &limit);
    (void) vz_arg_number(call, "cursor", INT64_MAX, &before);
    (void) vz_arg_search(call, &search);
    (void) vz_arg_word(call, "state", vz_outbox_states,
                       "held, queued, sent or failed", &state);

    if (call->nerrors) {
        vz_call_refuse(call);
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_outbox_rows,
                     vz_binds(vz_int(before), vz_int(before), vz_text(state),
                              vz_text(state), vz_text(search.q),
                              vz_text(search.like), vz_text(search.like),
                              vz_text(search.like), vz_int(limit + 1)),
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
        vz_outbox_row(out, &rows, i);
        last = vz_cell_int(&rows, i, 0);
    }

    vz_admin_page(out, rows.rows > limit ? last : 0);
}


static void
vz_outbox_row(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t row)
{
    vz_json_object(out, NULL);
    vz_outbox_id(out, "id", rows, row, 0);
    vz_outbox_id(out, "user", rows, row, 1);
    vz_outbox_id(out, "task", rows, row, 2);
    vz_json_opt(out, "recipient", vz_cell_text(rows, row, 3));
    vz_json_opt(out, "template", vz_cell_text(rows, row, 4));
    vz_json_opt(out, "language", vz_cell_text(rows, row, 5));
    vz_json_opt(out, "state", vz_cell_text(rows, row, 6));
    vz_json_int(out, "attempts", vz_cell_int(rows, row, 7));
    vz_json_opt(out, "next_try", vz_cell_text(rows, row, 8));
    vz_json_opt(out, "error", vz_cell_text(rows, row, 9));
    vz_json_opt(out, "created", vz_cell_text(rows, row, 10));
    vz_json_opt(out, "sent", vz_cell_text(rows, row, 11));
    vz_json_close(out);
}


static void
vz_outbox_id(vz_json_t *out, const char *key, const vz_rows_t *rows,
    ngx_uint_t row, ngx_uint_t column)
{
    if (vz_cell_null(rows, row, column)) {
        vz_json_null(out, key);
    } else {
        vz_json_int(out, key, vz_cell_int(rows, row, column));
    }
}


void
vz_admin_mail_retry(vz_call_t *call)
{
    uint64_t    id;
    vz_code_e   rc;
    vz_rows_t   changed, rows;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    rc = vz_admin_write(call, &vz_outbox_again, vz_binds(vz_int(id)),
                        "mail.retry", vz_call_printf(call, "mail %uL", id),
                        &changed);

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, call->pool, &vz_outbox_one,
                         vz_binds(vz_int(id)), &rows);
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (rows.rows == 0) {
        vz_route_absent(call);
        return;
    }

    if (changed.affected == 0) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "not_possible",
                        "Only a mail that could not be delivered can be "
                        "sent again.");
        return;
    }

    vz_outbox_row(vz_call_reply(call, NGX_HTTP_OK), &rows, 0);
}
