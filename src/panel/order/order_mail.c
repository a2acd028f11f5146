/*
 * POST /api/orders/{secret}/mail: who ordered mistyped his address, and has
 * the account and another password mailed to the right one.
 *
 * The password that was mailed before opens nothing from then on: it may be
 * in the mailbox of a stranger.  Who signs in with it and who corrects the
 * address both hold the user's row first, so one of them comes too late.
 */

#include "panel/account/password.h"
#include "panel/account/session_revoke.h"
#include "panel/api/audit.h"
#include "panel/api/identity.h"
#include "panel/api/people.h"
#include "panel/api/route.h"
#include "panel/order/order_claim.h"
#include "panel/order/order_mail.h"
#include "panel/order/order_show.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/task/task_wait.h"
#include "runtime/call.h"
#include "runtime/fiber.h"


#define VZ_ORDER_MAIL_TRIES  5


/* What there is to know before it is done. */
typedef struct {
    uint64_t    task;               /* of the order */
    uint64_t    busy;               /* at work on the container, or 0 */
    ngx_uint_t  open;
    int64_t     left;
} vz_order_mail_t;


static vz_code_e vz_order_mail_look(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order, vz_order_mail_t *mail);
static vz_code_e vz_order_mail_try(vz_call_t *call, vz_order_t *order,
    vz_order_mail_t *mail);
static vz_code_e vz_order_mail_in(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order, vz_order_mail_t *mail);
static vz_code_e vz_order_mail_user(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order, const vz_order_mail_t *mail);
static vz_code_e vz_order_mail_begin(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);
static vz_code_e vz_order_mail_audit(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);
static void vz_order_mail_refuse(vz_call_t *call,
    const vz_order_mail_t *mail, vz_code_e rc);
static void vz_order_mail_answer(vz_call_t *call);


static const vz_body_member_t  vz_order_mail_members[] = {
    { "email", VZ_BODY_FIELD, VZ_FIELD_EMAIL, 1, 0, 0,
      offsetof(vz_order_t, user.email) }
};

const vz_body_t  vz_order_mail_form = vz_body("OrderMail",
                                              vz_order_mail_members);


/*
 * It waits for whoever signs in at this moment; what he did is seen by the
 * statements behind it.
 */

static const vz_sql_t  vz_order_mail_lock = vz_sql("order mail lock",
    "SELECT 1 FROM task o JOIN vm v ON v.id = o.vm_id"
    " JOIN user u ON u.id = v.user_id WHERE o.link = ? FOR UPDATE");

static const vz_sql_t  vz_order_mail_facts = vz_sql("order mail facts",
    "SELECT o.id, COALESCE(" VZ_ORDER_MAIL_OPEN ", FALSE),"
    " " VZ_ORDER_MAIL_LEFT ", " VZ_ORDER_MAIL_BUSY ", v.id, v.name,"
    " v.hostname, u.id, u.account, u.first_name, u.language,"
    " (SELECT p.name FROM plan p WHERE p.id = v.plan_id),"
    " (SELECT a.address FROM address a WHERE a.vm_id = v.id"
    "   ORDER BY a.position LIMIT 1),"
    " (SELECT a.address FROM address a WHERE a.vm_id = v.id"
    "   ORDER BY a.position LIMIT 1 OFFSET 1)"
    " FROM task o LEFT JOIN vm v ON v.id = o.vm_id"
    " LEFT JOIN user u ON u.id = v.user_id WHERE o.link = ?");

static const vz_sql_t  vz_order_mail_update = vz_sql("order mail user",
    "UPDATE task o JOIN vm v ON v.id = o.vm_id JOIN user u ON u.id = v.user_id"
    " SET u.email = ?, u.email_state = 'mailed', u.password = ?,"
    "  u.drawn = NOW(3)"
    " WHERE o.id = ? AND " VZ_ORDER_MAIL_OPEN " AND " VZ_ORDER_MAIL_LEFT " > 0"
    " AND " VZ_ORDER_MAIL_BUSY " IS NULL");

/* one that a sender has in hand arrives, with a password of before */

static const vz_sql_t  vz_order_mail_cancel = vz_sql("order mail cancel",
    "UPDATE mail m JOIN task c ON c.id = m.task_id"
    " SET m.state = 'cancelled', m.data = NULL, m.next_try = NULL"
    " WHERE c.vm_id = ? AND c.kind IN ('order', 'credentials')"
    " AND m.state IN ('held', 'queued', 'failed')");

