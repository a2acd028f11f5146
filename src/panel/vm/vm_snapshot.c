/*
 * Snapshots of a container.
 */

#include "panel/api/auth.h"
#include "panel/api/route.h"
#include "panel/api/row_json.h"
#include "panel/node/node_ask.h"
#include "panel/node/node_limit.h"
#include "panel/node/snapshot_told.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_snapshot.h"
#include "runtime/row.h"


/* how many a container may have that has no plan */
#define VZ_VM_SNAPSHOT_PLANLESS  "3"

#define VZ_VM_SNAPSHOT_MOST                                                   \
    "COALESCE(p.snapshots, " VZ_VM_SNAPSHOT_PLANLESS ")"


/* What a request asks for. */
typedef struct {
    ngx_str_t        title;
    ngx_str_t        name;          /* of the container, typed */
    int64_t          keep;          /* one of now is taken before */
    uint64_t         id;            /* of the snapshot, of the path */
    ngx_str_t        drawn;         /* a name for a new one */
} vz_vm_snapshot_ask_t;

/* What a list adds up. */
typedef struct {
    ngx_uint_t       used;          /* of those that the plan counts */
    ngx_uint_t       shown;
    int64_t          bytes;         /* that they take together; -1: not known */
} vz_vm_snapshot_sum_t;


static void vz_vm_snapshot_item(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t i, const vz_answer_t *answer, vz_vm_snapshot_sum_t *sum);
static ngx_uint_t vz_vm_snapshot_unsupported(vz_call_t *call);
static vz_code_e vz_vm_snapshot_prepare(vz_vm_action_t *change, vz_tx_t *tx);
static void vz_vm_snapshot_act(vz_call_t *call, vz_vm_snapshot_ask_t *ask,
    const vz_vm_action_def_t *def);
static vz_code_e vz_vm_snapshot_prepare_drop(vz_vm_action_t *change,
    vz_tx_t *tx);
static vz_code_e vz_vm_snapshot_prepare_rollback(vz_vm_action_t *change,
    vz_tx_t *tx);
static vz_code_e vz_vm_snapshot_find(vz_vm_action_t *change, vz_tx_t *tx,
    ngx_str_t *name);


static const vz_body_member_t  vz_vm_snapshot_members[] = {
    { "title", VZ_BODY_FIELD, VZ_FIELD_LABEL, 0, 0, 0,
      offsetof(vz_vm_snapshot_ask_t, title) }
};

static const vz_body_member_t  vz_vm_snapshot_rollback_members[] = {
    { "name", VZ_BODY_TEXT, 0, 1, 0, 256,
      offsetof(vz_vm_snapshot_ask_t, name) },
    { "keep", VZ_BODY_BOOL, 0, 0, 0, 1,
      offsetof(vz_vm_snapshot_ask_t, keep) }
};

const vz_body_t  vz_vm_snapshot_form = vz_body("Snapshot",
                                               vz_vm_snapshot_members);
const vz_body_t  vz_vm_snapshot_rollback_form = vz_body("Rollback",
                                             vz_vm_snapshot_rollback_members);


static const vz_vm_action_def_t  vz_vm_snapshot_take_def = {
    "snapshot", "vm.snapshot", VZ_VM_LIFECYCLE_IS_READY,
    vz_vm_snapshot_prepare, NULL
};

static const vz_vm_action_def_t  vz_vm_snapshot_drop_def = {
    "snapshot_drop", "vm.snapshot.drop", VZ_VM_LIFECYCLE_IS_MADE,
    vz_vm_snapshot_prepare_drop, NULL
};

static const vz_vm_action_def_t  vz_vm_snapshot_rollback_def = {
    "rollback", "vm.rollback", VZ_VM_LIFECYCLE_IS_READY | VZ_VM_ACTION_OWN,
    vz_vm_snapshot_prepare_rollback, NULL
};


static const vz_sql_t  vz_vm_snapshot_sql_list = vz_sql("vm snapshots",
    "SELECT v.node_id AS node, v.ctid, v.tag, " VZ_VM_SNAPSHOT_MOST " AS most,"
    " s.id, s.name, s.title, s.automatic, s.actor, s.bytes, "
    vz_row_json_time("COALESCE(s.taken, s.created)") " AS taken,"
    " s.taken IS NOT NULL AND s.gone IS NULL AS there"
    " FROM vm v LEFT JOIN plan p ON p.id = v.plan_id"
    " LEFT JOIN vm_snapshot s ON s.vm_id = v.id"
    " WHERE v.id = ? AND " vz_auth_owned("v.user_id")
    " ORDER BY s.taken DESC, s.id DESC");

static const vz_sql_t  vz_vm_snapshot_sql_node = vz_sql("vm snapshot node",
    "SELECT v.node_id FROM vm v WHERE v.id = ? AND "
    vz_auth_owned("v.user_id"));

