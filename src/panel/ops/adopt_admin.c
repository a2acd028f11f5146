/*
 * POST /api/admin/nodes/{id}/adopt: assign a stranger to a user, or recognise
 * a missing container that came back.  Row, addresses and task are one
 * transaction; the task sets the tag, and until then deleting the row does not
 * delete the container.
 */

#include "panel/api/audit.h"
#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/api/strlist.h"
#include "panel/live/collector.h"
#include "panel/node/ctid.h"
#include "panel/ops/adopt.h"
#include "panel/ops/adopt_admin.h"
#include "panel/ops/stranger_admin.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/task/task_wait.h"
#include "panel/vm/vm_action.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/fiber.h"
#include "runtime/row.h"
#include "wire/field_value.h"


#define VZ_ADOPT_TRIES  5


typedef struct {
    int64_t            ctid;
    ngx_str_t          tag;
    ngx_str_t          account;
    ngx_str_t          plan;
    ngx_str_t          template;
    int64_t            as;
} vz_adopt_body_t;

typedef struct {
    vz_call_t                *call;
    vz_adopt_body_t           body;
    vz_idempotency_t          idem;
    vz_stranger_admin_node_t  node;
    vz_adopt_told_t           told;

    vz_adopt_row_t     row;
    ngx_str_t          name;

    /* of a missing one */
    vz_vm_lifecycle_e  lifecycle;
    uint64_t           busy;
    uint32_t           number;
    ngx_str_t          tag;

    uint64_t           vm;
    uint64_t           task;
} vz_adopt_t;


static vz_code_e vz_adopt_replay(vz_adopt_t *adopt);
static vz_code_e vz_adopt_form(vz_adopt_t *adopt);
static vz_code_e vz_adopt_missing(vz_adopt_t *adopt);
static vz_code_e vz_adopt_stranger(vz_adopt_t *adopt);
static vz_code_e vz_adopt_is_missing(vz_adopt_t *adopt);
static vz_code_e vz_adopt_look(vz_adopt_t *adopt);
static vz_code_e vz_adopt_claim(vz_adopt_t *adopt);
static vz_code_e vz_adopt_try(vz_adopt_t *adopt);
static vz_code_e vz_adopt_again(vz_adopt_t *adopt, vz_tx_t *tx);
static vz_code_e vz_adopt_row(vz_adopt_t *adopt, const vz_rows_t *rows);
static vz_code_e vz_adopt_task(vz_adopt_t *adopt, vz_tx_t *tx);
static vz_code_e vz_adopt_audit(vz_adopt_t *adopt, vz_tx_t *tx);
static void vz_adopt_refuse(vz_adopt_t *adopt, vz_code_e rc);
static void vz_adopt_taken(vz_adopt_t *adopt);
static void vz_adopt_reply(vz_adopt_t *adopt);
static void vz_adopt_answer(vz_call_t *call);


