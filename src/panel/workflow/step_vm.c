/*
 * What the steps of a workflow work with.
 */

#include "panel/api/limit.h"
#include "panel/workflow/step_vm.h"
#include "runtime/json.h"
#include "runtime/row.h"


static vz_step_work_t *vz_step_vm_work(vz_task_run_t *run);
static ngx_int_t vz_step_vm_copy(ngx_pool_t *pool, const char *data,
    size_t len, ngx_str_t *text);
static ngx_int_t vz_step_vm_text(ngx_pool_t *pool, json_t *data,
    const char *name, ngx_str_t *value);
static void vz_step_vm_pair(json_t *data, const char *name, int64_t *pair);


#define VZ_STEP_VM_ROW(first, next, of)                                       \
    first(of, template, TEXT, "p.name")                                       \
    next(of, hostname, TEXT, "v.hostname")                                    \
    next(of, gateway, TEXT, "v.gateway")                                      \
    next(of, dns, TEXT, "v.dns")                                              \
    next(of, addresses, TEXT,                                                 \
         "(SELECT GROUP_CONCAT(a.address ORDER BY a.position SEPARATOR ' ')"  \
         "  FROM address a WHERE a.vm_id = v.id)")                            \
    next(of, memory[0][0], INT, "v.vmguar_barrier_mib")                       \
    next(of, memory[0][1], INT, "v.vmguar_limit_mib")                         \
    next(of, memory[1][0], INT, "v.oomguar_barrier_mib")                      \
    next(of, memory[1][1], INT, "v.oomguar_limit_mib")                        \
    next(of, memory[2][0], INT, "v.privvm_barrier_mib")                       \
    next(of, memory[2][1], INT, "v.privvm_limit_mib")                         \
    next(of, disk[0], INT, "v.disk_soft_mib")                                 \
    next(of, disk[1], INT, "v.disk_hard_mib")                                 \
    next(of, cpu[0], INT, "v.cpu_units")                                      \
    next(of, cpu[1], INT, "v.cpu_percent")                                    \
    next(of, rate[0], INT, "v.rate_in")                                       \
    next(of, rate[1], INT, "v.rate_out")                                      \
    next(of, throttle, INT, "v.throttle_rate")                                \
    next(of, throttled, FLAG, "v.throttled")                                  \
    next(of, desired, NAMED(vz_vm_desired_names), "v.desired_state")          \
    next(of, adopting, FLAG, "v.adopting")

static const vz_row_member_t  vz_step_vm_row[] =
    vz_row_members(VZ_STEP_VM_ROW, vz_step_vm_t);

static const vz_sql_t  vz_step_vm_sql = vz_sql("task_vm",
    "SELECT " vz_row_sql(VZ_STEP_VM_ROW)
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

    vz_row_read(&rows, 0, 0, vz_step_vm_row, &work->vm);
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
    vz_step_vm_pair(data, "rate", vm->rate);

    if (json_is_integer(json_object_get(data, "throttled"))) {
        vm->throttled = json_integer_value(json_object_get(data, "throttled"))
                        != 0;
    }

    if (vz_step_vm_text(run->pool, data, "hostname", &vm->hostname) != NGX_OK
        || vz_step_vm_text(run->pool, data, "gateway", &vm->gateway) != NGX_OK
        || vz_step_vm_text(run->pool, data, "dns", &vm->dns) != NGX_OK
        || vz_step_vm_text(run->pool, data, "add", &work->add) != NGX_OK
        || vz_step_vm_text(run->pool, data, "drop", &work->drop) != NGX_OK
        || vz_step_vm_text(run->pool, data, "template", &vm->template)
           != NGX_OK
        || vz_step_vm_text(run->pool, data, "hash", &work->hash) != NGX_OK
        || vz_step_vm_text(run->pool, data, "keys", &work->keys) != NGX_OK
        || vz_step_vm_text(run->pool, data, "snapshot", &work->snapshot)
           != NGX_OK
        || vz_step_vm_text(run->pool, data, "keep", &work->keep) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    work->chosen = json_is_string(json_object_get(data, "keys"));

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
        ngx_str_set(&work->hash, "");
        ngx_str_set(&work->keys, "");
        ngx_str_set(&work->snapshot, "");
        ngx_str_set(&work->keep, "");
    }

    return work;
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

        /* tasks of before have -1 for no limit */
        pair[1] = ngx_max(pair[1], VZ_LIMIT_NONE);
    }
}
