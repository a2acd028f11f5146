/*
 * POST /api/orders, GET /api/orders/{secret}: contracting a plan, and the live
 * page of an order.
 */

#include "panel/account/session.h"
#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/api/route.h"
#include "panel/api/secret.h"
#include "panel/api/strlist.h"
#include "panel/live/collector.h"
#include "panel/live/events.h"
#include "panel/live/notification.h"
#include "panel/node/address_stock.h"
#include "panel/order/order.h"
#include "panel/order/order_claim.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/task/task_wait.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/db_rows.h"
#include "runtime/settings.h"
#include "wire/field.h"
#include "wire/people.h"


#define VZ_ORDER_PASSWORD  16


static void vz_order_waits(vz_call_t *call, const vz_order_t *order);
static vz_code_e vz_order_read(vz_call_t *call, vz_order_t *order);
static void vz_order_tidy(vz_call_t *call, vz_order_body_t *body);
static vz_code_e vz_order_secret(vz_call_t *call, vz_order_t *order);
static vz_code_e vz_order_derive(vz_call_t *call, vz_order_t *order);
static vz_code_e vz_order_replay(vz_call_t *call, vz_order_t *order);
static vz_code_e vz_order_look(vz_call_t *call, vz_order_t *order);
static void vz_order_refuse(vz_call_t *call, vz_order_t *order, vz_code_e rc);
static void vz_order_exists(vz_call_t *call);
static void vz_order_accepted(vz_call_t *call, vz_order_t *order);
static void vz_order_answer(vz_call_t *call);
static ngx_uint_t vz_order_ended(const vz_task_t *task);
static void vz_order_json(vz_call_t *call, const ngx_str_t *secret,
    const vz_task_t *task);
static void vz_order_more(vz_call_t *call, vz_json_t *out,
    const vz_task_t *task);
static ngx_str_t vz_order_mask(vz_call_t *call, ngx_str_t email);


#define vz_order_field(name, field, required)                                 \
    { #name, VZ_BODY_FIELD, field, required, 0, 0,                            \
      offsetof(vz_order_body_t, name) }

static const vz_body_member_t  vz_order_members[] = {
    vz_order_field(first_name, VZ_FIELD_PERSON, 1),
    vz_order_field(last_name, VZ_FIELD_PERSON, 0),
    vz_order_field(dni, VZ_FIELD_DNI, 1),
    vz_order_field(email, VZ_FIELD_EMAIL, 1),
    vz_order_field(phone, VZ_FIELD_PHONE, 0),
    vz_order_field(address, VZ_FIELD_STREET, 0),
    vz_order_field(province, VZ_FIELD_PROVINCE, 0),
    vz_order_field(plan, VZ_FIELD_PLAN, 1),
    vz_order_field(template, VZ_FIELD_TEMPLATE, 1),
    vz_order_field(hostname, VZ_FIELD_HOSTNAME, 0),
    vz_order_field(language, VZ_FIELD_LANGUAGE, 0)
};

const vz_verb_body_t  vz_order_form = vz_body("Order", vz_order_members);


static const vz_sql_t  vz_order_lookup = vz_sql("order lookup",
    "SELECT p.id, p.memory_mib, p.disk_mib, p.cpu_units, p.cpu_percent,"
    " p.name, t.id, (SELECT 1 FROM user u WHERE u.dni = ?),"
    " EXISTS (SELECT 1" VZ_ADDRESS_STOCK_FOUR "),"
    " EXISTS (SELECT 1" VZ_ADDRESS_STOCK_SIX ")"
    " FROM (SELECT 1 AS one) o"
    " LEFT JOIN plan p ON p.name = ? AND p.visible"
    " LEFT JOIN template t ON t.name = ? AND t.enabled");

/* where the fewest are comes first */

static const vz_sql_t  vz_order_nodes = vz_sql("order nodes",
    "SELECT n.id FROM node n WHERE n.enabled"
    " ORDER BY (SELECT COUNT(*) FROM vm v WHERE v.node_id = n.id), n.id"
    " LIMIT 16");

static const vz_sql_t  vz_order_details = vz_sql("order details",
    "SELECT u.account, u.email, v.hostname,"
    " (SELECT a.address FROM address a WHERE a.vm_id = v.id"
    "   ORDER BY a.position LIMIT 1)"
    " FROM user u JOIN vm v ON v.user_id = u.id WHERE v.id = ?");


