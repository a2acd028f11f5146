/*
 * POST /api/orders/{secret}/mail: who ordered mistyped his address, and has
 * the account and another password mailed to the right one.
 *
 * The password that was mailed before opens nothing from then on: it may be
 * in the mailbox of a stranger.  Who signs in with it and who corrects the
 * address both hold the user's row first, so one of them comes too late.
 */

#include "panel/account/key_set.h"
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
#include "runtime/row.h"


#define VZ_ORDER_MAIL_TRIES  5


/* What there is to know before it is done. */
typedef struct {
    uint64_t    task;               /* of the order */
    uint64_t    busy;               /* at work on the container, or 0 */
    ngx_uint_t  open;
    int64_t     left;
    uint64_t    vm;
    ngx_str_t   vm_name;
    ngx_str_t   hostname;
    uint64_t    user;
    ngx_str_t   account;
    ngx_str_t   first_name;
    ngx_str_t   language;
    ngx_str_t   plan;
    ngx_str_t   address;
    ngx_str_t   also;               /* its second address, or empty */
    ngx_str_t   keys;               /* that were ordered, or empty */
} vz_order_mail_t;


static vz_code_e vz_order_mail_look(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order, vz_order_mail_t *mail);
static void vz_order_mail_fill(vz_call_t *call, vz_order_t *order,
    const vz_order_mail_t *mail);
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

#define VZ_ORDER_MAIL_ROW(first, next, of)                                    \
    first(of, task, INT, "o.id")                                              \
    next(of, busy, INT, VZ_ORDER_MAIL_BUSY)                                   \
    next(of, open, FLAG, VZ_ORDER_MAIL_OPEN)                                  \
    next(of, left, INT, VZ_ORDER_MAIL_LEFT)                                   \
    next(of, vm, INT, "v.id")                                                 \
    next(of, vm_name, TEXT, "v.name")                                         \
    next(of, hostname, TEXT, "v.hostname")                                    \
    next(of, user, INT, "u.id")                                               \
    next(of, account, TEXT, "u.account")                                      \
    next(of, first_name, TEXT, "u.first_name")                                \
    next(of, language, TEXT, "u.language")                                    \
    next(of, plan, TEXT,                                                      \
         "(SELECT p.name FROM plan p WHERE p.id = v.plan_id)")                \
    next(of, address, TEXT,                                                   \
         "(SELECT a.address FROM address a WHERE a.vm_id = v.id"              \
         "  ORDER BY a.position LIMIT 1)")                                    \
    next(of, also, TEXT,                                                      \
         "(SELECT a.address FROM address a WHERE a.vm_id = v.id"              \
         "  ORDER BY a.position LIMIT 1 OFFSET 1)")                          \
    next(of, keys, TEXT, "JSON_VALUE(o.data, '$.keys')")

static const vz_row_member_t  vz_order_mail_row[] =
    vz_row_members(VZ_ORDER_MAIL_ROW, vz_order_mail_t);

static const vz_sql_t  vz_order_mail_facts = vz_sql("order mail facts",
    "SELECT " vz_row_sql(VZ_ORDER_MAIL_ROW)
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

    if (vz_order_claim_keyed(call, order) != VZ_OK) {
        return;
    }

    rc = vz_order_mail_try(call, order, &mail);

    ngx_explicit_memzero(order->user.password.data, order->user.password.len);
    ngx_explicit_memzero(order->token.data, order->token.len);

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
    ngx_str_t  link;
    vz_rows_t  rows;

    ngx_memzero(mail, sizeof(vz_order_mail_t));

    link.data = order->link;
    link.len = sizeof(order->link);

    rc = vz_db_query(tx, call->pool, &vz_order_mail_facts,
                     vz_binds(vz_text(link)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc == VZ_OK ? VZ_NOENT : rc;
    }

    vz_row_read(&rows, 0, 0, vz_order_mail_row, mail);
    vz_order_mail_fill(call, order, mail);

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


/* the order as its mail is written of */

static void
vz_order_mail_fill(vz_call_t *call, vz_order_t *order,
    const vz_order_mail_t *mail)
{
    vz_vm_new_t  *vm = &order->vm;

    order->user.id = mail->user;
    order->user.account = mail->account;
    order->user.first_name = mail->first_name;
    order->plan_name = mail->plan;

    vm->id = mail->vm;
    vm->name = mail->hostname;
    vm->task.vm_name = mail->vm_name;
    vm->user = mail->user;
    vm->email = order->user.email;
    vm->language = mail->language;
    vm->keys = mail->keys;
    vm->address.first = mail->address;
    ngx_str_set(&vm->address.also, "");

    if (mail->also.len) {
        vm->address.also = vz_call_printf(call, ", %V", &mail->also);
    }
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

    if (rc == VZ_OK && order->vm.keys.len) {
        rc = vz_key_set_names(tx, call->pool, order->vm.id,
                              &order->vm.key_names);
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

    rc = vz_task_get(call->pool, order->vm.task_id, NULL, vz_none(), &task);
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
        *task = vz_row_int(&rows, 0, "id");
    }

    return rc;
}
