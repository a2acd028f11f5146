/*
 * POST /api/vms: an administrator creates a container for an existing user.
 * POST /api/account/orders: a user orders another one.
 */

#include "panel/account/password.h"
#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/live/notification.h"
#include "panel/node/node_limit.h"
#include "panel/task/first_boot.h"
#include "panel/vm/vm_create.h"
#include "panel/vm/vm_new.h"
#include "panel/vm/vm_place.h"
#include "runtime/call.h"
#include "runtime/row.h"
#include "runtime/settings.h"
#include "wire/field.h"
#include "wire/field_value.h"
#include "wire/ssh_key.h"


#define VZ_MAKE_UNITS  "1000"


typedef struct {
    ngx_str_t   user;
    ngx_str_t   template;
    ngx_str_t   hostname;
    ngx_str_t   plan;
    int64_t     memory_mib;
    int64_t     disk_mib;
    int64_t     cpu_units;
    ngx_str_t   keys;
    ngx_str_t   first_boot;
} vz_make_body_t;


/* The container, and the name in its mail. */
typedef struct {
    vz_vm_new_t  vm;
    ngx_str_t    first_name;
} vz_make_t;


static void vz_make(vz_call_t *call, vz_make_t *make, vz_make_body_t *body);
static vz_code_e vz_make_look(vz_call_t *call, const vz_make_body_t *body,
    vz_make_t *make);
static int64_t vz_make_size(vz_call_t *call, const char *name,
    int64_t wished, const vz_rows_t *rows);