void
vz_order_make(vz_call_t *call)
{
    vz_code_e   rc;
    vz_order_t  order;

    ngx_memzero(&order, sizeof(vz_order_t));

    if (vz_settings()->signup == VZ_SIGNUP_OFF) {
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "signup_off",
                        "Plans can't be contracted here at the moment.");
        return;
    }

    order.held = (vz_settings()->signup == VZ_SIGNUP_APPROVE);

    if (vz_order_read(call, &order) != VZ_OK
        || vz_order_secret(call, &order) != VZ_OK
        || vz_order_replay(call, &order) != VZ_OK
        || vz_order_look(call, &order) != VZ_OK
        || vz_order_place(call, &order) != VZ_OK
        || vz_session_draw(call, VZ_CRYPT_ORDER, &order.password, &order.hash)
           != VZ_OK)
    {
        return;
    }

    rc = vz_order_claim_order(call, &order);

    ngx_explicit_memzero(order.password.data, order.password.len);

    if (rc != VZ_OK) {
        vz_order_refuse(call, &order, rc);
        return;
    }

    if (order.held) {
        vz_order_waits(call, &order);

    } else {
        vz_collector_expect(order.node->id, order.ctid, order.vm, order.user);
        vz_runner_kick();
    }

    vz_order_accepted(call, &order);
}


static void
vz_order_waits(vz_call_t *call, const vz_order_t *order)
{
    ngx_str_t  name;

    name = vz_call_printf(call, "%V%s%V", &order->body.first_name,
                          order->body.last_name.len ? " " : "",
                          &order->body.last_name);

    vz_notification_tell(VZ_NOTICE_ORDER_WAITS, 0, order->task, &name, NULL);
}


static vz_code_e
vz_order_read(vz_call_t *call, vz_order_t *order)
{
    vz_code_e  rc;

    rc = vz_body_read(call, &vz_order_form, &order->body);

    if (rc == VZ_OK) {
        vz_order_tidy(call, &order->body);
    }

    return rc;
}


/* "12.345.678-z" and "12345678Z" are one person */

static void
vz_order_tidy(vz_call_t *call, vz_order_body_t *body)
{
    char  dni[VZ_DNI_MAX + 1];

    body->document = body->dni;

    if (vz_people_dni((char *) body->dni.data, body->dni.len, dni) == VZ_OK) {
        body->dni = vz_call_printf(call, "%s", dni);
    }

    if (body->hostname.len) {
        body->hostname = vz_call_printf(call, "%V", &body->hostname);
        ngx_strlow(body->hostname.data, body->hostname.data,
                   body->hostname.len);
    }

    if (body->language.len == 0) {
        body->language = vz_strlist_language(&call->accept_language);
    }
}


/*
 * The link's secret is drawn; with an Idempotency-Key it is made of the call,
 * so that a repeated one can be told it again though the database holds
 * nothing but hashes, and of a key of ours, so that nobody else can make it.
 */

static vz_code_e
vz_order_secret(vz_call_t *call, vz_order_t *order)
{
    vz_code_e  rc;

    rc = vz_idempotency_init(call, &order->body.dni, &order->idem);
    if (rc != VZ_OK) {
        return rc;
    }

    if (order->idem.used) {
        rc = vz_order_derive(call, order);

        if (rc != VZ_OK) {
            vz_call_fault(call, "database", rc);
            return rc;
        }

    } else if (vz_crypt_random_hex(call->pool, 32, &order->secret) != NGX_OK) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return VZ_INTERNAL;
    }

    vz_crypt_sha256(order->secret.data, order->secret.len, order->link);

    return VZ_OK;
}


static vz_code_e
vz_order_derive(vz_call_t *call, vz_order_t *order)
{
    char             mac[VZ_HEX_LEN + 1];
    u_char           both[sizeof(order->idem.hash)
                          + sizeof(order->idem.request)];
    ngx_str_t        all, hex;
    vz_code_e        rc;
    const vz_key_t  *key;

    rc = vz_secret_key(call->pool, VZ_SECRET_ORDER, &key);
    if (rc != VZ_OK) {
        return rc;
    }

    all.data = both;
    all.len = sizeof(both);

    ngx_memcpy(ngx_cpymem(both, order->idem.hash, sizeof(order->idem.hash)),
               order->idem.request, sizeof(order->idem.request));

    if (vz_crypt_sha256_hex(call->pool, &all, &hex) != NGX_OK) {
        return VZ_INTERNAL;
    }

    rc = vz_handshake_mac(key, (char *) hex.data, mac);
    if (rc != VZ_OK) {
        return rc;
    }

    order->secret = vz_call_printf(call, "%s", mac);

    return order->secret.len == VZ_HEX_LEN ? VZ_OK : VZ_INTERNAL;
}


