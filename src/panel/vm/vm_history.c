#include "panel/api/route.h"
#include "panel/api/row_json.h"
#include "panel/node/history_told.h"
#include "panel/vm/vm_history.h"
#include "runtime/row.h"


static vz_code_e vz_vm_history_find(vz_call_t *call, uint64_t *id,
    vz_rows_t *rows, vz_history_told_t *told);
static vz_code_e vz_vm_history_tasks(vz_call_t *call, uint64_t id,
    uint64_t from, vz_rows_t *rows);
static void vz_vm_history_limits(vz_json_t *out, const vz_rows_t *rows);
static void vz_vm_history_limit(vz_json_t *out, const char *key,
    const vz_rows_t *rows, const char *column, uint64_t unit);


static const vz_sql_t  vz_vm_history_select = vz_sql("vm history",
    "SELECT node_id, ctid, tag, privvm_limit_mib, disk_hard_mib, cpu_percent"
    " FROM vm WHERE id = ? AND (? = 0 OR user_id = ?)");

/* the newest, where there are many */
static const vz_sql_t  vz_vm_history_done = vz_sql("vm history tasks",
    "SELECT id, kind, state, " vz_row_json_time("created")
    " FROM task WHERE vm_id = ? AND created >= FROM_UNIXTIME(?)"
    " ORDER BY id DESC LIMIT 100");

static const vz_row_json_member_t  vz_vm_history_members[] = {
    { "id", VZ_ROW_JSON_INT },
    { "kind", VZ_ROW_JSON_TEXT },
    { "state", VZ_ROW_JSON_TEXT },
    { "at", VZ_ROW_JSON_TEXT }
};

static const vz_row_json_t  vz_vm_history_shape =
    vz_row_json(vz_vm_history_members);


void
vz_vm_history(vz_call_t *call)
{
    uint64_t            id;
    vz_rows_t           rows, tasks;
    vz_json_t          *out;
    vz_history_told_t   told;

    if (vz_vm_history_find(call, &id, &rows, &told) != VZ_OK
        || vz_history_told_ask(call, &told) != VZ_OK
        || vz_vm_history_tasks(call, id, told.from, &tasks) != VZ_OK)
    {
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_history_told_json(call, out, &told);
    vz_vm_history_limits(out, &rows);
    vz_row_json_rows(out, "tasks", &vz_vm_history_shape, &tasks);
    vz_json_close(out);
}


void
vz_vm_history_reasons(vz_call_t *call)
{
    uint64_t            id;
    vz_rows_t           rows;
    vz_json_t          *out;
    vz_history_told_t   told;

    if (vz_vm_history_find(call, &id, &rows, &told) != VZ_OK
        || vz_history_told_why(call, &told) != VZ_OK)
    {
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_history_told_reasons(out, &told);
    vz_json_close(out);
}


static vz_code_e
vz_vm_history_find(vz_call_t *call, uint64_t *id, vz_rows_t *rows,
    vz_history_told_t *told)
{
    uint64_t   owner;
    vz_code_e  rc;

    if (vz_route_id(call, 0, id) != VZ_OK) {
        return VZ_NOENT;
    }

    owner = call->who.admin ? 0 : call->who.user;

    rc = vz_route_row(call, &vz_vm_history_select,
                      vz_binds(vz_int(*id), vz_int(owner), vz_int(owner)),
                      rows);
    if (rc != VZ_OK) {
        return rc;
    }

    (void) vz_node_load(call->pool);

    ngx_memzero(told, sizeof(vz_history_told_t));
    told->node = vz_node_find(vz_row_int(rows, 0, "node_id"));
    told->ctid = (uint32_t) vz_row_int(rows, 0, "ctid");
    told->tag = vz_row_text(rows, 0, "tag");

    return VZ_OK;
}


static vz_code_e
vz_vm_history_tasks(vz_call_t *call, uint64_t id, uint64_t from,
    vz_rows_t *rows)
{
    vz_code_e  rc;

    rc = vz_db_query(NULL, call->pool, &vz_vm_history_done,
                     vz_binds(vz_int(id), vz_int(from)), rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
    }

    return rc;
}


static void
vz_vm_history_limits(vz_json_t *out, const vz_rows_t *rows)
{
    vz_json_object(out, "limits");
    vz_vm_history_limit(out, "cpu_percent", rows, "cpu_percent", 1);
    vz_vm_history_limit(out, "memory_bytes", rows, "privvm_limit_mib",
                        1024 * 1024);
    vz_vm_history_limit(out, "disk_bytes", rows, "disk_hard_mib",
                        1024 * 1024);
    vz_json_close(out);
}


/* 0 and NULL: there is none */

static void
vz_vm_history_limit(vz_json_t *out, const char *key, const vz_rows_t *rows,
    const char *column, uint64_t unit)
{
    int64_t  value;

    value = vz_row_int(rows, 0, column);

    if (value > 0) {
        vz_json_uint(out, key, (uint64_t) value * unit);
    } else {
        vz_json_null(out, key);
    }
}
