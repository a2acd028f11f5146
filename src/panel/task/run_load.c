/*
 * What a task is about: the container as the database has it, and over it
 * what the task's data ask for.
 */

#include "panel/task/run_load.h"
#include "panel/task/task_run.h"
#include "runtime/db_rows.h"
#include "runtime/json.h"


static ngx_int_t vz_run_load_vm(vz_task_run_t *run, const vz_rows_t *rows);
static ngx_int_t vz_run_load_data(vz_task_run_t *run, const vz_rows_t *rows);
static ngx_int_t vz_task_run_text(ngx_pool_t *pool, json_t *data,
    const char *name, ngx_str_t *value);
static void vz_task_run_pair(json_t *data, const char *name, int64_t *pair);


static const vz_sql_t  vz_sql_load = vz_sql("task_load",
    "SELECT t.kind, t.step, t.attempt, t.vm_id, t.user_id,"
    " n.name, v.ctid, p.name, v.hostname, v.gateway, v.dns,"
    " (SELECT GROUP_CONCAT(a.address ORDER BY a.position SEPARATOR ' ')"
    "   FROM address a WHERE a.vm_id = v.id),"
    " v.vmguar_barrier_mib, v.vmguar_limit_mib,"
    " v.oomguar_barrier_mib, v.oomguar_limit_mib,"
    " v.privvm_barrier_mib, v.privvm_limit_mib,"
    " v.disk_soft_mib, v.disk_hard_mib, v.cpu_units, v.cpu_percent,"
    " v.wanted, t.data, s.state, v.node_id, v.tag, v.fence, t.round,"
    " t.error_code, t.error_detail, v.adopting"
    " FROM task t LEFT JOIN vm v ON v.id = t.vm_id"
    " LEFT JOIN node n ON n.id = v.node_id"
    " LEFT JOIN template p ON p.id = v.template_id"
    " LEFT JOIN task_step s ON s.task_id = t.id AND s.position = t.step"
    " WHERE t.id = ? AND t.owner = ?");


