/*
 * Mails: rows of the outbox, queued in the transaction that causes them.  A
 * sender that dies between the server's answer and our note of it leaves the
 * mail to another, who sends a copy with the same Message-ID, by which mail
 * programs can tell.
 */

#include "panel/live/notification.h"
#include "panel/mail/bounce.h"
#include "panel/mail/mail.h"
#include "panel/mail/mail_text.h"
#include "panel/mail/outbox.h"
#include "runtime/crypt.h"
#include "runtime/json.h"
#include "runtime/row.h"
#include "runtime/smtp.h"


#define VZ_MAIL_TRIES   40          /* attempts, after which the mail has
                                       failed */
#define VZ_MAIL_FIRST   15          /* seconds until the second try */
#define VZ_MAIL_MOST    3600
#define VZ_MAIL_SURE    60000       /* ms of VZ_MAIL_HAND in which it begins */
#define VZ_MAIL_HAND    "120"       /* seconds one sender may take */


typedef struct {
    uint64_t     id;
    ngx_str_t    recipient;
    ngx_str_t    template;
    ngx_str_t    language;
    ngx_str_t    data;
    ngx_str_t    message_id;
    uint64_t     attempts;
    uint64_t     corrected;         /* container whose order's mail it is,
                                       once more; or 0 */
} vz_mail_row_t;


static vz_code_e vz_mail_load(ngx_pool_t *pool, vz_outbox_item_t *item);
static vz_code_e vz_mail_send(ngx_pool_t *pool, vz_outbox_item_t *item,
    ngx_str_t *words);
static void vz_mail_taken(const vz_outbox_item_t *item, ngx_pool_t *pool);
static void vz_mail_refused(const vz_outbox_item_t *item,
    const ngx_str_t *words);
static void vz_mail_wipe(json_t *data, const ngx_str_t *body);


#define VZ_MAIL_ROW(first, next, of)                                          \
    first(of, id, INT, "id")                                                  \
    next(of, attempts, INT, "attempts")                                       \
    next(of, recipient, TEXT, "recipient")                                    \
    next(of, template, TEXT, "template")                                      \
    next(of, language, TEXT, "language")                                      \
    next(of, data, TEXT, "data")                                              \
    next(of, message_id, TEXT, "message_id")                                  \
    next(of, corrected, INT,                                                  \
         "(SELECT t.vm_id FROM task t WHERE t.id = mail.task_id"              \
         "  AND t.kind = 'credentials')")

#define VZ_MAIL_COLUMNS  vz_row_sql(VZ_MAIL_ROW)

static const vz_row_member_t  vz_mail_members[] =
    vz_row_members(VZ_MAIL_ROW, vz_mail_row_t);

static vz_code_e vz_mail_data(ngx_pool_t *pool,
    const vz_mail_member_t *members, ngx_uint_t n, vz_json_t *json,
    ngx_str_t *data, ngx_str_t *id);


static const vz_sql_t  vz_sql_hold = vz_sql("mail_hold",
    "INSERT INTO mail (user_id, task_id, recipient, template, language, data,"
    " message_id) VALUES (?, ?, ?, ?, ?, ?, ?)");

static const vz_sql_t  vz_sql_queue = vz_sql("mail_queue",
    "INSERT INTO mail (user_id, recipient, template, language, data,"
    " message_id, state, next_try)"
    " VALUES (?, ?, ?, ?, ?, ?, 'queued', NOW(3))");

static const vz_sql_t  vz_sql_tell_failed = vz_sql("mail_failed_task",
    "INSERT INTO mail (user_id, recipient, template, language, data,"
    " message_id, state, next_try)"
    " SELECT u.id, u.email, 'failed', u.language,"
    "  JSON_OBJECT('order', CONCAT(t.id), 'server', t.vm_name,"
    "   'customer', COALESCE(CONCAT_WS(' ', c.first_name, c.last_name), '-'),"
    "   'email', COALESCE(c.email, '-'), 'step', ?, 'code', ?, 'detail', ?),"
    "  LEFT(SHA2(CONCAT(?, ' ', u.id), 256), 32), 'queued', NOW(3)"
    " FROM task t LEFT JOIN user c ON c.id = t.user_id"
    " JOIN user u ON u.role = 'admin' AND NOT u.locked WHERE t.id = ?");

