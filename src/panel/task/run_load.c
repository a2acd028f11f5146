/*
 * Loading a task that was claimed.
 */

#include "panel/task/run_load.h"
#include "runtime/db_rows.h"


static vz_code_e vz_run_load_vm(vz_task_run_t *run, const vz_rows_t *rows);


static const vz_sql_t  vz_sql_load = vz_sql("task_load",
    "SELECT t.kind, t.step, t.attempt, t.user_id, s.state, t.round,"
    " t.error_code, t.error_detail, t.data,"
    " t.vm_id, v.node_id, n.name, v.ctid, v.tag, v.fence"
    " FROM task t LEFT JOIN vm v ON v.id = t.vm_id"
    " LEFT JOIN node n ON n.id = v.node_id"
    " LEFT JOIN task_step s ON s.task_id = t.id AND s.position = t.step"
    " WHERE t.id = ? AND t.owner = ?");


vz_code_e
vz_run_load(vz_task_run_t *run)
{
    u_char    *buf;
    vz_code_e  rc;
    ngx_str_t  kind, state, data;
    vz_rows_t  rows;

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

    run->attempt = vz_cell_int(&rows, 0, 2);

    kind = vz_cell_text(&rows, 0, 0);
    run->workflow = vz_task_workflow_find(&kind);
    if (run->workflow == NULL) {
        return VZ_UNSUPPORTED;
    }

    run->step = vz_cell_int(&rows, 0, 1);
    run->owner = vz_cell_int(&rows, 0, 3);

    state = vz_cell_text(&rows, 0, 4);
    run->lost = vz_task_state_parse(&state) == VZ_TASK_STATE_RUNNING;

    run->round = vz_cell_int(&rows, 0, 5);
    run->failing = !vz_cell_null(&rows, 0, 6);
    run->detail = vz_cell_text(&rows, 0, 7);
    data = vz_cell_text(&rows, 0, 8);

    if (run->step >= run->workflow->nsteps) {
        return VZ_INTERNAL;
    }

    rc = vz_run_load_vm(run, &rows);

    if (rc == VZ_OK && run->workflow->load != NULL) {
        rc = run->workflow->load(run, &data);
    }

    return rc;
}


static vz_code_e
vz_run_load_vm(vz_task_run_t *run, const vz_rows_t *rows)
{
    u_char            *p;
    ngx_str_t          text;
    vz_task_run_vm_t  *vm = &run->vm;

    vm->id = vz_cell_int(rows, 0, 9);
    vm->node_id = vz_cell_int(rows, 0, 10);
    vm->node_name = vz_cell_text(rows, 0, 11);
    vm->node = vz_relay_node(&vm->node_name);

    p = ngx_pnalloc(run->pool, NGX_INT64_LEN + 1);
    if (p == NULL) {
        return VZ_INTERNAL;
    }

    vm->ctid.len = ngx_sprintf(p, "%L%Z", vz_cell_int(rows, 0, 12)) - p - 1;
    vm->ctid.data = p;

    text = vz_cell_text(rows, 0, 13);
    ngx_cpystrn(vm->tag, text.data, ngx_min(text.len + 1, sizeof(vm->tag)));

    run->fence = vz_cell_int(rows, 0, 14);

    return VZ_OK;
}
