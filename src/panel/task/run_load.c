/*
 * Loading a task that was claimed.
 */

#include "panel/task/run_load.h"
#include "runtime/clock.h"
#include "runtime/row.h"


typedef struct {
    ngx_str_t        kind;
    ngx_str_t        data;
    uint64_t         owner;
    uint64_t         step;
    vz_task_state_e  state;         /* of the step */
    uint64_t         attempt;
    uint64_t         round;
    uint64_t         failing;
    uint64_t         busy;
    ngx_str_t        detail;
    uint64_t         vm;
    uint64_t         node;
    ngx_str_t        node_name;
    uint64_t         ctid;
    u_char           tag[VZ_TAG_LEN + 1];
    uint64_t         fence;
    uint64_t         age;
} vz_run_load_t;


static vz_code_e vz_run_load_vm(vz_task_run_t *run,
    const vz_run_load_t *row);


#define VZ_RUN_LOAD_ROW(first, next, of)                                      \
    first(of, kind, TEXT, "t.kind")                                           \
    next(of, data, TEXT, "t.data")                                            \
    next(of, owner, INT, "t.user_id")                                         \
    next(of, step, INT, "t.step")                                             \
    next(of, state, NAMED(vz_task_state_names), "s.state")                    \
    next(of, attempt, INT, "t.attempt")                                       \
    next(of, round, INT, "t.round")                                           \
    next(of, failing, GIVEN, "t.error_code")                                  \
    next(of, busy, GIVEN, "t.busy")                                           \
    next(of, detail, TEXT, "t.error_detail")                                  \
    next(of, vm, INT, "t.vm_id")                                              \
    next(of, node, INT, "v.node_id")                                          \
    next(of, node_name, TEXT, "n.name")                                       \
    next(of, ctid, INT, "v.ctid")                                             \
    next(of, tag, CHARS, "v.tag")                                             \
    next(of, fence, INT, "v.fence")                                           \
    next(of, age, INT, "TIMESTAMPDIFF(MICROSECOND,"                           \
         " COALESCE(t.started, NOW(3)), NOW(3)) DIV 1000")

static const vz_row_member_t  vz_run_load_row[] =
    vz_row_members(VZ_RUN_LOAD_ROW, vz_run_load_t);

static const vz_sql_t  vz_sql_load = vz_sql("task_load",
    "SELECT " vz_row_sql(VZ_RUN_LOAD_ROW)
    " FROM task t LEFT JOIN vm v ON v.id = t.vm_id"
    " LEFT JOIN node n ON n.id = v.node_id"
    " LEFT JOIN task_step s ON s.task_id = t.id AND s.position = t.step"
    " WHERE t.id = ? AND t.owner = ?");


vz_code_e
vz_run_load(vz_task_run_t *run)
{
    u_char         *buf;
    vz_code_e       rc;
    vz_rows_t       rows;
    vz_run_load_t   row;

    buf = ngx_palloc(run->pool, VZ_TASK_LOG_BYTES);
    if (buf == NULL) {
        return VZ_INTERNAL;
    }

    vz_task_log_init(&run->log, buf, VZ_TASK_LOG_BYTES);

    rc = vz_db_query(NULL, run->pool, &vz_sql_load,
                     vz_binds(vz_int(run->id), vz_text(*run->runner)),
                     &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows != 1) {
        return VZ_NOENT;
    }

    vz_row_read(&rows, 0, 0, vz_run_load_row, &row);

    run->attempt = row.attempt;

    run->workflow = vz_task_workflow_find(&row.kind);
    if (run->workflow == NULL) {
        return VZ_UNSUPPORTED;
    }

    run->step = row.step;
    run->owner = row.owner;
    run->lost = row.state == VZ_TASK_STATE_RUNNING;
    run->round = row.round;
    run->failing = row.failing;
    run->freed = !row.busy;
    run->detail = row.detail;
    run->age = row.age;
    run->loaded = vz_clock_msec();

    if (run->step >= run->workflow->nsteps) {
        return VZ_INTERNAL;
    }

    rc = vz_run_load_vm(run, &row);

    if (rc == VZ_OK && run->workflow->load != NULL) {
        rc = run->workflow->load(run, &row.data);
    }

    return rc;
}


static vz_code_e
vz_run_load_vm(vz_task_run_t *run, const vz_run_load_t *row)
{
    u_char            *p;
    vz_task_run_vm_t  *vm = &run->vm;

    vm->id = row->vm;
    vm->node_id = row->node;
    vm->node_name = row->node_name;
    vm->node = vz_relay_node(&vm->node_name);

    p = ngx_pnalloc(run->pool, NGX_INT64_LEN + 1);
    if (p == NULL) {
        return VZ_INTERNAL;
    }

    vm->ctid.len = ngx_sprintf(p, "%uL%Z", row->ctid) - p - 1;
    vm->ctid.data = p;

    ngx_memcpy(vm->tag, row->tag, sizeof(vm->tag));
    run->fence = row->fence;

    return VZ_OK;
}