vz_code_e
vz_run_load(vz_task_run_t *run)
{
    u_char    *buf;
    vz_code_e  rc;
    ngx_str_t  kind, state;
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
    run->vm.id = vz_cell_int(&rows, 0, 3);
    run->owner = vz_cell_int(&rows, 0, 4);

    state = vz_cell_text(&rows, 0, 24);
    run->lost = state.len != 0 && state.data[0] == 'r';     /* running */

    run->fence = vz_cell_int(&rows, 0, 27);
    run->round = vz_cell_int(&rows, 0, 28);
    run->failing = !vz_cell_null(&rows, 0, 29);
    run->detail = vz_cell_text(&rows, 0, 30);

    if (run->step >= run->workflow->nsteps) {
        return VZ_INTERNAL;
    }

    if (vz_run_load_vm(run, &rows) != NGX_OK
        || vz_run_load_data(run, &rows) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    return VZ_OK;
}


static ngx_int_t
vz_run_load_vm(vz_task_run_t *run, const vz_rows_t *rows)
{
    u_char            *p;
    ngx_str_t          text;
    ngx_uint_t         i;
    vz_task_run_vm_t  *vm = &run->vm;

    const struct {
        ngx_uint_t   column;
        ngx_str_t   *dst;
    } texts[] = {
        { 5, &vm->node_name }, { 7, &vm->template }, { 8, &vm->hostname },
        { 9, &vm->gateway }, { 10, &vm->dns }, { 11, &vm->addresses }
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        text = vz_cell_text(rows, 0, texts[i].column);

        p = ngx_pnalloc(run->pool, text.len + 1);
        if (p == NULL) {
            return NGX_ERROR;
        }

        *ngx_cpymem(p, text.data, text.len) = '\0';
        texts[i].dst->data = p;
        texts[i].dst->len = text.len;
    }

    vm->ctid.data = ngx_pnalloc(run->pool, NGX_INT64_LEN + 1);
    if (vm->ctid.data == NULL) {
        return NGX_ERROR;
    }

    vm->ctid.len = ngx_sprintf(vm->ctid.data, "%L%Z", vz_cell_int(rows, 0, 6))
                   - vm->ctid.data - 1;

    for (i = 0; i < 3; i++) {
        vm->memory[i][0] = vz_cell_int(rows, 0, 12 + 2 * i);
        vm->memory[i][1] = vz_cell_null(rows, 0, 13 + 2 * i)
                           ? -1 : vz_cell_int(rows, 0, 13 + 2 * i);
    }

    vm->disk[0] = vz_cell_int(rows, 0, 18);
    vm->disk[1] = vz_cell_int(rows, 0, 19);
    vm->cpu[0] = vz_cell_int(rows, 0, 20);
    vm->cpu[1] = vz_cell_int(rows, 0, 21);
    vm->node_id = vz_cell_int(rows, 0, 25);
    vm->node = vz_relay_node(&vm->node_name);
    vm->adopting = vz_cell_int(rows, 0, 31) != 0;

    text = vz_cell_text(rows, 0, 26);
    ngx_cpystrn(vm->tag, text.data, ngx_min(text.len + 1, sizeof(vm->tag)));

    text = vz_cell_text(rows, 0, 22);
    vm->wanted = text.len != 0 && text.data[0] == 'r';      /* running */

    return NGX_OK;
}


/*
 * Hardware as it is wished: {"hostname", "gateway", "dns", "add", "drop":
 * texts; "vmguarpages", "oomguarpages", "privvmpages", "disk", "cpu": pairs
 * of numbers}.  What is not there stays as it is.  Of an adoption, "from".
 */

static ngx_int_t
vz_run_load_data(vz_task_run_t *run, const vz_rows_t *rows)
{
    json_t            *data;
    ngx_str_t          text, problem;
    vz_task_run_vm_t  *vm = &run->vm;

    run->was = run->vm;
    ngx_str_set(&run->add, "");
    ngx_str_set(&run->drop, "");
    ngx_str_set(&run->from, "");

    text = vz_cell_text(rows, 0, 23);
    if (text.len == 0) {
        return NGX_OK;
    }

    data = vz_json_read(run->pool, &text, &problem);
    if (data == NULL) {
        return NGX_ERROR;
    }

    vz_task_run_pair(data, "vmguarpages", vm->memory[0]);
    vz_task_run_pair(data, "oomguarpages", vm->memory[1]);
    vz_task_run_pair(data, "privvmpages", vm->memory[2]);
    vz_task_run_pair(data, "disk", vm->disk);
    vz_task_run_pair(data, "cpu", vm->cpu);

    if (vz_task_run_text(run->pool, data, "hostname", &vm->hostname) != NGX_OK
        || vz_task_run_text(run->pool, data, "gateway", &vm->gateway) != NGX_OK
        || vz_task_run_text(run->pool, data, "dns", &vm->dns) != NGX_OK
        || vz_task_run_text(run->pool, data, "add", &run->add) != NGX_OK
        || vz_task_run_text(run->pool, data, "drop", &run->drop) != NGX_OK
        || vz_task_run_text(run->pool, data, "from", &run->from) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* terminated, as arguments of verbs want it */

static ngx_int_t
vz_task_run_text(ngx_pool_t *pool, json_t *data, const char *name,
    ngx_str_t *value)
{
    json_t  *member;

    member = json_object_get(data, name);

    if (!json_is_string(member)) {
        return NGX_OK;
    }

    value->len = json_string_length(member);
    value->data = ngx_pnalloc(pool, value->len + 1);

    if (value->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(value->data, json_string_value(member), value->len + 1);

    return NGX_OK;
}


static void
vz_task_run_pair(json_t *data, const char *name, int64_t *pair)
{
    json_t  *member;

    member = json_object_get(data, name);

    if (json_array_size(member) == 2) {
        pair[0] = json_integer_value(json_array_get(member, 0));
        pair[1] = json_integer_value(json_array_get(member, 1));
    }
}