/* each has an id of its own, which none but the panel can guess */
static const vz_sql_t  vz_sql_admins = vz_sql("mail_admins",
    "INSERT INTO mail (user_id, recipient, template, language, data,"
    " message_id, state, next_try)"
    " SELECT u.id, u.email, ?, u.language, ?,"
    "  LEFT(SHA2(CONCAT(?, ' ', u.id), 256), 32), 'queued', NOW(3)"
    " FROM user u WHERE u.role = 'admin' AND NOT u.locked");

static const vz_sql_t  vz_sql_of_task = vz_sql("mail_of_task",
    "SELECT " VZ_MAIL_COLUMNS " FROM mail WHERE task_id = ?");

static const vz_sql_t  vz_sql_one = vz_sql("mail_one",
    "SELECT " VZ_MAIL_COLUMNS " FROM mail WHERE id = ?");

/* a node that was down has thousands of alerts: nobody waits behind them */
static const vz_sql_t  vz_sql_due = vz_sql("mail_due",
    "SELECT id FROM mail WHERE state = 'queued' AND next_try <= NOW(3)"
    " ORDER BY template LIKE 'alert%', next_try LIMIT ?");

static const vz_sql_t  vz_sql_release = vz_sql("mail_release",
    "UPDATE mail SET state = 'queued', next_try = NOW(3) + INTERVAL 5 SECOND"
    " WHERE id = ? AND state = 'held'");

static const vz_sql_t  vz_sql_claim = vz_sql("mail_claim",
    "UPDATE mail SET state = 'queued', attempts = attempts + 1,"
    " next_try = NOW(3) + INTERVAL " VZ_MAIL_HAND " SECOND"
    " WHERE id = ? AND attempts = ? AND state NOT IN ('sent', 'bounced')"
    " AND data IS NOT NULL");

static const vz_sql_t  vz_sql_sent = vz_sql("mail_sent",
    "UPDATE mail SET state = 'sent', sent = NOW(3), data = NULL,"
    " error = NULL WHERE id = ? AND state <> 'bounced'");

/* an order that failed for its address asks for nothing any more */
static const vz_sql_t  vz_sql_unseen = vz_sql("mail_unseen",
    "SELECT id FROM task WHERE vm_id = ? AND unseen = 1"
    " AND kind IN ('order', 'credentials')");

static const vz_sql_t  vz_sql_settle = vz_sql("mail_settle",
    "UPDATE task SET unseen = NULL WHERE id = ? AND unseen = 1");

static const vz_sql_t  vz_sql_again = vz_sql("mail_again",
    "UPDATE mail SET error = ?, next_try = NOW(3) + INTERVAL ? SECOND"
    " WHERE id = ? AND attempts = ? AND state = 'queued'");

static const vz_sql_t  vz_sql_failed = vz_sql("mail_failed",
    "UPDATE mail SET state = 'failed', error = ?"
    " WHERE id = ? AND attempts = ? AND state = 'queued'");

static vz_outbox_t  vz_mail_outbox = {
    &vz_sql_due, &vz_sql_claim, &vz_sql_sent, &vz_sql_again, &vz_sql_failed,
    VZ_MAIL_TRIES, VZ_MAIL_FIRST, VZ_MAIL_MOST, VZ_MAIL_SURE, 0,
    vz_mail_load, vz_mail_send, vz_mail_taken, vz_mail_refused
};


vz_code_e
vz_mail_hold(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user, uint64_t task,
    const ngx_str_t *to, const char *template, const ngx_str_t *language,
    const ngx_str_t *data)
{
    ngx_str_t  id;

    if (vz_crypt_random_hex(pool, 16, &id) != NGX_OK) {
        return VZ_INTERNAL;
    }

    return vz_db_query(tx, pool, &vz_sql_hold,
                       vz_binds(vz_int(user), vz_int(task), vz_text(*to),
                                vz_bind_cstr(template), vz_text(*language),
                                vz_text(*data), vz_text(id)),
                       NULL);
}


/* the members as JSON, and the id of a message; VZ_INTERNAL without memory */

