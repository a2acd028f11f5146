/*
 * Containers as people see them.
 */

#include "panel/api/limit.h"
#include "panel/api/strlist.h"
#include "panel/live/collector.h"
#include "panel/live/event_json.h"
#include "panel/live/sample.h"
#include "panel/live/task_view.h"
#include "panel/vm/vm_json.h"


#define VZ_MIB  (1024 * 1024)


typedef struct {
    vz_json_t          *json;
    const vz_rows_t    *rows;
    ngx_uint_t          row;
    ngx_uint_t          first;
} vz_vm_row_t;


static void vz_vm_text(vz_vm_row_t *vm, const char *key, vz_vm_column_e c);
static void vz_vm_int(vz_vm_row_t *vm, const char *key, vz_vm_column_e c);
static void vz_vm_words(vz_vm_row_t *vm, const char *key, vz_vm_column_e c);
static void vz_vm_word(vz_vm_row_t *vm, const char *key, vz_vm_column_e c);
static void vz_vm_pair(vz_vm_row_t *vm, const char *key,
    vz_vm_column_e barrier, vz_vm_column_e limit);
static void vz_vm_json_memory(vz_vm_row_t *vm, const vz_sample_t *sample);
static void vz_vm_json_disk(vz_vm_row_t *vm, const vz_sample_t *sample);
static void vz_vm_json_cpu(vz_vm_row_t *vm, const vz_sample_t *sample);
static void vz_vm_json_traffic(vz_vm_row_t *vm);
static void vz_vm_json_rescue(vz_vm_row_t *vm);
static void vz_vm_task(vz_vm_row_t *vm);
static void vz_vm_figure(vz_json_t *json, const char *key, uint64_t value,
    ngx_uint_t known);

#define vz_vm_cell(vm, c)  (vm)->rows, (vm)->row, (vm)->first + (c)


void
vz_vm_json(vz_json_t *json, const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t first)
{
    vz_vm_json_open(json, rows, row, first);
    vz_json_close(json);
}


void
vz_vm_json_open(vz_json_t *json, const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t first)
{
    vz_vm_row_t  vm;
    vz_sample_t  sample;

    vm.json = json;
    vm.rows = rows;
    vm.row = row;
    vm.first = first;

    if (vz_collector_get(vz_cell_int(vz_vm_cell(&vm, VZ_VM_ID)), &sample)
        != NGX_OK)
    {
        ngx_memzero(&sample, sizeof(vz_sample_t));
    }

    vz_json_object(json, NULL);
    vz_vm_int(&vm, "id", VZ_VM_ID);
    vz_vm_text(&vm, "name", VZ_VM_NAME);
    vz_vm_text(&vm, "hostname", VZ_VM_HOSTNAME);

    vz_json_object(json, "owner");
    vz_vm_int(&vm, "id", VZ_VM_OWNER);
    vz_vm_text(&vm, "account", VZ_VM_ACCOUNT);
    vz_json_close(json);

    vz_vm_text(&vm, "plan", VZ_VM_PLAN);
    vz_vm_text(&vm, "template", VZ_VM_TEMPLATE);
    vz_vm_text(&vm, "template_label", VZ_VM_LABEL);
    vz_json_cstr(json, "state", vz_sample_state_name(sample.state));
    vz_vm_text(&vm, "lifecycle", VZ_VM_LIFECYCLE);
    vz_vm_text(&vm, "suspended", VZ_VM_SUSPENDED);
    vz_vm_text(&vm, "suspended_at", VZ_VM_SUSPENDED_AT);
    vz_vm_json_rescue(&vm);
    vz_vm_text(&vm, "desired_state", VZ_VM_DESIRED);
    vz_vm_int(&vm, "ctid", VZ_VM_CTID);
    vz_vm_int(&vm, "version", VZ_VM_VERSION);
    vz_vm_words(&vm, "addresses", VZ_VM_ADDRESSES);
    vz_vm_word(&vm, "gateway", VZ_VM_GATEWAY);
    vz_vm_words(&vm, "gateways", VZ_VM_GATEWAY);
    vz_vm_words(&vm, "dns", VZ_VM_DNS);
    vz_vm_json_memory(&vm, &sample);
    vz_vm_json_disk(&vm, &sample);
    vz_vm_json_cpu(&vm, &sample);
    vz_vm_json_traffic(&vm);
    vz_vm_figure(json, "uptime_s", sample.uptime, sample.sampled != 0);
    vz_json_time(json, "sampled", sample.sampled);
    vz_vm_task(&vm);
}


