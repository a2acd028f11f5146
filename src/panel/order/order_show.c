/*
 * GET /api/orders/{secret}: the live page of an order.
 */

#include "panel/api/route.h"
#include "panel/api/strlist.h"
#include "panel/live/events.h"
#include "panel/order/order_mail.h"
#include "panel/order/order_show.h"
#include "panel/task/task.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/row.h"
#include "wire/field.h"


/* An order whose task stands still. */
typedef struct {
    ngx_str_t   account;
    ngx_str_t   email;
    ngx_str_t   hostname;
    ngx_str_t   address;
    ngx_str_t   mail;               /* the state of its mail; empty: none */
    ngx_uint_t  open;               /* its address can be corrected, */
    ngx_str_t   until;              /* until then, RFC 3339, */
    int64_t     left;               /* which is in as many seconds */
} vz_order_details_t;


static void vz_order_stream(vz_call_t *call, const vz_task_t *task);
static void vz_order_json(vz_call_t *call, const ngx_str_t *secret,
    const vz_task_t *task);
static void vz_order_more(vz_call_t *call, vz_json_t *out,
    const vz_task_t *task);
static void vz_order_mail_json(vz_json_t *out,
    const vz_order_details_t *row);
static ngx_uint_t vz_order_mailed(const vz_task_t *task);
static ngx_str_t vz_order_mask(vz_call_t *call, ngx_str_t email);


/*
 * A mail that is held by a task which has failed goes nowhere; the newest mail
 * is the one that counts.
 */

#define VZ_ORDER_DETAILS_ROW(first, next, of)                                 \
    first(of, account, TEXT, "u.account")                                     \
    next(of, email, TEXT, "u.email")                                          \
    next(of, hostname, TEXT, "v.hostname")                                    \
    next(of, address, TEXT,                                                   \
         "(SELECT a.address FROM address a WHERE a.vm_id = v.id"              \
         "  ORDER BY a.position LIMIT 1)")                                    \
    next(of, mail, TEXT,                                                      \
         "(SELECT CASE WHEN m.state <> 'held' THEN m.state"                   \
         "   WHEN c.state IN ('queued', 'running') THEN 'queued'"             \
         "   ELSE 'failed' END"                                               \
         "  FROM task c JOIN mail m ON m.task_id = c.id WHERE c.vm_id = v.id" \
         "  AND c.kind IN ('order', 'credentials')"                           \
         "  ORDER BY m.id DESC LIMIT 1)")                                     \
    next(of, open, FLAG,                                                      \
         VZ_ORDER_MAIL_OPEN " AND " VZ_ORDER_MAIL_BUSY " IS NULL")            \
    next(of, until, TEXT,                                                     \
         "DATE_FORMAT(o.finished"                                             \
         " + INTERVAL " VZ_ORDER_MAIL_MINUTES " MINUTE, '%Y-%m-%dT%TZ')")     \
    next(of, left, INT, VZ_ORDER_MAIL_LEFT)

static const vz_row_member_t  vz_order_details_row[] =
    vz_row_members(VZ_ORDER_DETAILS_ROW, vz_order_details_t);

static const vz_sql_t  vz_order_details = vz_sql("order details",
    "SELECT " vz_row_sql(VZ_ORDER_DETAILS_ROW)
    " FROM task o JOIN vm v ON v.id = o.vm_id JOIN user u ON u.id = v.user_id"
    " WHERE o.id = ?");


vz_code_e
vz_order_show_link(vz_call_t *call, vz_order_t *order)
{
    ngx_str_t  *secret;

    secret = &call->params[0];

    if (vz_field_check(VZ_FIELD_SECRET, (char *) secret->data, secret->len)
        != VZ_OK)
    {
        vz_route_absent(call);
        return VZ_NOENT;
    }

    order->secret = *secret;
    vz_crypt_sha256(secret->data, secret->len, order->link);

    return VZ_OK;
}


void
vz_order_show(vz_call_t *call)
{
    ngx_str_t   link;
    vz_code_e   rc;
    vz_task_t   task;
    vz_order_t  order;

    if (vz_order_show_link(call, &order) != VZ_OK) {
        return;
    }

    link.data = order.link;
    link.len = sizeof(order.link);

    rc = vz_task_get(call->pool, 0, &link, vz_none(), &task);

    if (vz_route_failed(call, rc) != VZ_OK) {
        return;
    }

    call->task = task.id;

    if (vz_events_wanted(call)) {
        vz_order_stream(call, &task);
        return;
    }

    (void) vz_call_reply(call, NGX_HTTP_OK);
    vz_order_json(call, &order.secret, &task);
}