static vz_code_e vz_make_room(vz_call_t *call, const vz_vm_new_t *vm);
static vz_code_e vz_make_own_hold(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static void vz_make_mail(vz_json_t *json, const vz_vm_new_t *vm);
static vz_code_e vz_make_audit(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static vz_code_e vz_make_own_audit(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);


#define vz_make_member(name, type, field, required, min, max)                 \
    { #name, type, field, required, min, max, offsetof(vz_make_body_t, name) }

static const vz_body_member_t  vz_make_members[] = {
    vz_make_member(user, VZ_BODY_KEY, VZ_FIELD_ACCOUNT, 1, 0, 0),
    vz_make_member(template, VZ_BODY_FIELD, VZ_FIELD_TEMPLATE, 1, 0, 0),
    vz_make_member(hostname, VZ_BODY_FIELD, VZ_FIELD_HOSTNAME, 0, 0, 0),
    vz_make_member(plan, VZ_BODY_FIELD, VZ_FIELD_PLAN, 0, 0, 0),
    vz_make_member(memory_mib, VZ_BODY_INT, 0, 0, 8, VZ_BODY_MIB),
    vz_make_member(disk_mib, VZ_BODY_INT, 0, 0, 1, VZ_BODY_MIB),
    vz_make_member(cpu_units, VZ_BODY_INT, 0, 0, 8, 500000),
    vz_make_member(keys, VZ_BODY_LIST, VZ_FIELD_FINGERPRINT, 0, 0,
                   VZ_SSH_KEY_MOST),
    vz_make_member(first_boot, VZ_BODY_TEXT, 0, 0, 0, VZ_FIRST_BOOT_MAX)
};

const vz_body_t  vz_vm_create_form = vz_body("Container", vz_make_members);

static const vz_body_member_t  vz_make_own_members[] = {
    vz_make_member(plan, VZ_BODY_FIELD, VZ_FIELD_PLAN, 1, 0, 0),
    vz_make_member(template, VZ_BODY_FIELD, VZ_FIELD_TEMPLATE, 1, 0, 0),
    vz_make_member(hostname, VZ_BODY_FIELD, VZ_FIELD_HOSTNAME, 0, 0, 0),
    vz_make_member(keys, VZ_BODY_LIST, VZ_FIELD_FINGERPRINT, 0, 0,
                   VZ_SSH_KEY_MOST),
    vz_make_member(first_boot, VZ_BODY_TEXT, 0, 0, 0, VZ_FIRST_BOOT_MAX)
};

const vz_body_t  vz_vm_create_own_form = vz_body("OwnOrder",
                                                 vz_make_own_members);


static const vz_vm_new_def_t  vz_make_def = {
    NULL, vz_make_mail, vz_make_audit
};

static const vz_vm_new_def_t  vz_make_own_def = {
    vz_make_own_hold, vz_make_mail, vz_make_own_audit
};


/* an account begins with a letter, so that it is never taken for an id */

static const vz_sql_t  vz_make_lookup = vz_sql("make lookup",
    "SELECT u.id AS user, u.first_name, u.email, u.language,"
    " t.id AS template, p.id AS plan, p.memory_mib, p.disk_mib,"
    " COALESCE(p.cpu_units, " VZ_MAKE_UNITS ") AS cpu_units, p.cpu_percent"
    " FROM (SELECT 1 AS one) o"
    " LEFT JOIN user u ON u.id = ? OR u.account = ?"
    " LEFT JOIN template t ON t.name = ? AND t.enabled"
    " LEFT JOIN plan p ON p.name = ? AND (p.visible OR ?)");


void
vz_vm_create(vz_call_t *call)
{
    vz_make_t        make;
    vz_make_body_t   body;

    ngx_memzero(&make, sizeof(vz_make_t));
    ngx_memzero(&body, sizeof(vz_make_body_t));

    make.vm.def = &vz_make_def;
    make.vm.any_plan = 1;
    make.vm.task.kind = "create";
    make.vm.task.done = 1;

    if (vz_body_read(call, &vz_vm_create_form, &body) == VZ_OK) {
        vz_make(call, &make, &body);
    }
}


void
vz_vm_create_own(vz_call_t *call)
{
    vz_make_t        make;
    vz_make_body_t   body;

    ngx_memzero(&make, sizeof(vz_make_t));
    ngx_memzero(&body, sizeof(vz_make_body_t));

    if (vz_settings()->signup == VZ_SIGNUP_OFF) {
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "signup_off",
                        "Orders are closed at the moment.");
        return;
    }

    make.vm.def = &vz_make_own_def;
    make.vm.limited = 1;
    make.vm.task.kind = "order";
    make.vm.task.done = 2;
    make.vm.task.held = (vz_settings()->signup == VZ_SIGNUP_APPROVE);

    if (vz_body_read(call, &vz_vm_create_own_form, &body) == VZ_OK) {
        body.user = vz_call_printf(call, "%uL", call->who.user);
        vz_make(call, &make, &body);
    }
}


static void
vz_make(vz_call_t *call, vz_make_t *make, vz_make_body_t *body)
{
    vz_code_e     rc;
    vz_vm_new_t  *vm;

    vm = &make->vm;
    vm->data = make;
    vz_task_by(&vm->task, call);

    if (vz_first_boot_text(call, &body->first_boot) != VZ_OK
        || vz_idempotency_init(call, NULL, &vm->idem) != VZ_OK
        || vz_vm_new_replay(call, vm) != VZ_OK
        || vz_make_look(call, body, make) != VZ_OK
        || vz_vm_place(call, &body->template, &vm->node) != VZ_OK
        || vz_make_room(call, vm) != VZ_OK
        || vz_first_boot_there(call, &body->first_boot, vm->node,
                               &body->template)
           != VZ_OK
        || vz_password_random(call, &vm->password) != VZ_OK)
    {
        return;
    }

    rc = vz_vm_new_make(call, vm);

    ngx_explicit_memzero(vm->password.data, vm->password.len);

    if (rc != VZ_OK) {
        vz_vm_new_refuse(call, vm, rc);
        return;
    }

    if (vm->task.held) {
        vz_notification_tell(VZ_NOTICE_ORDER_WAITS, 0, vm->task_id,
                             &make->first_name, NULL);
        call->wait = 0;             /* nobody waits for an administrator */
    }

    vz_task_accepted(call, vm->task_id);
}


static vz_code_e
vz_make_look(vz_call_t *call, const vz_make_body_t *body, vz_make_t *make)
{
    uint64_t      id;
    vz_code_e     rc;
    vz_rows_t     rows;
    vz_vm_new_t  *vm;

    if (vz_field_value_number((char *) body->user.data, body->user.len,
                              INT64_MAX,
                              &id)
        != VZ_OK)
    {
        id = 0;
    }

    rc = vz_db_query(NULL, call->pool, &vz_make_lookup,
                     vz_binds(vz_int(id), vz_text(body->user),
                              vz_text(body->template),
                              vz_bind_opt(body->plan),
                              vz_int(make->vm.any_plan)),
                     &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (vz_row_null(&rows, 0, "user")) {
        vz_call_invalid(call, "user", "absent", "this user does not exist");
    }

    if (vz_row_null(&rows, 0, "template")) {
        vz_call_invalid(call, "template", "absent",
                        "this system is not on offer");
    }

    if (body->plan.len && vz_row_null(&rows, 0, "plan")) {
        vz_call_invalid(call, "plan", "absent", "this plan does not exist");
    }

    vm = &make->vm;

    vm->user = vz_row_int(&rows, 0, "user");
    make->first_name = vz_row_text(&rows, 0, "first_name");
    vm->email = vz_row_text(&rows, 0, "email");
    vm->language = vz_row_text(&rows, 0, "language");
    vm->template = vz_row_int(&rows, 0, "template");
    vm->plan = vz_row_int(&rows, 0, "plan");
    vm->cpu_percent = vz_row_int(&rows, 0, "cpu_percent");

    vm->memory_mib = vz_make_size(call, "memory_mib", body->memory_mib, &rows);
    vm->disk_mib = vz_make_size(call, "disk_mib", body->disk_mib, &rows);
    vm->cpu_units = vz_make_size(call, "cpu_units", body->cpu_units, &rows);

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    vm->keys = body->keys;
    vm->first_boot = body->first_boot;
    vm->mail = body->keys.len ? "server_key" : "server";
    vm->hostname = vz_call_printf(call, "%V", &body->hostname);
    ngx_strlow(vm->hostname.data, vm->hostname.data, vm->hostname.len);

    return VZ_OK;
}


/* the wished size, else the plan's, which has a column of that name */

static int64_t
vz_make_size(vz_call_t *call, const char *name, int64_t wished,
    const vz_rows_t *rows)
{
    if (wished) {
        return wished;
    }

    if (vz_row_null(rows, 0, name)) {
        vz_call_invalid(call, name, "required", "is missing");
    }

    return vz_row_int(rows, 0, name);
}


/* refuse what the node would refuse, and name the field */

static vz_code_e
vz_make_room(vz_call_t *call, const vz_vm_new_t *vm)
{
    uint64_t  min;

    min = vz_node_limit_disk_min(vz_node_limit(vm->node));

    if (vm->disk_mib >= (int64_t) min) {
        return VZ_OK;
    }

    vz_call_invalid(call, "disk_mib", "range",
                    "must be at least %uL on this node", min);
    vz_call_refuse(call);

    return VZ_RANGE;
}


/* two orders of a user at once are counted one after the other */

static vz_code_e
vz_make_own_hold(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    return vz_auth_hold(tx, call->pool, vm->user);
}


static void
vz_make_mail(vz_json_t *json, const vz_vm_new_t *vm)
{
    const vz_make_t  *make = vm->data;

    vz_json_text(json, "first_name", &make->first_name);

    if (vm->keys.len) {
        vz_json_text(json, "keys", &vm->key_names);

    } else {
        vz_json_text(json, "password", &vm->password);
    }
}


static vz_code_e
vz_make_audit(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    return vz_audit_by(tx, call, "vm.make",
                       vz_call_printf(call, "vm %uL of user %uL", vm->id,
                                      vm->user));
}


static vz_code_e
vz_make_own_audit(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    return vz_audit_by(tx, call, "order.make",
                       vz_call_printf(call, "vm %uL", vm->id));
}
