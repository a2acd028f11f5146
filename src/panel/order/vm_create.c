/*
 * POST /api/vms: a container for a user that there is, by an administrator.
 */

#include "panel/api/audit.h"
#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/live/collector.h"
#include "panel/node/node_limit.h"
#include "panel/order/order.h"
#include "panel/order/order_claim.h"
#include "panel/order/vm_create.h"
#include "panel/task/runner.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/db_rows.h"
#include "wire/field.h"
#include "wire/field_value.h"


#define VZ_MAKE_MIB        (1024 * 1024)
#define VZ_MAKE_UNITS      1000


typedef struct {
    ngx_str_t   user;
    ngx_str_t   template;
    ngx_str_t   hostname;
    ngx_str_t   plan;
    int64_t     memory_mib;
    int64_t     disk_mib;
    int64_t     cpu_units;
} vz_make_body_t;


static vz_code_e vz_make_replay(vz_call_t *call, vz_order_t *order);
static vz_code_e vz_make_look(vz_call_t *call, const vz_make_body_t *body,
    vz_order_t *order);
static void vz_make_size(vz_call_t *call, const char *name, int64_t wished,
    const vz_rows_t *rows, ngx_uint_t column, int64_t *size);
static vz_code_e vz_make_room(vz_call_t *call, vz_order_t *order);
static void vz_make_refuse(vz_call_t *call, vz_order_t *order, vz_code_e rc);
static vz_code_e vz_make_task(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);
static vz_code_e vz_make_mail(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);
static vz_code_e vz_make_audit(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);


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

const vz_verb_body_t  vz_vm_create_form = vz_body("Container", vz_make_members);


static const vz_order_claim_pt  vz_make_claims[] = {
    vz_order_claim_key,
    vz_order_claim_vm,
    vz_order_claim_address,
    vz_order_claim_network,
    vz_make_task,
    vz_make_mail,
    vz_make_audit,
    NULL
};


/* accounts begin with a letter, so that no name is a number */

static const vz_sql_t  vz_make_lookup = vz_sql("make lookup",
    "SELECT u.id, u.first_name, u.email, u.language, t.id, p.id,"
    " p.memory_mib, p.disk_mib, p.cpu_units, p.cpu_percent"
    " FROM (SELECT 1 AS one) o"
    " LEFT JOIN user u ON u.id = ? OR u.account = ?"
    " LEFT JOIN template t ON t.name = ? AND t.enabled"
    " LEFT JOIN plan p ON p.name = ?");


void
vz_vm_create(vz_call_t *call)
{
    vz_code_e       rc;
    vz_order_t      order;
    vz_make_body_t  body;

    ngx_memzero(&order, sizeof(vz_order_t));
    ngx_memzero(&body, sizeof(vz_make_body_t));
    order.given = 1;

    if (vz_body_read(call, &vz_vm_create_form, &body) != VZ_OK
        || vz_idempotency_init(call, NULL, &order.idem) != VZ_OK
        || vz_make_replay(call, &order) != VZ_OK
        || vz_make_look(call, &body, &order) != VZ_OK
        || vz_order_place(call, &order) != VZ_OK
        || vz_make_room(call, &order) != VZ_OK
        || vz_order_draw(call, &order) != VZ_OK)
    {
        return;
    }

    rc = vz_order_claim_all(call, &order, vz_make_claims);

    ngx_explicit_memzero(order.password.data, order.password.len);

    if (rc != VZ_OK) {
        vz_make_refuse(call, &order, rc);
        return;
    }

    vz_collector_expect(order.node->id, order.ctid, order.vm, order.user);
    vz_runner_kick();
    vz_task_accepted(call, order.task);
}


static vz_code_e
vz_make_replay(vz_call_t *call, vz_order_t *order)
{
    vz_code_e  rc;

    rc = vz_idempotency_find(call, &order->idem, &order->task);

    if (rc == VZ_OK && order->task) {
        vz_task_accepted(call, order->task);
        return VZ_EXISTS;
    }

    return rc;
}


