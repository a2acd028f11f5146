/*
 * POST /api/orders: contracting a plan.
 */

#include "panel/account/password.h"
#include "panel/account/ssh_keys.h"
#include "panel/account/user_list.h"
#include "panel/api/body.h"
#include "panel/api/people.h"
#include "panel/api/secret.h"
#include "panel/api/strlist.h"
#include "panel/live/notification.h"
#include "panel/node/address_stock.h"
#include "panel/order/order_claim.h"
#include "panel/order/order_show.h"
#include "panel/task/task.h"
#include "panel/task/task_wait.h"
#include "panel/vm/vm_place.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/row.h"
#include "runtime/settings.h"
#include "wire/field.h"


static void vz_order_waits(vz_call_t *call, const vz_order_t *order);
static vz_code_e vz_order_read(vz_call_t *call, vz_order_t *order);
static void vz_order_tidy(vz_call_t *call, vz_order_t *order);
static vz_code_e vz_order_secret(vz_call_t *call, vz_order_t *order);
static vz_code_e vz_order_derive(vz_call_t *call, vz_order_t *order);
static vz_code_e vz_order_replay(vz_call_t *call, vz_order_t *order);
static vz_code_e vz_order_look(vz_call_t *call, vz_order_t *order);
static void vz_order_refuse(vz_call_t *call, vz_order_t *order, vz_code_e rc);
static void vz_order_exists(vz_call_t *call);
static void vz_order_accepted(vz_call_t *call, vz_order_t *order);
static void vz_order_answer(vz_call_t *call);


#define vz_order_field(name, field, required, to)                             \
    { name, VZ_BODY_FIELD, field, required, 0, 0, offsetof(vz_order_t, to) }

static const vz_body_member_t  vz_order_members[] = {
    vz_order_field("plan", VZ_FIELD_PLAN, 1, plan),
    vz_order_field("template", VZ_FIELD_TEMPLATE, 1, template),
    vz_order_field("hostname", VZ_FIELD_HOSTNAME, 0, vm.hostname),
    { "key", VZ_BODY_TEXT, 0, 0, 0, VZ_SSH_KEY_LINE,
      offsetof(vz_order_t, key) }
};

/* who orders, then what */

const vz_body_t  vz_order_form =
    vz_body_both("Order", &vz_user_list_resource, VZ_COLUMN_VISITOR,
                 vz_order_members);


static const vz_sql_t  vz_order_lookup = vz_sql("order lookup",
    "SELECT p.id AS plan, p.name AS plan_name, p.memory_mib, p.disk_mib,"
    " p.cpu_units, p.cpu_percent, t.id AS template,"
    " (SELECT 1 FROM user u WHERE u.dni = ?) AS known,"
    " " VZ_ADDRESS_STOCK_HAS_FOUR " AS ipv4,"
    " " VZ_ADDRESS_STOCK_HAS_SIX " AS ipv6"
    " FROM (SELECT 1 AS one) o"
    " LEFT JOIN plan p ON p.name = ? AND p.visible"
    " LEFT JOIN template t ON t.name = ? AND t.enabled");


void
vz_order_make(vz_call_t *call)
{
    vz_code_e   rc;
    vz_order_t  order;

    ngx_memzero(&order, sizeof(vz_order_t));

    if (vz_settings()->signup == VZ_SIGNUP_OFF) {
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "signup_off",
                        "Orders are closed at the moment.");
        return;
    }

    order.vm.task.held = (vz_settings()->signup == VZ_SIGNUP_APPROVE);

    if (vz_order_read(call, &order) != VZ_OK
        || vz_order_secret(call, &order) != VZ_OK
        || vz_order_replay(call, &order) != VZ_OK
        || vz_order_look(call, &order) != VZ_OK
        || vz_vm_place(call, &order.template, &order.vm.node) != VZ_OK
        || vz_password_draw(call, VZ_CRYPT_ORDER, &order.user.password,
                            &order.user.hash)
           != VZ_OK)
    {
        return;
    }

    /* one password, of the account and of the container's root */

    order.vm.password = order.user.password;

    if (vz_order_claim_keyed(call, &order) != VZ_OK) {
        return;
    }

    rc = vz_order_claim(call, &order);

    ngx_explicit_memzero(order.user.password.data, order.user.password.len);
    ngx_explicit_memzero(order.token.data, order.token.len);

    if (rc != VZ_OK) {
        vz_order_refuse(call, &order, rc);
        return;
    }

    if (order.vm.task.held) {
        vz_order_waits(call, &order);
    }

    vz_order_accepted(call, &order);
}


static void
vz_order_waits(vz_call_t *call, const vz_order_t *order)
{
    ngx_str_t  name;

    name = vz_call_printf(call, "%V%s%V", &order->user.first_name,
                          order->user.last_name.len ? " " : "",
                          &order->user.last_name);

    vz_notification_tell(VZ_NOTICE_ORDER_WAITS, 0, order->vm.task_id, &name,
                         NULL);
}


static vz_code_e
vz_order_read(vz_call_t *call, vz_order_t *order)
{
    vz_code_e  rc;

    rc = vz_body_read(call, &vz_order_form, order);

    if (rc != VZ_OK) {
        return rc;
    }

    vz_resource_typed(call, &vz_order_form, &order->user.values);
    vz_order_tidy(call, order);

    return order->key.len
           ? vz_ssh_keys_take(call, "key", &order->key, &order->ssh) : VZ_OK;
}