static const vz_sql_t  vz_order_mail_running = vz_sql("order mail task",
    "SELECT id FROM task WHERE busy = ? AND kind = 'credentials'");


void
vz_order_mail(vz_call_t *call)
{
    vz_code_e        rc;
    vz_order_t      *order;
    vz_order_mail_t  mail;

    order = ngx_pcalloc(call->pool, sizeof(vz_order_t));

    if (order == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    if (vz_body_read(call, &vz_order_mail_form, order) != VZ_OK
        || vz_order_show_link(call, order) != VZ_OK)
    {
        return;
    }

    /* what is refused anyway is not worth a hash */

    rc = vz_order_mail_look(NULL, call, order, &mail);

    if (rc != VZ_OK) {
        vz_order_mail_refuse(call, &mail, rc);
        return;
    }

    if (vz_password_draw(call, VZ_CRYPT_ORDER, &order->user.password,
                         &order->user.hash)
        != VZ_OK)
    {
        return;
    }

    order->vm.password = order->user.password;

    rc = vz_order_mail_try(call, order, &mail);

    ngx_explicit_memzero(order->user.password.data, order->user.password.len);

    if (rc != VZ_OK) {
        vz_order_mail_refuse(call, &mail, rc);
        return;
    }

    vz_identity_revoke_user(order->user.id);
    vz_runner_kick();

    call->data = order;

    if (vz_task_wait(call, order->vm.task_id, vz_order_mail_answer) != NGX_OK) {
        vz_order_mail_answer(call);
    }
}


/* VZ_OK where it may be done, or why it may not */

static vz_code_e
vz_order_mail_look(vz_tx_t *tx, vz_call_t *call, vz_order_t *order,
    vz_order_mail_t *mail)
{
    vz_code_e  rc;
    ngx_str_t  link, also;
    vz_rows_t  rows;

    ngx_memzero(mail, sizeof(vz_order_mail_t));

    link.data = order->link;
    link.len = sizeof(order->link);

    rc = vz_db_query(tx, call->pool, &vz_order_mail_facts,
                     vz_binds(vz_text(link)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc == VZ_OK ? VZ_NOENT : rc;
    }

    mail->task = vz_cell_int(&rows, 0, 0);
    mail->open = vz_cell_int(&rows, 0, 1) != 0;
    mail->left = vz_cell_int(&rows, 0, 2);
    mail->busy = vz_cell_int(&rows, 0, 3);

    order->vm.id = vz_cell_int(&rows, 0, 4);
    order->vm.task.vm_name = vz_cell_text(&rows, 0, 5);
    order->vm.name = vz_cell_text(&rows, 0, 6);
    order->user.id = vz_cell_int(&rows, 0, 7);
    order->user.account = vz_cell_text(&rows, 0, 8);
    order->user.first_name = vz_cell_text(&rows, 0, 9);
    order->vm.user = order->user.id;
    order->vm.email = order->user.email;
    order->vm.language = vz_cell_text(&rows, 0, 10);
    order->plan_name = vz_cell_text(&rows, 0, 11);
    order->vm.address.first = vz_cell_text(&rows, 0, 12);

    also = vz_cell_text(&rows, 0, 13);
    ngx_str_set(&order->vm.address.also, "");

    if (also.len) {
        order->vm.address.also = vz_call_printf(call, ", %V", &also);
    }

    if (mail->busy == mail->task) {
        return VZ_BUSY;                 /* there is no mail yet */
    }

    if (!mail->open) {
        return VZ_STATE;
    }

    if (mail->left <= 0) {
        return VZ_NOSPACE;
    }

    return mail->busy ? VZ_BUSY : VZ_OK;
}


static vz_code_e
vz_order_mail_try(vz_call_t *call, vz_order_t *order, vz_order_mail_t *mail)
{
    vz_tx_t     *tx;
    vz_code_e    rc;
    ngx_uint_t   i;

    rc = VZ_CONFLICT;

    for (i = 0; i < VZ_ORDER_MAIL_TRIES; i++) {

        rc = vz_db_begin(call->pool, &tx);
        if (rc != VZ_OK) {
            return rc;
        }

        rc = vz_db_end(tx, vz_order_mail_in(tx, call, order, mail));

        if (rc != VZ_CONFLICT) {
            break;
        }

        vz_fiber_sleep(5 + ngx_random() % 20);
    }

    return rc == VZ_CONFLICT ? VZ_OVERLOADED : rc;
}


static vz_code_e
vz_order_mail_in(vz_tx_t *tx, vz_call_t *call, vz_order_t *order,
    vz_order_mail_t *mail)
{
    vz_code_e  rc;
    ngx_str_t  link;

    link.data = order->link;
    link.len = sizeof(order->link);

    rc = vz_db_query(tx, call->pool, &vz_order_mail_lock,
                     vz_binds(vz_text(link)), NULL);

    if (rc == VZ_OK) {
        rc = vz_order_mail_look(tx, call, order, mail);
    }

    if (rc == VZ_OK) {
        rc = vz_order_mail_user(tx, call, order, mail);
    }

    if (rc == VZ_OK) {
        rc = vz_session_revoke(tx, call->pool, order->user.id);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_order_mail_cancel,
                         vz_binds(vz_int(order->vm.id)), NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_order_mail_begin(tx, call, order);
    }

    if (rc == VZ_OK) {
        rc = vz_order_claim_mail(tx, call, order);
    }

    return rc == VZ_OK ? vz_order_mail_audit(tx, call, order) : rc;
}


/* VZ_CONFLICT where its time was over since it was looked at */

static vz_code_e
vz_order_mail_user(vz_tx_t *tx, vz_call_t *call, vz_order_t *order,
    const vz_order_mail_t *mail)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, call->pool, &vz_order_mail_update,
                     vz_binds(vz_text(order->user.email),
                              vz_text(order->user.hash),
                              vz_int(mail->task)),
                     &rows);

    return rc == VZ_OK && rows.affected == 0 ? VZ_CONFLICT : rc;
}