/* the container's row is locked, so one after another is counted */
static const vz_sql_t  vz_vm_snapshot_sql_new = vz_sql("vm snapshot new",
    "INSERT INTO vm_snapshot (vm_id, name, title, actor)"
    " SELECT v.id, ?, ?, ? FROM vm v LEFT JOIN plan p ON p.id = v.plan_id"
    " WHERE v.id = ? AND (SELECT COUNT(*) FROM vm_snapshot s"
    "  WHERE s.vm_id = v.id AND NOT s.automatic AND s.taken IS NOT NULL"
    "  AND s.gone IS NULL) < " VZ_VM_SNAPSHOT_MOST);

static const vz_sql_t  vz_vm_snapshot_sql_find = vz_sql("vm snapshot find",
    "SELECT name, title, " vz_row_json_time("taken") " AS taken"
    " FROM vm_snapshot WHERE id = ? AND vm_id = ? AND taken IS NOT NULL");


void
vz_vm_snapshot_list(vz_call_t *call)
{
    uint64_t                 id;
    vz_bind_t                owner;
    vz_code_e                rc;
    vz_json_t               *out;
    vz_rows_t                rows;
    ngx_uint_t               i;
    vz_answer_t              answer;
    vz_node_ask_t            ct;
    vz_vm_snapshot_sum_t     sum;

    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_route_row(call, &vz_vm_snapshot_sql_list,
                        vz_binds(vz_int(id), owner, owner), &rows)
           != VZ_OK)
    {
        return;
    }

    ct.node = vz_row_int(&rows, 0, "node");
    ct.ctid = vz_row_int(&rows, 0, "ctid");
    ct.tag = vz_row_text(&rows, 0, "tag");

    rc = vz_node_ask(call->pool, VZ_VERB_SNAPSHOTS, &ct, &answer);

    ngx_memzero(&sum, sizeof(vz_vm_snapshot_sum_t));

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_json_cstr(out, "node", rc == VZ_OK ? "up"
                              : rc == VZ_UNSUPPORTED || rc == VZ_UNKNOWN
                                ? "unsupported"
                              : rc == VZ_NOENT || rc == VZ_RANGE ? "absent"
                              : "down");
    vz_json_int(out, "most", vz_row_int(&rows, 0, "most"));
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows && !vz_row_null(&rows, i, "id"); i++) {
        vz_vm_snapshot_item(out, &rows, i, rc == VZ_OK ? &answer : NULL,
                            &sum);
    }

    vz_json_close(out);
    vz_json_uint(out, "used", sum.used);

    /* what two have the same is counted for neither, and takes room */

    if (rc == VZ_OK && vz_snapshot_told_all(&answer) >= 0) {
        sum.bytes = vz_snapshot_told_all(&answer);
    }

    if (sum.bytes < 0) {
        vz_json_null(out, "bytes");
    } else {
        vz_json_int(out, "bytes", sum.bytes);
    }

    vz_json_null(out, "next");
    vz_json_close(out);
}


/* answer is NULL where the node tells nothing: then as it told last */

static void
vz_vm_snapshot_item(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t i,
    const vz_answer_t *answer, vz_vm_snapshot_sum_t *sum)
{
    ngx_str_t            name, text, taken;
    vz_snapshot_told_t   told;

    name = vz_row_text(rows, i, "name");

    if (answer != NULL) {

        if (vz_snapshot_told_find(answer, &name, &told) != VZ_OK) {
            return;
        }

    } else if (!vz_row_int(rows, i, "there")) {
        return;

    } else {
        ngx_memzero(&told, sizeof(vz_snapshot_told_t));
        told.bytes = vz_row_null(rows, i, "bytes")
                     ? -1 : vz_row_int(rows, i, "bytes");
    }

    sum->used += !vz_row_int(rows, i, "automatic");
    sum->bytes = sum->shown++ == 0 ? told.bytes : -1;

    vz_json_object(out, NULL);
    vz_json_int(out, "id", vz_row_int(rows, i, "id"));
    text = vz_row_text(rows, i, "title");
    vz_json_text(out, "title", &text);
    vz_json_bool(out, "automatic", vz_row_int(rows, i, "automatic") != 0);
    vz_json_opt(out, "actor", vz_row_text(rows, i, "actor"));
    taken = told.date.len ? told.date : vz_row_text(rows, i, "taken");
    vz_json_text(out, "taken", &taken);

    if (told.bytes < 0) {
        vz_json_null(out, "bytes");
    } else {
        vz_json_int(out, "bytes", told.bytes);
    }

    vz_json_close(out);
}


void
vz_vm_snapshot_take(vz_call_t *call)
{
    vz_vm_snapshot_ask_t  ask;

    ngx_memzero(&ask, sizeof(vz_vm_snapshot_ask_t));

    if (vz_body_read(call, &vz_vm_snapshot_form, &ask) != VZ_OK
        || vz_vm_snapshot_unsupported(call))
    {
        return;
    }

    if (vz_snapshot_told_name(call->pool, &ask.drawn) != VZ_OK) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    vz_vm_action_call(call, &vz_vm_snapshot_take_def, &ask);
}


