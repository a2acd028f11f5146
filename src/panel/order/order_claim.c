/*
 * What an order claims besides a container: the account of a new customer,
 * and the link by which the order is watched.
 */

#include "panel/account/password_reset.h"
#include "panel/account/ssh_keys.h"
#include "panel/api/audit.h"
#include "panel/mail/mail.h"
#include "panel/order/order_claim.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/settings.h"


static vz_code_e vz_order_claim_user(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static vz_code_e vz_order_claim_access(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);
static void vz_order_claim_write(vz_json_t *json, const vz_vm_new_t *vm);
static vz_code_e vz_order_claim_after(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static vz_code_e vz_order_claim_received(vz_tx_t *tx, vz_call_t *call,
    const vz_order_t *order);


static const vz_vm_new_def_t  vz_order_claim_def = {
    vz_order_claim_user, vz_order_claim_write, vz_order_claim_after
};


vz_code_e
vz_order_claim(vz_call_t *call, vz_order_t *order)
{
    vz_task_new_t  *task;

    task = &order->vm.task;

    task->kind = "order";
    ngx_str_set(&task->actor_name, "visitor");
    task->via = "order";
    task->link.data = order->link;
    task->link.len = sizeof(order->link);
    task->done = 2;

    order->vm.def = &vz_order_claim_def;
    order->vm.data = order;

    return vz_vm_new_make(call, &order->vm);
}


/* without an address of the panel there is no link that could be mailed */

vz_code_e
vz_order_claim_keyed(vz_call_t *call, vz_order_t *order)
{
    order->vm.mail = "credentials";

    if (order->key.len == 0 && order->vm.keys.len == 0) {
        return VZ_OK;
    }

    if (vz_settings()->public_url.len == 0) {
        order->vm.mail = "account_key";
        return VZ_OK;
    }

    order->vm.mail = "credentials_key";

    if (vz_crypt_random_hex(call->pool, 32, &order->token) != NGX_OK) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return VZ_INTERNAL;
    }

    return VZ_OK;
}


vz_code_e
vz_order_claim_mail(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    vz_code_e  rc;

    order->vm.def = &vz_order_claim_def;
    order->vm.data = order;

    rc = VZ_OK;

    if (order->token.len) {
        rc = vz_password_reset_first(tx, call->pool, order->user.id,
                                     &order->token);
    }

    return rc == VZ_OK ? vz_vm_new_mail(tx, call, &order->vm) : rc;
}


static vz_code_e
vz_order_claim_user(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e    rc;
    vz_order_t  *order = vm->data;

    rc = vz_user_new_insert(tx, call, &order->user);

    vm->user = order->user.id;
    vm->email = order->user.email;
    vm->language = order->user.language;

    return rc == VZ_OK ? vz_order_claim_access(tx, call, order) : rc;
}


/* the key is kept in the new account, and the link waits for its mail */

static vz_code_e
vz_order_claim_access(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    uint64_t   id;
    vz_code_e  rc;
    ngx_str_t  name;

    if (order->key.len == 0) {
        return VZ_OK;
    }

    ngx_str_null(&name);

    rc = vz_ssh_keys_store(tx, call, order->user.id, &order->ssh, &name,
                           &order->vm.keys, &id);

    if (rc == VZ_OK && order->token.len) {
        rc = vz_password_reset_first(tx, call->pool, order->user.id,
                                     &order->token);
    }

    return rc;
}


static void
vz_order_claim_write(vz_json_t *json, const vz_vm_new_t *vm)
{
    const vz_order_t  *order = vm->data;

    vz_json_text(json, "first_name", &order->user.first_name);
    vz_json_text(json, "account", &order->user.account);

    if (vm->keys.len == 0) {
        vz_json_text(json, "password", &vm->password);

    } else {
        vz_json_text(json, "keys", &vm->key_names);
        vz_json_text(json, order->token.len ? "token" : "account_password",
                     order->token.len ? &order->token : &vm->password);
    }

    vz_json_text(json, "plan", &order->plan_name);
}


static vz_code_e
vz_order_claim_after(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e          rc;
    vz_audit_t         audit;
    const vz_order_t  *order = vm->data;

    rc = vz_order_claim_received(tx, call, order);
    if (rc != VZ_OK) {
        return rc;
    }

    ngx_memzero(&audit, sizeof(vz_audit_t));

    audit.user = vm->user;
    audit.account = order->user.account;
    audit.action = "order.make";
    audit.object = vz_call_printf(call, "vm %uL", vm->id);
    audit.result = "ok";

    return vz_audit_write(tx, call, &audit);
}


/* an order that waits for an administrator is confirmed by mail */

static vz_code_e
vz_order_claim_received(vz_tx_t *tx, vz_call_t *call, const vz_order_t *order)
{
    const vz_mail_member_t  members[] = {
        { "first_name", order->user.first_name },
        { "plan", order->plan_name },
        { "order", vz_call_printf(call, "%uL", order->vm.task_id) },
        { "link", order->secret }
    };

    if (!order->vm.task.held || vz_settings()->public_url.len == 0) {
        return VZ_OK;
    }

    return vz_mail_queue(tx, call->pool, order->user.id, &order->user.email,
                         "received", &order->user.language, members,
                         sizeof(members) / sizeof(members[0]));
}