static vz_code_e
vz_order_mail_begin(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    vz_code_e       rc;
    vz_task_new_t  *task;

    task = &order->vm.task;

    task->kind = "credentials";
    task->vm = order->vm.id;
    task->owner = order->user.id;
    ngx_str_set(&task->actor_name, "visitor");
    task->via = "order";

    rc = vz_task_create(tx, call->pool, task, &order->vm.task_id);

    return rc == VZ_DUPLICATE ? VZ_CONFLICT : rc;
}


static vz_code_e
vz_order_mail_audit(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    vz_audit_t  audit;

    ngx_memzero(&audit, sizeof(vz_audit_t));

    audit.user = order->user.id;
    audit.account = order->user.account;
    audit.action = "order.mail";
    audit.object = vz_call_printf(call, "vm %uL", order->vm.id);
    audit.result = "ok";
    ngx_str_set(&audit.detail, "email");

    return vz_audit_write(tx, call, &audit);
}


static void
vz_order_mail_refuse(vz_call_t *call, const vz_order_mail_t *mail,
    vz_code_e rc)
{
    vz_json_t  *out;

    switch (rc) {

    case VZ_NOENT:
        vz_route_absent(call);
        return;

    case VZ_BUSY:
        out = vz_call_problem_open(call, NGX_HTTP_CONFLICT, "vm_busy",
                                   "Task %uL is working on this container: "
                                   "wait until it ends.",
                                   mail->busy);
        vz_json_uint(out, "task", mail->busy);
        vz_json_close(out);
        return;

    case VZ_STATE:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "mail_final",
                        "The address of this order can't be corrected here "
                        "any more: sign in, or ask the provider.");
        return;

    case VZ_NOSPACE:
        vz_call_problem(call, NGX_HTTP_TOO_MANY_REQUESTS, "mail_spent",
                        "The address of this order was corrected as often as "
                        "it may be: ask the provider.");
        return;

    default:
        vz_call_fault(call, "database", rc);
    }
}


static void
vz_order_mail_answer(vz_call_t *call)
{
    vz_code_e    rc;
    vz_task_t    task;
    vz_order_t  *order = call->data;

    rc = vz_task_get(call->pool, order->vm.task_id, NULL, 0, &task);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_order_show_reply(call, order,
                        vz_task_state_over(task.state) ? NGX_HTTP_OK
                                                       : NGX_HTTP_ACCEPTED);
}


vz_code_e
vz_order_mail_task(ngx_pool_t *pool, uint64_t vm, uint64_t *task)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, pool, &vz_order_mail_running,
                     vz_binds(vz_int(vm)), &rows);

    if (rc == VZ_OK) {
        *task = vz_cell_int(&rows, 0, 0);
    }

    return rc;
}