#define vz_adopt_member(name, type, field, required, min_max)                 \
    { #name, type, field, required, min_max, offsetof(vz_adopt_body_t, name) }

#define VZ_ADOPT_ANY  0, 0
#define VZ_ADOPT_ID   1, INT64_MAX

static const vz_body_member_t  vz_adopt_members[] = {
    vz_adopt_member(ctid, VZ_BODY_INT, 0, 1, VZ_ON_NODE_CTIDS),
    vz_adopt_member(tag, VZ_BODY_FIELD, VZ_FIELD_TAG, 0, VZ_ADOPT_ANY),
    vz_adopt_member(account, VZ_BODY_KEY, VZ_FIELD_ACCOUNT, 0, VZ_ADOPT_ANY),
    vz_adopt_member(plan, VZ_BODY_FIELD, VZ_FIELD_PLAN, 0, VZ_ADOPT_ANY),
    vz_adopt_member(template, VZ_BODY_FIELD, VZ_FIELD_TEMPLATE, 0,
                    VZ_ADOPT_ANY),
    vz_adopt_member(as, VZ_BODY_INT, 0, 0, VZ_ADOPT_ID)
};

const vz_body_t  vz_adopt_admin_form = vz_body("Adoption", vz_adopt_members);


#define VZ_ADOPT_MISSING                                                      \
    "SELECT v.user_id, v.name, v.lifecycle, v.ctid, v.tag,"                   \
    " (SELECT t.id FROM task t WHERE t.busy = v.id) AS task"                  \
    " FROM vm v WHERE v.id = ? AND v.node_id = ?"

static const vz_sql_t  vz_adopt_find = vz_sql("adopt find", VZ_ADOPT_MISSING);

static const vz_sql_t  vz_adopt_lock = vz_sql("adopt lock",
    VZ_ADOPT_MISSING " FOR UPDATE");

/* accounts begin with a letter, so a number is never an account */
static const vz_sql_t  vz_adopt_lookup = vz_sql("adopt lookup",
    "SELECT u.id AS user, p.id AS plan, t.id AS template"
    " FROM (SELECT 1 AS one) o"
    " LEFT JOIN user u ON u.id = ? OR u.account = ?"
    " LEFT JOIN plan p ON p.name = ?"
    " LEFT JOIN template t ON t.name = ?");

static const vz_sql_t  vz_adopt_update = vz_sql("adopt update",
    "UPDATE vm SET ctid = ?, tag = ?, adopting = 1 WHERE id = ?");

static const vz_sql_t  vz_adopt_whose = vz_sql("adopt whose",
    "SELECT id, name FROM vm WHERE node_id = ? AND ctid = ?");

static const vz_sql_t  vz_adopt_out = vz_sql("adopt out",
    "SELECT JSON_EXTRACT(data, '$.out') AS left_out FROM task WHERE id = ?");


void
vz_adopt_admin_request(vz_call_t *call)
{
    vz_code_e   rc;
    vz_adopt_t  adopt;

    ngx_memzero(&adopt, sizeof(vz_adopt_t));
    adopt.call = call;

    if (vz_adopt_form(&adopt) != VZ_OK
        || vz_idempotency_init(call, NULL, &adopt.idem) != VZ_OK
        || vz_adopt_replay(&adopt) != VZ_OK
        || vz_adopt_missing(&adopt) != VZ_OK
        || vz_stranger_admin_node(call, &adopt.node) != VZ_OK
        || vz_adopt_stranger(&adopt) != VZ_OK
        || vz_adopt_look(&adopt) != VZ_OK)
    {
        return;
    }

    rc = vz_adopt_claim(&adopt);

    if (rc != VZ_OK) {
        vz_adopt_refuse(&adopt, rc);
        return;
    }

    vz_collector_expect(adopt.node.id, adopt.body.ctid, adopt.vm,
                        adopt.row.user);
    vz_runner_kick();
    vz_adopt_reply(&adopt);
}


/* a missing container keeps its properties */

static vz_code_e
vz_adopt_form(vz_adopt_t *adopt)
{
    ngx_uint_t   i;
    vz_call_t   *call = adopt->call;

    static const char  *others[] = { "account", "plan", "template" };

    if (vz_body_read(call, &vz_adopt_admin_form, &adopt->body) != VZ_OK) {
        return VZ_RANGE;
    }

    if (adopt->body.as == 0 && adopt->body.account.len == 0) {
        vz_call_invalid(call, "account", "required", "is missing");
    }

    for (i = 0; adopt->body.as && i < 3; i++) {
        if (vz_body_given(call, others[i])) {
            vz_call_invalid(call, others[i], "unknown",
                            "can't be given: a container that returns keeps "
                            "its own");
        }
    }

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    return VZ_OK;
}


static vz_code_e
vz_adopt_replay(vz_adopt_t *adopt)
{
    vz_code_e  rc;

    rc = vz_idempotency_find(adopt->call, &adopt->idem, &adopt->task);

    if (rc == VZ_OK && adopt->task) {
        vz_adopt_reply(adopt);
        return VZ_EXISTS;
    }

    return rc;
}


/*
 * The row is read before its node is asked, and again in the transaction: if
 * no task had it in between and it is the same, nothing of ours brought its
 * container back meanwhile.
 */

static vz_code_e
vz_adopt_missing(vz_adopt_t *adopt)
{
    uint64_t    node;
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_call_t  *call = adopt->call;

    if (adopt->body.as == 0) {
        return VZ_OK;
    }

    if (vz_route_id(call, 0, &node) != VZ_OK) {
        return VZ_NOENT;
    }

    rc = vz_db_query(NULL, call->pool, &vz_adopt_find,
                     vz_binds(vz_int(adopt->body.as), vz_int(node)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (rows.rows == 0) {
        vz_call_invalid(call, "as", "absent", "this node misses no such "
                                              "container");
        vz_call_refuse(call);
        return VZ_NOENT;
    }

    adopt->number = vz_row_int(&rows, 0, "ctid");
    adopt->tag = vz_row_text(&rows, 0, "tag");

    rc = vz_adopt_row(adopt, &rows);

    if (rc != VZ_OK) {
        vz_adopt_refuse(adopt, rc);
    }

    return rc;
}


static vz_code_e
vz_adopt_row(vz_adopt_t *adopt, const vz_rows_t *rows)
{
    ngx_str_t  lifecycle;

    adopt->row.user = vz_row_int(rows, 0, "user_id");
    adopt->name = vz_row_text(rows, 0, "name");
    lifecycle = vz_row_text(rows, 0, "lifecycle");
    adopt->lifecycle = vz_vm_lifecycle_parse(&lifecycle);
    adopt->busy = vz_row_int(rows, 0, "task");

    return adopt->busy ? VZ_BUSY
           : VZ_VM_LIFECYCLE_IS_MADE & vz_vm_lifecycle_bit(adopt->lifecycle)
             ? VZ_OK : VZ_STATE;
}


static vz_code_e
vz_adopt_stranger(vz_adopt_t *adopt)
{
    u_char                id[NGX_INT32_LEN + 1];
    vz_code_e             rc;
    const char           *argv[1];
    vz_answer_t           answer;
    const vz_stranger_t  *one;

    one = vz_stranger_is(&adopt->node.all, adopt->body.ctid,
                         &adopt->body.tag);

    if (one == NULL) {
        vz_stranger_admin_absent(adopt->call, adopt->body.ctid);
        return VZ_NOENT;
    }

    if (vz_adopt_is_missing(adopt) != VZ_OK) {
        return VZ_STATE;
    }

    ngx_sprintf(id, "%uD%Z", one->ctid);
    argv[0] = (char *) id;

    rc = vz_relay_call(adopt->node.relay, adopt->call->pool, VZ_VERB_STATUS,
                       1, argv, NULL, NULL, NULL, &answer);

    if (rc == VZ_OK && (answer.nlines == 0
                        || !vz_ctid_map_tagged(&answer.lines[0], &one->tag)))
    {
        rc = VZ_NOENT;
    }

    if (rc == VZ_NOENT) {
        vz_stranger_admin_absent(adopt->call, one->ctid);

    } else if (rc != VZ_OK) {
        vz_stranger_admin_fault(adopt->call, rc);

    } else {
        vz_adopt_read(adopt->call, &answer.lines[0], one->ctid,
                      &adopt->told);
    }

    return rc;
}


static vz_code_e
vz_adopt_is_missing(vz_adopt_t *adopt)
{
    vz_ctid_map_vm_t   *vm;

    if (adopt->body.as == 0) {
        return VZ_OK;
    }

    vm = vz_ctid_map_number(adopt->node.all.map, adopt->number);

    if (vm == NULL || vm->vm != (uint64_t) adopt->body.as || vm->seen) {
        vz_call_problem(adopt->call, NGX_HTTP_CONFLICT, "not_missing",
                        "The container %V is not missing: the node has it.",
                        &adopt->name);
        return VZ_STATE;
    }

    return VZ_OK;
}


static vz_code_e
vz_adopt_look(vz_adopt_t *adopt)
{
    uint64_t          id;
    vz_code_e         rc;
    vz_rows_t         rows;
    vz_call_t        *call = adopt->call;
    vz_adopt_body_t  *body = &adopt->body;

    if (body->as) {
        return VZ_OK;
    }

    if (body->template.len == 0) {
        body->template = adopt->told.template;
    }

    if (vz_field_value_number((char *) body->account.data, body->account.len,
                              INT64_MAX, &id)
        != VZ_OK)
    {
        id = 0;
    }

    rc = vz_db_query(NULL, call->pool, &vz_adopt_lookup,
                     vz_binds(vz_int(id), vz_text(body->account),
                              vz_bind_opt(body->plan),
                              vz_bind_opt(body->template)),
                     &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (vz_row_null(&rows, 0, "user")) {
        vz_call_invalid(call, "account", "absent", "this user does not exist");
    }

    if (body->plan.len && vz_row_null(&rows, 0, "plan")) {
        vz_call_invalid(call, "plan", "absent", "this plan does not exist");
    }

    if (vz_row_null(&rows, 0, "template")) {
        vz_call_invalid(call, "template",
                        body->template.len ? "absent" : "required",
                        "must be a registered template");
    }

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    adopt->row.user = vz_row_int(&rows, 0, "user");
    adopt->row.plan = vz_row_int(&rows, 0, "plan");
    adopt->row.template = vz_row_int(&rows, 0, "template");
    adopt->row.node = adopt->node.id;
    adopt->row.ctid = body->ctid;
    adopt->name = adopt->told.hostname;

    return VZ_OK;
}


static vz_code_e
vz_adopt_claim(vz_adopt_t *adopt)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    rc = VZ_CONFLICT;

    for (i = 0; i < VZ_ADOPT_TRIES && rc == VZ_CONFLICT; i++) {

        if (i) {
            vz_fiber_sleep(5 + ngx_random() % 20);
        }

        rc = vz_adopt_try(adopt);
    }

    return rc;
}


static vz_code_e
vz_adopt_try(vz_adopt_t *adopt)
{
    vz_tx_t    *tx;
    vz_code_e   rc;
    vz_call_t  *call = adopt->call;

    if (vz_crypt_random_hex(call->pool, VZ_TAG_LEN / 2, &adopt->row.tag)
        != NGX_OK) {
        return VZ_INTERNAL;
    }

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_idempotency_claim(tx, call, &adopt->idem);

    if (rc == VZ_OK) {
        rc = adopt->body.as ? vz_adopt_again(adopt, tx)
                            : vz_adopt_insert(tx, call->pool, &adopt->row,
                                              &adopt->told, &adopt->vm);

        /* another row has the number */

        rc = rc == VZ_DUPLICATE ? VZ_EXISTS : rc;
    }

    if (rc == VZ_OK) {
        rc = vz_ctid_known(tx, call->pool, adopt->node.id,
                           adopt->body.ctid);
    }

    if (rc == VZ_OK) {
        rc = vz_adopt_task(adopt, tx);
    }

    if (rc == VZ_OK) {
        rc = vz_idempotency_done(tx, call, &adopt->idem, adopt->task);
    }

    if (rc == VZ_OK) {
        rc = vz_adopt_audit(adopt, tx);
    }

    return vz_db_end(tx, rc);
}


/* a new tag: the old one may belong to a container that was deleted */

static vz_code_e
vz_adopt_again(vz_adopt_t *adopt, vz_tx_t *tx)
{
    vz_code_e   rc;
    ngx_str_t   was;
    vz_rows_t   rows;
    vz_call_t  *call = adopt->call;

    adopt->vm = adopt->body.as;

    rc = vz_db_query(tx, call->pool, &vz_adopt_lock,
                     vz_binds(vz_int(adopt->vm), vz_int(adopt->node.id)),
                     &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_NOENT;
    }

    rc = vz_adopt_row(adopt, &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    was = vz_row_text(&rows, 0, "tag");

    if (adopt->number != vz_row_int(&rows, 0, "ctid")
        || was.len != adopt->tag.len
        || ngx_strncmp(was.data, adopt->tag.data, was.len) != 0)
    {
        return VZ_OVERLOADED;
    }

    if (adopt->number != (uint32_t) adopt->body.ctid) {
        rc = vz_ctid_leave(tx, call->pool, adopt->vm);
    }

    return rc == VZ_OK ? vz_db_query(tx, call->pool, &vz_adopt_update,
                                     vz_binds(vz_int(adopt->body.ctid),
                                              vz_text(adopt->row.tag),
                                              vz_int(adopt->vm)),
                                     NULL)
                       : rc;
}


static vz_code_e
vz_adopt_task(vz_adopt_t *adopt, vz_tx_t *tx)
{
    vz_code_e      rc;
    vz_json_t      json;
    vz_call_t     *call = adopt->call;
    vz_task_new_t  task;

    ngx_memzero(&task, sizeof(vz_task_new_t));

    vz_json_init(&json, call->pool);
    vz_json_object(&json, NULL);
    vz_json_text(&json, "from", &adopt->body.tag);

    rc = vz_adopt_bind(tx, call->pool, adopt->vm, &adopt->told, &json);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_json_close(&json);

    if (vz_json_end(&json) != NGX_OK
        || vz_json_string(&json, &task.data) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    task.kind = "adopt";
    task.vm = adopt->vm;
    task.vm_name = adopt->name;
    task.owner = adopt->row.user;
    vz_task_by(&task, call);

    rc = vz_task_create(tx, call->pool, &task, &adopt->task);

    return rc == VZ_DUPLICATE ? VZ_CONFLICT : rc;
}


static vz_code_e
vz_adopt_audit(vz_adopt_t *adopt, vz_tx_t *tx)
{
    vz_call_t  *call = adopt->call;

    return vz_audit_with(tx, call, "vm.adopt",
                         vz_call_printf(call, "vm %uL of user %uL", adopt->vm,
                                        adopt->row.user),
                         vz_call_printf(call, "node %V, number %L%s%V",
                                        &adopt->node.name, adopt->body.ctid,
                                        adopt->body.tag.len ? ", tag " : "",
                                        &adopt->body.tag));
}


static void
vz_adopt_refuse(vz_adopt_t *adopt, vz_code_e rc)
{
    vz_vm_action_t  change;

    switch (rc) {

    case VZ_EXISTS:
        vz_adopt_taken(adopt);
        return;

    case VZ_DUPLICATE:
        if (vz_adopt_replay(adopt) == VZ_OK) {
            vz_call_fault(adopt->call, "panel", VZ_OVERLOADED);
        }

        return;

    default:
        ngx_memzero(&change, sizeof(vz_vm_action_t));

        change.call = adopt->call;
        change.busy = adopt->busy;
        change.lifecycle = adopt->lifecycle;
        vz_vm_action_refuse(&change, rc);
    }
}


static void
vz_adopt_taken(vz_adopt_t *adopt)
{
    ngx_str_t   name;
    vz_rows_t   rows;
    vz_call_t  *call = adopt->call;

    if (vz_db_query(NULL, call->pool, &vz_adopt_whose,
                    vz_binds(vz_int(adopt->node.id),
                             vz_int(adopt->body.ctid)),
                    &rows)
        != VZ_OK
        || rows.rows == 0)
    {
        vz_call_fault(call, "panel", VZ_OVERLOADED);
        return;
    }

    name = vz_row_text(&rows, 0, "name");

    vz_call_problem(call, NGX_HTTP_CONFLICT, "number_taken",
                    "This number belongs to %V (%L): delete that container "
                    "first or, if it is missing, adopt this one in its place.",
                    &name, vz_row_int(&rows, 0, "id"));
}


static void
vz_adopt_reply(vz_adopt_t *adopt)
{
    adopt->call->task = adopt->task;

    if (vz_task_wait(adopt->call, adopt->task, vz_adopt_answer) != NGX_OK) {
        vz_adopt_answer(adopt->call);
    }
}


static void
vz_adopt_answer(vz_call_t *call)
{
    vz_code_e    rc;
    ngx_str_t    out;
    vz_task_t    task;
    vz_rows_t    rows;
    vz_json_t   *json;
    ngx_uint_t   status;

    if (vz_task_stands(call, &task, &status) != VZ_OK) {
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_adopt_out,
                     vz_binds(vz_int(call->task)), &rows);

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_row_text(&rows, 0, "left_out");

    if (out.len == 0) {
        ngx_str_set(&out, "[]");
    }

    json = vz_call_reply(call, status);

    task.admin = 1;

    vz_json_object(json, NULL);
    vz_task_json(json, "task", &task);
    vz_json_raw(json, "left_out", &out);
    vz_json_close(json);
}