static vz_code_e
vz_order_replay(vz_call_t *call, vz_order_t *order)
{
    vz_code_e  rc;

    rc = vz_idempotency_find(call, &order->idem, &order->task);

    if (rc == VZ_OK && order->task) {
        vz_order_accepted(call, order);
        return VZ_EXISTS;
    }

    return rc;
}


static vz_code_e
vz_order_look(vz_call_t *call, vz_order_t *order)
{
    vz_code_e         rc;
    vz_rows_t         rows;
    vz_order_body_t  *body;

    body = &order->body;

    rc = vz_db_query(NULL, call->pool, &vz_order_lookup,
                     vz_binds(vz_text(body->dni), vz_text(body->plan),
                              vz_text(body->template)),
                     &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (vz_cell_null(&rows, 0, 0)) {
        vz_call_invalid(call, "plan", "absent", "no such plan is offered");
    }

    if (vz_cell_null(&rows, 0, 6)) {
        vz_call_invalid(call, "template", "absent",
                        "no such system is offered");
    }

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    /* the claim finds out for certain; here it saves a hash */

    if (!vz_cell_null(&rows, 0, 7)) {
        vz_order_refuse(call, order, VZ_EXISTS);
        return VZ_EXISTS;
    }

    if (vz_address_stock_left(vz_cell_int(&rows, 0, 8), vz_cell_int(&rows, 0,
                                                                    9))
        == 0)
    {
        vz_order_refuse(call, order, VZ_NOSPACE);
        return VZ_NOSPACE;
    }

    order->plan = vz_cell_int(&rows, 0, 0);
    order->memory_mib = vz_cell_int(&rows, 0, 1);
    order->disk_mib = vz_cell_int(&rows, 0, 2);
    order->cpu_units = vz_cell_int(&rows, 0, 3);
    order->cpu_percent = vz_cell_int(&rows, 0, 4);
    order->plan_name = vz_cell_text(&rows, 0, 5);
    order->template = vz_cell_int(&rows, 0, 6);

    return VZ_OK;
}


vz_code_e
vz_order_place(vz_call_t *call, vz_order_t *order)
{
    vz_code_e       rc, trouble;
    vz_rows_t       rows;
    ngx_uint_t      i, known;
    vz_node_row_t  *node;

    rc = vz_node_load(call->pool);

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, call->pool, &vz_order_nodes, vz_no_binds,
                         &rows);
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    known = 0;
    trouble = VZ_DOWN;

    for (i = 0; i < rows.rows; i++) {
        node = vz_node_find(vz_cell_int(&rows, i, 0));

        if (node == NULL || node->relay == NULL) {
            continue;
        }

        rc = vz_node_templates(node);
        known += node->known;

        if (rc == VZ_TIMEOUT) {
            trouble = rc;
        }

        if (!vz_node_has(node, &order->body.template)) {
            continue;
        }

        if (rc == VZ_OK) {
            order->node = node;
            return VZ_OK;
        }

        if (order->node == NULL) {
            order->node = node;
        }
    }

    if (order->node != NULL) {
        return VZ_OK;
    }

    if (known) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "no_template",
                        "The system is not installed on any node.");
        return VZ_NOTEMPLATE;
    }

    vz_call_fault(call, "node", trouble);

    return trouble;
}


vz_code_e
vz_order_draw(vz_call_t *call, vz_order_t *order)
{
    if (vz_crypt_random_password(call->pool, VZ_ORDER_PASSWORD,
                                 &order->password)
        != NGX_OK)
    {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return VZ_INTERNAL;
    }

    return VZ_OK;
}


static void
vz_order_refuse(vz_call_t *call, vz_order_t *order, vz_code_e rc)
{
    switch (rc) {

    case VZ_EXISTS:
        vz_order_exists(call);
        return;

    case VZ_DUPLICATE:
        if (vz_order_replay(call, order) == VZ_OK) {
            vz_call_fault(call, "panel", VZ_OVERLOADED);
        }

        return;

    default:
        vz_order_claim_refuse(call, rc);
    }
}