static vz_code_e
vz_mail_data(ngx_pool_t *pool, const vz_mail_member_t *members, ngx_uint_t n,
    vz_json_t *json, ngx_str_t *data, ngx_str_t *id)
{
    ngx_uint_t  i;

    vz_json_init(json, pool);
    vz_json_object(json, NULL);

    for (i = 0; i < n; i++) {
        vz_json_text(json, members[i].name, &members[i].value);
    }

    vz_json_close(json);

    return vz_crypt_random_hex(pool, 16, id) == NGX_OK
           && vz_json_end(json) == NGX_OK
           && vz_json_string(json, data) == NGX_OK ? VZ_OK : VZ_INTERNAL;
}


vz_code_e
vz_mail_admins(vz_tx_t *tx, ngx_pool_t *pool, const char *template,
    const vz_mail_member_t *members, ngx_uint_t n)
{
    vz_code_e  rc;
    ngx_str_t  id, data;
    vz_json_t  json;

    rc = vz_mail_data(pool, members, n, &json, &data, &id);

    return rc == VZ_OK
           ? vz_db_query(tx, pool, &vz_sql_admins,
                         vz_binds(vz_bind_cstr(template), vz_text(data),
                                  vz_text(id)),
                         NULL)
           : rc;
}


vz_code_e
vz_mail_queue(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user,
    const ngx_str_t *to, const char *template, const ngx_str_t *language,
    const vz_mail_member_t *members, ngx_uint_t n)
{
    vz_code_e     rc;
    ngx_str_t     id, data;
    vz_json_t     json;
    ngx_chain_t  *cl;

    rc = vz_mail_data(pool, members, n, &json, &data, &id);

    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_db_query(tx, pool, &vz_sql_queue,
                     vz_binds(user ? vz_int(user) : vz_none(), vz_text(*to),
                              vz_bind_cstr(template), vz_text(*language),
                              vz_text(data), vz_text(id)),
                     NULL);

    ngx_explicit_memzero(data.data, data.len);

    for (cl = json.first; cl != NULL; cl = cl->next) {
        ngx_explicit_memzero(cl->buf->start, cl->buf->last - cl->buf->start);
    }

    return rc;
}


vz_code_e
vz_mail_failed(vz_tx_t *tx, ngx_pool_t *pool, uint64_t task,
    const char *step, const char *code, const ngx_str_t *detail)
{
    ngx_str_t  id;

    if (vz_crypt_random_hex(pool, 16, &id) != NGX_OK) {
        return VZ_INTERNAL;
    }

    return vz_db_query(tx, pool, &vz_sql_tell_failed,
                       vz_binds(vz_bind_cstr(step), vz_bind_cstr(code),
                                vz_text(*detail), vz_text(id), vz_int(task)),
                       NULL);
}