/* of the order, and then of the correction of its address */

static void
vz_order_stream(vz_call_t *call, const vz_task_t *task)
{
    uint64_t   id;
    vz_code_e  rc;

    id = task->id;

    if (vz_task_state_over(task->state)) {
        id = 0;
        rc = vz_order_mailed(task)
             ? vz_order_mail_task(call->pool, task->vm, &id) : VZ_OK;

        if (rc != VZ_OK) {
            vz_call_fault(call, "database", rc);
            return;
        }
    }

    if (id) {
        vz_events_order(call, id);

    } else {
        (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
    }
}


void
vz_order_show_reply(vz_call_t *call, const vz_order_t *order, ngx_uint_t status)
{
    vz_code_e  rc;
    ngx_str_t  link;
    vz_task_t  task;

    link.data = (u_char *) order->link;
    link.len = sizeof(order->link);

    rc = vz_task_get(call->pool, 0, &link, vz_none(), &task);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_call_location(call, "/orders/%V", &order->secret);

    if (status == 0) {
        status = vz_task_state_over(task.state) ? NGX_HTTP_OK
                                                : NGX_HTTP_ACCEPTED;
    }

    (void) vz_call_reply(call, status);
    vz_order_json(call, &order->secret, &task);
}


static void
vz_order_json(vz_call_t *call, const ngx_str_t *secret,
    const vz_task_t *task)
{
    vz_json_t  *out;

    out = &call->out;

    vz_json_object(out, NULL);
    vz_json_text(out, "order", secret);
    vz_json_uint(out, "task", task->id);
    vz_task_progress_json(out, task);

    if (task->vm) {
        vz_json_object(out, "vm");
        vz_json_uint(out, "id", task->vm);
        vz_json_text(out, "name", &task->vm_name);
        vz_json_close(out);
    }

    if (task->vm && task->state != VZ_TASK_STATE_QUEUED
        && task->state != VZ_TASK_STATE_RUNNING)
    {
        vz_order_more(call, out, task);
    }

    vz_json_close(out);
}


/* once the task stands still: the account, and where the mail goes */

static void
vz_order_more(vz_call_t *call, vz_json_t *out, const vz_task_t *task)
{
    ngx_str_t           email;
    vz_rows_t           rows;
    vz_order_details_t  row;

    if (vz_db_query(NULL, call->pool, &vz_order_details,
                    vz_binds(vz_int(task->id)), &rows) != VZ_OK
        || rows.rows == 0)
    {
        return;
    }

    vz_row_read(&rows, 0, 0, vz_order_details_row, &row);
    email = vz_order_mask(call, row.email);

    vz_json_text(out, "account", &row.account);
    vz_json_text(out, "email", &email);
    vz_json_text(out, "hostname", &row.hostname);
    vz_json_text(out, "address", &row.address);

    if (vz_order_mailed(task) && row.mail.len) {
        vz_order_mail_json(out, &row);
    }
}


static void
vz_order_mail_json(vz_json_t *out, const vz_order_details_t *row)
{
    int64_t  left;

    left = ngx_max(row->left, 0);

    vz_json_object(out, "mail");
    vz_json_text(out, "state", &row->mail);
    vz_json_bool(out, "correctable", left && row->open);
    vz_json_text(out, "until", &row->until);
    vz_json_uint(out, "left", left);
    vz_json_close(out);
}


/* whether it came as far as its mail, and has ended */

static ngx_uint_t
vz_order_mailed(const vz_task_t *task)
{
    if (task->state == VZ_TASK_STATE_DONE) {
        return 1;
    }

    return task->state == VZ_TASK_STATE_FAILED && task->step < task->nsteps
           && vz_strlist_is(&task->steps[task->step].name, "mail");
}


/* a***@example.org */

static ngx_str_t
vz_order_mask(vz_call_t *call, ngx_str_t email)
{
    u_char     *at;
    ngx_str_t   first, rest;

    at = ngx_strlchr(email.data, email.data + email.len, '@');

    if (at == NULL || at == email.data) {
        ngx_str_set(&rest, "***");
        return rest;
    }

    first.data = email.data;
    first.len = 1;
    rest.data = at;
    rest.len = email.data + email.len - at;

    return vz_call_printf(call, "%V***%V", &first, &rest);
}