uint64_t
vz_vm_json_version(const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t first)
{
    return vz_cell_int(rows, row, first + VZ_VM_VERSION);
}


void
vz_vm_json_place(const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t first,
    uint64_t *node, uint32_t *ctid)
{
    *node = vz_cell_int(rows, row, first + VZ_VM_NODE);
    *ctid = vz_cell_int(rows, row, first + VZ_VM_CTID);
}


static void
vz_vm_text(vz_vm_row_t *vm, const char *key, vz_vm_column_e c)
{
    ngx_str_t  text;

    if (vz_cell_null(vz_vm_cell(vm, c))) {
        vz_json_null(vm->json, key);
        return;
    }

    text = vz_cell_text(vz_vm_cell(vm, c));
    vz_json_text(vm->json, key, &text);
}


static void
vz_vm_int(vz_vm_row_t *vm, const char *key, vz_vm_column_e c)
{
    vz_json_int(vm->json, key, vz_cell_int(vz_vm_cell(vm, c)));
}


static void
vz_vm_words(vz_vm_row_t *vm, const char *key, vz_vm_column_e c)
{
    ngx_str_t  text, word;

    text = vz_cell_text(vz_vm_cell(vm, c));

    vz_json_array(vm->json, key);

    while (vz_strlist_next(&text, ' ', &word)) {
        vz_json_text(vm->json, NULL, &word);
    }

    vz_json_close(vm->json);
}


/* the first word of a list */

static void
vz_vm_word(vz_vm_row_t *vm, const char *key, vz_vm_column_e c)
{
    ngx_str_t  text, word;

    text = vz_cell_text(vz_vm_cell(vm, c));

    if (vz_strlist_next(&text, ' ', &word)) {
        vz_json_text(vm->json, key, &word);
    } else {
        vz_json_null(vm->json, key);
    }
}


static void
vz_vm_pair(vz_vm_row_t *vm, const char *key, vz_vm_column_e barrier,
    vz_vm_column_e limit)
{
    vz_json_object(vm->json, key);
    vz_vm_int(vm, "barrier_mib", barrier);

    vz_limit_json(vm->json, "limit_mib", vz_cell_int(vz_vm_cell(vm, limit)));
    vz_json_close(vm->json);
}


static void
vz_vm_json_memory(vz_vm_row_t *vm, const vz_sample_t *sample)
{
    int64_t  limit;

    vz_json_object(vm->json, "memory");
    vz_vm_figure(vm->json, "used_bytes", sample->memory_used,
                 sample->sampled != 0);

    limit = sample->memory_limit;

    if (limit == VZ_LIMIT_NONE) {
        limit = vz_cell_int(vz_vm_cell(vm, VZ_VM_PRIVVM_LIMIT)) * VZ_MIB;
    }

    vz_limit_json(vm->json, "limit_bytes", limit);

    vz_vm_pair(vm, "vmguarpages", VZ_VM_VMGUAR, VZ_VM_VMGUAR_LIMIT);
    vz_vm_pair(vm, "oomguarpages", VZ_VM_OOMGUAR, VZ_VM_OOMGUAR_LIMIT);
    vz_vm_pair(vm, "privvmpages", VZ_VM_PRIVVM, VZ_VM_PRIVVM_LIMIT);
    vz_json_close(vm->json);
}


