/*
 * What the steps of a workflow work with.
 */

#include "panel/workflow/step_vm.h"
#include "runtime/db_rows.h"
#include "runtime/json.h"


static vz_step_work_t *vz_step_vm_work(vz_task_run_t *run);
static ngx_int_t vz_step_vm_read(ngx_pool_t *pool, vz_step_vm_t *vm,
    const vz_rows_t *rows);
static ngx_int_t vz_step_vm_copy(ngx_pool_t *pool, const char *data,
    size_t len, ngx_str_t *text);
static ngx_int_t vz_step_vm_text(ngx_pool_t *pool, json_t *data,
    const char *name, ngx_str_t *value);
static void vz_step_vm_pair(json_t *data, const char *name, int64_t *pair);


/* in the order of vz_step_vm_t */

static const vz_sql_t  vz_step_vm_sql = vz_sql("task_vm",
    "SELECT p.name, v.hostname, v.gateway, v.dns,"
    " (SELECT GROUP_CONCAT(a.address ORDER BY a.position SEPARATOR ' ')"
    "   FROM address a WHERE a.vm_id = v.id),"
    " v.vmguar_barrier_mib, v.vmguar_limit_mib,"
    " v.oomguar_barrier_mib, v.oomguar_limit_mib,"
    " v.privvm_barrier_mib, v.privvm_limit_mib,"
    " v.disk_soft_mib, v.disk_hard_mib, v.cpu_units, v.cpu_percent,"
    " v.wanted, v.adopting"
    " FROM vm v LEFT JOIN template p ON p.id = v.template_id WHERE v.id = ?");


vz_code_e
vz_step_vm_load(vz_task_run_t *run, const ngx_str_t *data)
{
    vz_code_e        rc;
    vz_rows_t        rows;
    vz_step_work_t  *work;

    (void) data;

    work = vz_step_vm_work(run);
    if (work == NULL) {
        return VZ_INTERNAL;
    }

    rc = vz_db_query(NULL, run->pool, &vz_step_vm_sql,
                     vz_binds(vz_int(run->vm.id)), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_step_vm_read(run->pool, &work->vm, &rows) != NGX_OK) {
        return VZ_INTERNAL;
    }

    work->was = work->vm;

    return VZ_OK;
}


vz_code_e
vz_step_vm_load_hardware(vz_task_run_t *run, const ngx_str_t *text)
{
    json_t          *data;
    ngx_str_t        problem;
    vz_code_e        rc;
    vz_step_vm_t    *vm;
    vz_step_work_t  *work;

    rc = vz_step_vm_load(run, text);

    if (rc != VZ_OK || text->len == 0) {
        return rc;
    }

    data = vz_json_read(run->pool, text, &problem);
    if (data == NULL) {
        return VZ_INTERNAL;
    }

    work = run->work;
    vm = &work->vm;

    vz_step_vm_pair(data, "vmguarpages", vm->memory[0]);
    vz_step_vm_pair(data, "oomguarpages", vm->memory[1]);
    vz_step_vm_pair(data, "privvmpages", vm->memory[2]);
    vz_step_vm_pair(data, "disk", vm->disk);
    vz_step_vm_pair(data, "cpu", vm->cpu);

    if (vz_step_vm_text(run->pool, data, "hostname", &vm->hostname) != NGX_OK
        || vz_step_vm_text(run->pool, data, "gateway", &vm->gateway) != NGX_OK
        || vz_step_vm_text(run->pool, data, "dns", &vm->dns) != NGX_OK
        || vz_step_vm_text(run->pool, data, "add", &work->add) != NGX_OK
        || vz_step_vm_text(run->pool, data, "drop", &work->drop) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    return VZ_OK;
}


vz_code_e
vz_step_vm_load_adopt(vz_task_run_t *run, const ngx_str_t *text)
{
    json_t          *data;
    ngx_str_t        problem;
    vz_step_work_t  *work;

    work = vz_step_vm_work(run);
    if (work == NULL) {
        return VZ_INTERNAL;
    }

    data = vz_json_read(run->pool, text, &problem);

    if (data == NULL
        || vz_step_vm_text(run->pool, data, "from", &work->from) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    return VZ_OK;
}


static vz_step_work_t *
vz_step_vm_work(vz_task_run_t *run)
{
    vz_step_work_t  *work;

    work = ngx_pcalloc(run->pool, sizeof(vz_step_work_t));
    run->work = work;

    if (work != NULL) {
        ngx_str_set(&work->add, "");
        ngx_str_set(&work->drop, "");
        ngx_str_set(&work->from, "");
    }

    return work;
}


/* no row leaves texts that are empty, and numbers of 0 */

static ngx_int_t
vz_step_vm_read(ngx_pool_t *pool, vz_step_vm_t *vm, const vz_rows_t *rows)
{
    ngx_str_t   text;
    ngx_uint_t  i, n;

    ngx_str_t  *const texts[] = {
        &vm->template, &vm->hostname, &vm->gateway, &vm->dns, &vm->addresses
    };

    n = sizeof(texts) / sizeof(texts[0]);

    for (i = 0; i < n; i++) {
        text = vz_cell_text(rows, 0, i);

        if (vz_step_vm_copy(pool, (char *) text.data, text.len, texts[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < 3; i++) {
        vm->memory[i][0] = vz_cell_int(rows, 0, n++);
        vm->memory[i][1] = vz_cell_null(rows, 0, n)
                           ? -1 : vz_cell_int(rows, 0, n);
        n++;
    }

    vm->disk[0] = vz_cell_int(rows, 0, n++);
    vm->disk[1] = vz_cell_int(rows, 0, n++);
    vm->cpu[0] = vz_cell_int(rows, 0, n++);
    vm->cpu[1] = vz_cell_int(rows, 0, n++);

    text = vz_cell_text(rows, 0, n++);
    vm->desired = vz_vm_desired_parse(&text);
    vm->adopting = vz_cell_int(rows, 0, n) != 0;

    return NGX_OK;
}


/* terminated, as arguments of verbs want it */

static ngx_int_t
vz_step_vm_copy(ngx_pool_t *pool, const char *data, size_t len,
    ngx_str_t *text)
{
    u_char  *p;

    p = ngx_pnalloc(pool, len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    *ngx_cpymem(p, data, len) = '\0';
    text->data = p;
    text->len = len;

    return NGX_OK;
}


static ngx_int_t
vz_step_vm_text(ngx_pool_t *pool, json_t *data, const char *name,
    ngx_str_t *value)
{
    json_t  *member;

    member = json_object_get(data, name);

    return !json_is_string(member) ? NGX_OK
           : vz_step_vm_copy(pool, json_string_value(member),
                             json_string_length(member), value);
}


static void
vz_step_vm_pair(json_t *data, const char *name, int64_t *pair)
{
    json_t  *member;

    member = json_object_get(data, name);

    if (json_array_size(member) == 2) {
        pair[0] = json_integer_value(json_array_get(member, 0));
        pair[1] = json_integer_value(json_array_get(member, 1));
    }
}