static vz_code_e
vz_make_look(vz_call_t *call, const vz_make_body_t *body, vz_order_t *order)
{
    uint64_t    id;
    vz_code_e   rc;
    vz_rows_t   rows;

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

    if (vz_cell_null(&rows, 0, 0)) {
        vz_call_invalid(call, "user", "absent", "there is no such user");
    }

    if (vz_cell_null(&rows, 0, 4)) {
        vz_call_invalid(call, "template", "absent",
                        "no such system is offered");
    }

    if (body->plan.len && vz_cell_null(&rows, 0, 5)) {
        vz_call_invalid(call, "plan", "absent", "there is no such plan");
    }

    order->user = vz_cell_int(&rows, 0, 0);
    order->body.first_name = vz_cell_text(&rows, 0, 1);
    order->body.email = vz_cell_text(&rows, 0, 2);
    order->body.language = vz_cell_text(&rows, 0, 3);
    order->template = vz_cell_int(&rows, 0, 4);
    order->plan = vz_cell_int(&rows, 0, 5);
    order->cpu_percent = vz_cell_int(&rows, 0, 9);
    order->cpu_units = VZ_MAKE_UNITS;

    vz_make_size(call, "memory_mib", body->memory_mib, &rows, 6,
                 &order->memory_mib);
    vz_make_size(call, "disk_mib", body->disk_mib, &rows, 7,
                 &order->disk_mib);
    vz_make_size(call, NULL, body->cpu_units, &rows, 8, &order->cpu_units);

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    order->body.template = body->template;
    order->body.hostname = vz_call_printf(call, "%V", &body->hostname);
    ngx_strlow(order->body.hostname.data, order->body.hostname.data,
               order->body.hostname.len);

    return VZ_OK;
}


/* as wished, else as the plan has it; name is NULL for what has a default */

static void
vz_make_size(vz_call_t *call, const char *name, int64_t wished,
    const vz_rows_t *rows, ngx_uint_t column, int64_t *size)
{
    if (wished) {
        *size = wished;

    } else if (!vz_cell_null(rows, 0, column)) {
        *size = vz_cell_int(rows, 0, column);

    } else if (name != NULL) {
        vz_call_invalid(call, name, "required", "is missing");
    }
}


/* what the node is known to refuse is refused here, with its field */

static vz_code_e
vz_make_room(vz_call_t *call, vz_order_t *order)
{
    uint64_t                min;
    const vz_node_limit_t  *limit;

    limit = vz_node_limit(order->node, call->pool);
    min = limit == NULL ? 0 : (limit->disk_min + VZ_MAKE_MIB - 1)
                              / VZ_MAKE_MIB;

    if (order->disk_mib >= (int64_t) min) {
        return VZ_OK;
    }

    vz_call_invalid(call, "disk_mib", "range",
                    "this node makes no disk smaller than %uL", min);
    vz_call_refuse(call);

    return VZ_RANGE;
}


static void
vz_make_refuse(vz_call_t *call, vz_order_t *order, vz_code_e rc)
{
    if (rc != VZ_DUPLICATE) {
        vz_order_claim_refuse(call, rc);
        return;
    }

    if (vz_make_replay(call, order) == VZ_OK) {
        vz_call_fault(call, "panel", VZ_OVERLOADED);
    }
}


static vz_code_e
vz_make_task(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    vz_task_new_t  task;

    ngx_memzero(&task, sizeof(vz_task_new_t));

    task.kind = "create";
    task.done = 1;
    vz_task_by(&task, call);

    return vz_order_claim_begin(tx, call, order, &task);
}


static vz_code_e
vz_make_mail(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    vz_json_t  json;

    vz_json_init(&json, call->pool);

    vz_json_object(&json, NULL);
    vz_json_text(&json, "first_name", &order->body.first_name);
    vz_json_text(&json, "address", &order->ip);
    vz_json_text(&json, "also", &order->also);
    vz_json_text(&json, "hostname", &order->hostname);
    vz_json_text(&json, "password", &order->password);

    return vz_order_claim_hold(tx, call, order, "server", &json);
}


static vz_code_e
vz_make_audit(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    return vz_audit_by(tx, call, "vm.make",
                       vz_call_printf(call, "vm %uL of user %uL", order->vm,
                                      order->user));
}
