/*
 * POST /api/vms: an administrator creates a container for an existing user.
 */

#include "panel/account/password.h"
#include "panel/api/audit.h"
#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/node/node_limit.h"
#include "panel/vm/vm_create.h"
#include "panel/vm/vm_new.h"
#include "panel/vm/vm_place.h"
#include "runtime/call.h"
#include "runtime/row.h"
#include "wire/field.h"
#include "wire/field_value.h"


#define VZ_MAKE_UNITS  "1000"


typedef struct {
    ngx_str_t   user;
    ngx_str_t   template;
    ngx_str_t   hostname;
    ngx_str_t   plan;
    int64_t     memory_mib;
    int64_t     disk_mib;
    int64_t     cpu_units;
} vz_make_body_t;


/* The container, and the name in its mail. */
typedef struct {
    vz_vm_new_t  vm;
    ngx_str_t    first_name;
} vz_make_t;


static vz_code_e vz_make_replay(vz_call_t *call, vz_vm_new_t *vm);
static vz_code_e vz_make_look(vz_call_t *call, const vz_make_body_t *body,
    vz_make_t *make);
static int64_t vz_make_size(vz_call_t *call, const char *name,
    int64_t wished, const vz_rows_t *rows);
static vz_code_e vz_make_room(vz_call_t *call, const vz_vm_new_t *vm);
static void vz_make_refuse(vz_call_t *call, vz_vm_new_t *vm, vz_code_e rc);
static void vz_make_mail(vz_json_t *json, const vz_vm_new_t *vm);
static vz_code_e vz_make_audit(vz_tx_t *tx, vz_call_t *call,
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
    vz_make_member(cpu_units, VZ_BODY_INT, 0, 0, 8, 500000)
};

const vz_body_t  vz_vm_create_form = vz_body("Container", vz_make_members);


static const vz_vm_new_def_t  vz_make_def = {
    NULL, "server", vz_make_mail, vz_make_audit
};


/* an account begins with a letter, so that it is never taken for an id */

static const vz_sql_t  vz_make_lookup = vz_sql("make lookup",
    "SELECT u.id AS user, u.first_name, u.email, u.language,"
    " t.id AS template, p.id AS plan, p.memory_mib, p.disk_mib,"
    " COALESCE(p.cpu_units, " VZ_MAKE_UNITS ") AS cpu_units, p.cpu_percent"
    " FROM (SELECT 1 AS one) o"
    " LEFT JOIN user u ON u.id = ? OR u.account = ?"
    " LEFT JOIN template t ON t.name = ? AND t.enabled"
    " LEFT JOIN plan p ON p.name = ?");


void
vz_vm_create(vz_call_t *call)
{
    vz_code_e        rc;
    vz_make_t        make;
    vz_vm_new_t     *vm;
    vz_make_body_t   body;

    ngx_memzero(&make, sizeof(vz_make_t));
    ngx_memzero(&body, sizeof(vz_make_body_t));

    vm = &make.vm;
    vm->def = &vz_make_def;
    vm->data = &make;
    vm->any_plan = 1;
    vm->task.kind = "create";
    vm->task.done = 1;
    vz_task_by(&vm->task, call);

    if (vz_body_read(call, &vz_vm_create_form, &body) != VZ_OK
        || vz_idempotency_init(call, NULL, &vm->idem) != VZ_OK
        || vz_make_replay(call, vm) != VZ_OK
        || vz_make_look(call, &body, &make) != VZ_OK
        || vz_vm_place(call, &body.template, &vm->node) != VZ_OK
        || vz_make_room(call, vm) != VZ_OK
        || vz_password_random(call, &vm->password) != VZ_OK)
    {
        return;
    }

    rc = vz_vm_new_make(call, vm);

    ngx_explicit_memzero(vm->password.data, vm->password.len);

    if (rc != VZ_OK) {
        vz_make_refuse(call, vm, rc);
        return;
    }

    vz_task_accepted(call, vm->task_id);
}


static vz_code_e
vz_make_replay(vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e  rc;

    rc = vz_idempotency_find(call, &vm->idem, &vm->task_id);

    if (rc == VZ_OK && vm->task_id) {
        vz_task_accepted(call, vm->task_id);
        return VZ_EXISTS;
    }

    return rc;
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
                              vz_bind_opt(body->plan)),
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


static void
vz_make_refuse(vz_call_t *call, vz_vm_new_t *vm, vz_code_e rc)
{
    if (rc != VZ_DUPLICATE) {
        vz_vm_new_refuse(call, rc);
        return;
    }

    if (vz_make_replay(call, vm) == VZ_OK) {
        vz_call_fault(call, "panel", VZ_OVERLOADED);
    }
}


static void
vz_make_mail(vz_json_t *json, const vz_vm_new_t *vm)
{
    const vz_make_t  *make = vm->data;

    vz_json_text(json, "first_name", &make->first_name);
    vz_json_text(json, "address", &vm->address.first);
    vz_json_text(json, "also", &vm->address.also);
    vz_json_text(json, "hostname", &vm->name);
    vz_json_text(json, "password", &vm->password);
}


static vz_code_e
vz_make_audit(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    return vz_audit_by(tx, call, "vm.make",
                       vz_call_printf(call, "vm %uL of user %uL", vm->id,
                                      vm->user));
}