static void
vz_order_exists(vz_call_t *call)
{
    vz_call_invalid(call, "dni", "exists", "Usuario existente");
    vz_call_problem(call, NGX_HTTP_CONFLICT, "user_exists",
                    "There is a user with this DNI: sign in instead.");
}


static void
vz_order_accepted(vz_call_t *call, vz_order_t *order)
{
    call->task = order->task;
    call->data = ngx_palloc(call->pool, sizeof(vz_order_t));

    if (call->data == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    ngx_memcpy(call->data, order, sizeof(vz_order_t));

    if (order->held
        || vz_task_wait(call, order->task, vz_order_answer) != NGX_OK)
    {
        vz_order_answer(call);
    }
}


static void
vz_order_answer(vz_call_t *call)
{
    vz_code_e    rc;
    ngx_str_t    link;
    vz_task_t    task;
    vz_order_t  *order = call->data;

    link.data = order->link;
    link.len = sizeof(order->link);

    rc = vz_task_get(call->pool, 0, &link, 0, &task);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_call_location(call, "/orders/%V", &order->secret);

    (void) vz_call_reply(call, vz_order_ended(&task) ? NGX_HTTP_OK
                                                     : NGX_HTTP_ACCEPTED);
    vz_order_json(call, &order->secret, &task);
}


void
vz_order_show(vz_call_t *call)
{
    u_char      hash[32];
    ngx_str_t   link, *secret;
    vz_code_e   rc;
    vz_task_t   task;

    secret = &call->params[0];

    if (vz_field_check(VZ_FIELD_SECRET, (char *) secret->data, secret->len)
        != VZ_OK)
    {
        vz_route_absent(call);
        return;
    }

    vz_crypt_sha256(secret->data, secret->len, hash);
    link.data = hash;
    link.len = sizeof(hash);

    rc = vz_task_get(call->pool, 0, &link, 0, &task);

    if (rc == VZ_NOENT) {
        vz_route_absent(call);
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    call->task = task.id;

    if (vz_events_wanted(call)) {
        if (vz_order_ended(&task)) {
            (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
            return;
        }

        vz_events_order(call, task.id);
        return;
    }

    (void) vz_call_reply(call, NGX_HTTP_OK);
    vz_order_json(call, secret, &task);
}


static ngx_uint_t
vz_order_ended(const vz_task_t *task)
{
    u_char  first;

    first = task->state.len ? task->state.data[0] : '\0';

    return first == 'd' || first == 'f' || first == 'c';
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
    vz_json_text(out, "state", &task->state);
    vz_json_uint(out, "step", task->step);
    vz_task_steps_json(out, task);
    vz_json_uint(out, "percent", task->percent);
    vz_json_text(out, "created", &task->created);

    if (task->vm) {
        vz_json_object(out, "vm");
        vz_json_uint(out, "id", task->vm);
        vz_json_text(out, "name", &task->vm_name);
        vz_json_close(out);
    }

    if (task->finished.len) {
        vz_json_text(out, "finished", &task->finished);
    }

    if (task->error_code.len) {
        vz_json_object(out, "error");
        vz_json_text(out, "code", &task->error_code);
        vz_task_detail(out, task, &task->error_detail,
                       vz_strlist_is(&task->error_code, "rejected"));
        vz_json_close(out);
    }

    if (task->vm && !vz_strlist_is(&task->state, "queued")
        && !vz_strlist_is(&task->state, "running"))
    {
        vz_order_more(call, out, task);
    }

    vz_json_close(out);
}


/* when nothing moves: where to sign in and where the mail goes */

static void
vz_order_more(vz_call_t *call, vz_json_t *out, const vz_task_t *task)
{
    ngx_str_t  text;
    vz_rows_t  rows;

    if (vz_db_query(NULL, call->pool, &vz_order_details,
                    vz_binds(vz_int(task->vm)), &rows) != VZ_OK
        || rows.rows == 0)
    {
        return;
    }

    text = vz_cell_text(&rows, 0, 0);
    vz_json_text(out, "account", &text);

    text = vz_order_mask(call, vz_cell_text(&rows, 0, 1));
    vz_json_text(out, "email", &text);

    text = vz_cell_text(&rows, 0, 2);
    vz_json_text(out, "hostname", &text);

    text = vz_cell_text(&rows, 0, 3);
    vz_json_text(out, "address", &text);
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