static void
vz_vm_json_disk(vz_vm_row_t *vm, const vz_sample_t *sample)
{
    uint64_t  total;

    total = sample->disk_total;

    if (total == 0) {
        total = vz_cell_int(vz_vm_cell(vm, VZ_VM_DISK_HARD)) * VZ_MIB;
    }

    vz_json_object(vm->json, "disk");
    vz_vm_figure(vm->json, "used_bytes", sample->disk_used,
                 sample->sampled != 0);
    vz_json_uint(vm->json, "total_bytes", total);
    vz_vm_int(vm, "soft_mib", VZ_VM_DISK_SOFT);
    vz_vm_int(vm, "hard_mib", VZ_VM_DISK_HARD);
    vz_json_close(vm->json);
}


static void
vz_vm_json_cpu(vz_vm_row_t *vm, const vz_sample_t *sample)
{
    vz_json_object(vm->json, "cpu");
    vz_json_tenths(vm->json, "percent", sample->cpu_tenths);
    vz_vm_int(vm, "units", VZ_VM_UNITS);

    vz_limit_json(vm->json, "limit_percent",
                  vz_cell_int(vz_vm_cell(vm, VZ_VM_PERCENT)));
    vz_json_close(vm->json);
}


/* of this month, of UTC */

static void
vz_vm_json_traffic(vz_vm_row_t *vm)
{
    vz_json_object(vm->json, "rate");
    vz_limit_json(vm->json, "in_mbit",
                  vz_cell_int(vz_vm_cell(vm, VZ_VM_RATE_IN)));
    vz_limit_json(vm->json, "out_mbit",
                  vz_cell_int(vz_vm_cell(vm, VZ_VM_RATE_OUT)));
    vz_json_close(vm->json);

    vz_json_object(vm->json, "traffic");
    vz_vm_int(vm, "in_bytes", VZ_VM_TRAFFIC_IN);
    vz_vm_int(vm, "out_bytes", VZ_VM_TRAFFIC_OUT);
    vz_limit_json(vm->json, "quota_gib",
                  vz_cell_int(vz_vm_cell(vm, VZ_VM_QUOTA)));
    vz_vm_text(vm, "action", VZ_VM_ACTION);
    vz_vm_int(vm, "throttle_mbit", VZ_VM_THROTTLE);
    vz_json_bool(vm->json, "throttled",
                 vz_cell_int(vz_vm_cell(vm, VZ_VM_THROTTLED)) != 0);
    vz_json_bool(vm->json, "suspended",
                 vz_cell_int(vz_vm_cell(vm, VZ_VM_OVER)) != 0);
    vz_json_close(vm->json);
}


/* the rescue system that it boots */

static void
vz_vm_json_rescue(vz_vm_row_t *vm)
{
    if (vz_cell_null(vz_vm_cell(vm, VZ_VM_RESCUE))) {
        vz_json_null(vm->json, "rescue");
        return;
    }

    vz_json_object(vm->json, "rescue");
    vz_vm_text(vm, "template", VZ_VM_RESCUE);
    vz_vm_text(vm, "since", VZ_VM_RESCUE_SINCE);
    vz_json_close(vm->json);
}


/* the unfinished task, with its progress from the zone */

static void
vz_vm_task(vz_vm_row_t *vm)
{
    uint64_t         id;
    vz_task_view_t   view;

    id = vz_cell_int(vz_vm_cell(vm, VZ_VM_TASK));

    if (id == 0) {
        vz_json_null(vm->json, "task");
        return;
    }

    if (vz_task_view_get(id, &view) == NGX_OK) {
        vz_event_json_task(vm->json, "task", &view, 0);
        return;
    }

    vz_json_object(vm->json, "task");
    vz_json_uint(vm->json, "id", id);
    vz_vm_text(vm, "kind", VZ_VM_TASK_KIND);
    vz_vm_text(vm, "state", VZ_VM_TASK_STATE);
    vz_vm_int(vm, "step", VZ_VM_TASK_STEP);
    vz_vm_int(vm, "steps", VZ_VM_TASK_STEPS);
    vz_json_uint(vm->json, "percent", 0);
    vz_json_close(vm->json);
}


static void
vz_vm_figure(vz_json_t *json, const char *key, uint64_t value,
    ngx_uint_t known)
{
    if (known) {
        vz_json_uint(json, key, value);
    } else {
        vz_json_null(json, key);
    }
}