static void
vz_order_tidy(vz_call_t *call, vz_order_t *order)
{
    ngx_str_t  *hostname;

    vz_user_new_read(call, &order->user);

    hostname = &order->vm.hostname;

    if (hostname->len) {
        *hostname = vz_call_printf(call, "%V", hostname);
        ngx_strlow(hostname->data, hostname->data, hostname->len);
    }

    if (order->user.language.len == 0) {
        order->user.language = vz_strlist_language(&call->accept_language);
    }
}


/*
 * The secret of the link is random; with an Idempotency-Key it is derived
 * from the call and a key of ours.  A repeated call gets the same secret
 * then, though the database has only its hash, and nobody else can derive it.
 */

static vz_code_e
vz_order_secret(vz_call_t *call, vz_order_t *order)
{
    vz_code_e  rc;

    rc = vz_idempotency_init(call, &order->user.dni, &order->vm.idem);
    if (rc != VZ_OK) {
        return rc;
    }

    if (order->vm.idem.used) {
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
    char                     mac[VZ_HEX_LEN + 1];
    u_char                   both[sizeof(order->vm.idem.hash)
                                  + sizeof(order->vm.idem.request)];
    ngx_str_t                all, hex;
    vz_code_e                rc;
    const vz_key_t          *key;
    const vz_idempotency_t  *idem = &order->vm.idem;

    rc = vz_secret_key(call->pool, VZ_SECRET_ORDER, &key);
    if (rc != VZ_OK) {
        return rc;
    }

    all.data = both;
    all.len = sizeof(both);

    ngx_memcpy(ngx_cpymem(both, idem->hash, sizeof(idem->hash)),
               idem->request, sizeof(idem->request));

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

    rc = vz_idempotency_find(call, &order->vm.idem, &order->vm.task_id);

    if (rc == VZ_OK && order->vm.task_id) {
        vz_order_accepted(call, order);
        return VZ_EXISTS;
    }

    return rc;
}


static vz_code_e
vz_order_look(vz_call_t *call, vz_order_t *order)
{
    vz_code_e     rc;
    vz_rows_t     rows;
    vz_vm_new_t  *vm;

    rc = vz_db_query(NULL, call->pool, &vz_order_lookup,
                     vz_binds(vz_text(order->user.dni), vz_text(order->plan),
                              vz_text(order->template)),
                     &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (vz_row_null(&rows, 0, "plan")) {
        vz_call_invalid(call, "plan", "absent", "this plan is not on offer");
    }

    if (vz_row_null(&rows, 0, "template")) {
        vz_call_invalid(call, "template", "absent",
                        "this system is not on offer");
    }

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    /* the claim finds out for certain; here it saves a hash */

    if (!vz_row_null(&rows, 0, "known")) {
        vz_order_refuse(call, order, VZ_EXISTS);
        return VZ_EXISTS;
    }

    if (vz_address_stock_left(vz_row_int(&rows, 0, "ipv4"),
                              vz_row_int(&rows, 0, "ipv6"))
        == 0)
    {
        vz_order_refuse(call, order, VZ_NOSPACE);
        return VZ_NOSPACE;
    }

    vm = &order->vm;

    vm->plan = vz_row_int(&rows, 0, "plan");
    vm->memory_mib = vz_row_int(&rows, 0, "memory_mib");
    vm->disk_mib = vz_row_int(&rows, 0, "disk_mib");
    vm->cpu_units = vz_row_int(&rows, 0, "cpu_units");
    vm->cpu_percent = vz_row_int(&rows, 0, "cpu_percent");
    vm->template = vz_row_int(&rows, 0, "template");
    order->plan_name = vz_row_text(&rows, 0, "plan_name");

    return VZ_OK;
}


static void
vz_order_refuse(vz_call_t *call, vz_order_t *order, vz_code_e rc)
{
    switch (rc) {

    case VZ_EXISTS:

        /* unless this very order made the user since its key was looked for */

        if (vz_order_replay(call, order) == VZ_OK) {
            vz_order_exists(call);
        }

        return;

    case VZ_DUPLICATE:
        if (vz_order_replay(call, order) == VZ_OK) {
            vz_call_fault(call, "panel", VZ_OVERLOADED);
        }

        return;

    default:
        vz_vm_new_refuse(call, &order->vm, rc);
    }
}


static void
vz_order_exists(vz_call_t *call)
{
    vz_call_invalid(call, "dni", "exists", "Usuario existente");
    vz_call_problem(call, NGX_HTTP_CONFLICT, "user_exists",
                    "A user with this DNI exists already: sign in instead.");
}


static void
vz_order_accepted(vz_call_t *call, vz_order_t *order)
{
    call->task = order->vm.task_id;
    call->data = ngx_palloc(call->pool, sizeof(vz_order_t));

    if (call->data == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    ngx_memcpy(call->data, order, sizeof(vz_order_t));

    if (order->vm.task.held
        || vz_task_wait(call, order->vm.task_id, vz_order_answer) != NGX_OK)
    {
        vz_order_answer(call);
    }
}


static void
vz_order_answer(vz_call_t *call)
{
    vz_order_show_reply(call, call->data, 0);
}