vz_code_e
vz_mail_secret(ngx_pool_t *pool, uint64_t task, const char *member,
    ngx_str_t *value)
{
    json_t         *data, *text;
    ngx_str_t       problem;
    vz_rows_t       rows;
    vz_code_e       rc;
    vz_mail_row_t   row;

    rc = vz_db_query(NULL, pool, &vz_sql_of_task, vz_binds(vz_int(task)),
                     &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_row_read(&rows, 0, 0, vz_mail_members, &row);

    if (row.data.len == 0) {
        return VZ_NOENT;
    }

    data = vz_json_read(pool, &row.data, &problem);
    text = json_object_get(data, member);

    if (!json_is_string(text)) {
        return VZ_NOENT;
    }

    value->data = (u_char *) json_string_value(text);
    value->len = json_string_length(text);

    return VZ_OK;
}


vz_code_e
vz_mail_release(ngx_pool_t *pool, uint64_t task, uint64_t *id)
{
    vz_rows_t       rows;
    vz_code_e       rc;
    vz_mail_row_t   row;

    *id = 0;

    rc = vz_db_query(NULL, pool, &vz_sql_of_task, vz_binds(vz_int(task)),
                     &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc == VZ_OK ? VZ_NOENT : rc;
    }

    vz_row_read(&rows, 0, 0, vz_mail_members, &row);
    *id = row.id;

    if (row.data.len == 0) {                /* sent, and perhaps bounced */
        return VZ_EXISTS;
    }

    return vz_db_query(NULL, pool, &vz_sql_release, vz_binds(vz_int(row.id)),
                       NULL);
}


vz_code_e
vz_mail_deliver(ngx_pool_t *pool, uint64_t task, ngx_str_t *words)
{
    uint64_t   id;
    vz_code_e  rc;

    rc = vz_mail_release(pool, task, &id);

    if (rc == VZ_NOENT) {
        ngx_str_set(words, "no mail was asked for");
        return VZ_OK;
    }

    if (rc == VZ_EXISTS) {
        ngx_str_set(words, "already sent");
        return VZ_OK;
    }

    return rc == VZ_OK ? vz_outbox_deliver(&vz_mail_outbox, pool, id, words)
                       : rc;
}


void
vz_mail_look(ngx_pool_t *pool)
{
    vz_outbox_look(&vz_mail_outbox, pool);
}


static vz_code_e
vz_mail_load(ngx_pool_t *pool, vz_outbox_item_t *item)
{
    vz_rows_t       rows;
    vz_code_e       rc;
    vz_mail_row_t  *row;

    rc = vz_db_query(NULL, pool, &vz_sql_one, vz_binds(vz_int(item->id)),
                     &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc == VZ_OK ? VZ_NOENT : rc;
    }

    row = ngx_palloc(pool, sizeof(vz_mail_row_t));
    if (row == NULL) {
        return VZ_INTERNAL;
    }

    vz_row_read(&rows, 0, 0, vz_mail_members, row);
    item->attempts = row->attempts;
    item->data = row;

    return VZ_OK;
}


static vz_code_e
vz_mail_send(ngx_pool_t *pool, vz_outbox_item_t *item, ngx_str_t *words)
{
    json_t               *data;
    vz_mail_t             mail;
    ngx_str_t             problem;
    vz_code_e             rc;
    const vz_mail_row_t  *row = item->data;

    data = vz_json_read(pool, &row->data, &problem);

    if (data == NULL
        || vz_mail_text(pool, &row->template, &row->language, data,
                        &mail.subject, &mail.body) != NGX_OK)
    {
        ngx_str_set(words, "the mail could not be written");
        return VZ_FAILED;
    }

    vz_bounce_sender(pool, row->id, &mail.sender);
    mail.to = row->recipient;
    mail.message_id = row->message_id;

    rc = vz_smtp_send(pool, &mail, words);
    vz_mail_wipe(data, &mail.body);

    if (rc != VZ_OK) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "vzpanel: mail %uL, try %uL: %V", row->id,
                      item->attempts + 1, words);
    }

    return rc;
}


/*
 * The order whose mail this is once more may have failed for its address, and
 * administrators were told: they need not look at it any more.
 */

static void
vz_mail_taken(const vz_outbox_item_t *item, ngx_pool_t *pool)
{
    uint64_t              id;
    vz_rows_t             rows, settled;
    ngx_uint_t            i;
    const vz_mail_row_t  *row = item->data;

    if (row->corrected == 0
        || vz_db_query(NULL, pool, &vz_sql_unseen,
                       vz_binds(vz_int(row->corrected)), &rows)
           != VZ_OK)
    {
        return;
    }

    for (i = 0; i < rows.rows; i++) {
        id = vz_row_int(&rows, i, "id");

        if (vz_db_query(NULL, pool, &vz_sql_settle, vz_binds(vz_int(id)),
                        &settled)
            == VZ_OK && settled.affected)
        {
            vz_notification_tell(VZ_NOTICE_TASK_SEEN, 0, id, NULL, NULL);
        }
    }
}


static void
vz_mail_refused(const vz_outbox_item_t *item, const ngx_str_t *words)
{
    const vz_mail_row_t  *row = item->data;

    vz_notification_tell(VZ_NOTICE_MAIL_REFUSED, 0, row->id, &row->recipient,
                         words);
}


static void
vz_mail_wipe(json_t *data, const ngx_str_t *body)
{
    json_t      *value;
    const char  *name;

    ngx_explicit_memzero(body->data, body->len);

    json_object_foreach(data, name, value) {
        if (json_is_string(value)) {
            ngx_explicit_memzero((char *) json_string_value(value),
                                 json_string_length(value));
        }
    }
}