/*
 * Whether the reply is set: no such container, or its node told what it can do,
 * and this is not among it.  Where the node has told nothing yet the task finds
 * out.
 */

static ngx_uint_t
vz_vm_snapshot_unsupported(vz_call_t *call)
{
    uint64_t                id;
    vz_bind_t               owner;
    vz_rows_t               rows;
    vz_node_row_t          *node;
    const vz_node_limit_t  *limit;

    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_route_row(call, &vz_vm_snapshot_sql_node,
                        vz_binds(vz_int(id), owner, owner), &rows)
           != VZ_OK)
    {
        return 1;
    }

    (void) vz_node_load(call->pool);

    node = vz_node_find(vz_row_int(&rows, 0, "node_id"));
    limit = node != NULL ? vz_node_limit_known(node) : NULL;

    if (limit == NULL || vz_node_limit_has(limit, "snapshot")) {
        return 0;
    }

    vz_call_problem(call, NGX_HTTP_CONFLICT, "unsupported",
                    "The container's node takes no snapshots.");

    return 1;
}


static vz_code_e
vz_vm_snapshot_prepare(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e              rc;
    vz_rows_t              rows;
    vz_call_t             *call = change->call;
    vz_vm_snapshot_ask_t  *ask = change->data;

    rc = vz_db_query(tx, call->pool, &vz_vm_snapshot_sql_new,
                     vz_binds(vz_text(ask->drawn), vz_text(ask->title),
                              vz_bind_cstr((char *) call->who.account),
                              vz_int(change->id)),
                     &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.affected == 0) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "snapshots_full",
                        "The container has as many snapshots as its plan "
                        "allows: delete one first.");
        return VZ_STATE;
    }

    change->task_data = vz_call_printf(call, "{\"snapshot\":\"%V\"}",
                                       &ask->drawn);
    change->detail = ask->title;

    return change->task_data.len ? VZ_OK : VZ_INTERNAL;
}


void
vz_vm_snapshot_drop(vz_call_t *call)
{
    vz_vm_snapshot_ask_t  ask;

    ngx_memzero(&ask, sizeof(vz_vm_snapshot_ask_t));
    vz_vm_snapshot_act(call, &ask, &vz_vm_snapshot_drop_def);
}


static void
vz_vm_snapshot_act(vz_call_t *call, vz_vm_snapshot_ask_t *ask,
    const vz_vm_action_def_t *def)
{
    if (vz_route_id(call, 1, &ask->id) == VZ_OK) {
        vz_vm_action_call(call, def, ask);
    }
}


static vz_code_e
vz_vm_snapshot_prepare_drop(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e  rc;
    ngx_str_t  name;

    rc = vz_vm_snapshot_find(change, tx, &name);
    if (rc != VZ_OK) {
        return rc;
    }

    change->task_data = vz_call_printf(change->call, "{\"snapshot\":\"%V\"}",
                                       &name);

    return change->task_data.len ? VZ_OK : VZ_INTERNAL;
}


/* the audit has its title, or when it was taken */

static vz_code_e
vz_vm_snapshot_find(vz_vm_action_t *change, vz_tx_t *tx, ngx_str_t *name)
{
    vz_code_e                    rc;
    vz_rows_t                    rows;
    const vz_vm_snapshot_ask_t  *ask = change->data;

    rc = vz_db_query(tx, change->call->pool, &vz_vm_snapshot_sql_find,
                     vz_binds(vz_int(ask->id), vz_int(change->id)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc != VZ_OK ? rc : VZ_NOENT;
    }

    *name = vz_row_text(&rows, 0, "name");
    change->detail = vz_row_text(&rows, 0, "title");

    if (change->detail.len == 0) {
        change->detail = vz_row_text(&rows, 0, "taken");
    }

    return VZ_OK;
}


void
vz_vm_snapshot_rollback(vz_call_t *call)
{
    vz_vm_snapshot_ask_t  ask;

    ngx_memzero(&ask, sizeof(vz_vm_snapshot_ask_t));
    ask.keep = 1;

    if (vz_body_read(call, &vz_vm_snapshot_rollback_form, &ask) != VZ_OK) {
        return;
    }

    if (vz_snapshot_told_name(call->pool, &ask.drawn) != VZ_OK) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    vz_vm_snapshot_act(call, &ask, &vz_vm_snapshot_rollback_def);
}


static vz_code_e
vz_vm_snapshot_prepare_rollback(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e                    rc;
    ngx_str_t                    name;
    const vz_vm_snapshot_ask_t  *ask = change->data;

    rc = vz_vm_action_named(change, &ask->name);

    if (rc == VZ_OK) {
        rc = vz_vm_snapshot_find(change, tx, &name);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    change->task_data = ask->keep
                        ? vz_call_printf(change->call, "{\"snapshot\":\"%V\","
                                         "\"keep\":\"%V\"}", &name,
                                         &ask->drawn)
                        : vz_call_printf(change->call, "{\"snapshot\":\"%V\"}",
                                         &name);

    return change->task_data.len ? VZ_OK : VZ_INTERNAL;
}
