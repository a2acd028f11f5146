/*
 * The figures of each container, for Prometheus.  Names stand in one metric,
 * vm_info, so that a name that changes begins no other series anew.
 */

#include "panel/live/collector.h"
#include "panel/ops/metrics_text.h"
#include "panel/ops/metrics_vms.h"
#include "runtime/db.h"
#include "runtime/row.h"


#define VZ_METRICS_VMS_MAX  20000   /* that are told */


typedef struct {
    vz_sample_t   *all;
    ngx_uint_t     n;
    ngx_uint_t     max;
} vz_metrics_vms_t;

typedef struct {
    const char    *name;
    const char    *type;
    const char    *help;
    size_t         at;              /* in vz_sample_t, 8 bytes */
    uint64_t       unit;            /* that it is counted in */
    ngx_uint_t     limit;           /* 0 is none */
} vz_metrics_vms_figure_t;


static ngx_int_t vz_metrics_vms_count(void *data, const vz_sample_t *sample);
static ngx_int_t vz_metrics_vms_take(void *data, const vz_sample_t *sample);
static size_t vz_metrics_vms_size(const vz_metrics_vms_t *vms,
    const vz_rows_t *rows);
static void vz_metrics_vms_info(vz_metrics_text_t *text,
    const vz_rows_t *rows);
static void vz_metrics_vms_states(vz_metrics_text_t *text,
    const vz_metrics_vms_t *vms);
static void vz_metrics_vms_figure(vz_metrics_text_t *text,
    const vz_metrics_vms_t *vms, const vz_metrics_vms_figure_t *figure);


static const vz_metrics_vms_figure_t  vz_metrics_vms_figures[] = {
    { "vm_memory_used_bytes", "gauge", "Memory in use, without caches.",
      offsetof(vz_sample_t, memory_used), 1, 0 },
    { "vm_memory_limit_bytes", "gauge", "Memory it may use.",
      offsetof(vz_sample_t, memory_limit), 1, 1 },
    { "vm_disk_used_bytes", "gauge", "Disk in use.",
      offsetof(vz_sample_t, disk_used), 1, 0 },
    { "vm_disk_size_bytes", "gauge", "Disk it may use.",
      offsetof(vz_sample_t, disk_total), 1, 1 },
    { "vm_cpu_seconds_total", "counter", "Time of processors since its start.",
      offsetof(vz_sample_t, cpu_ns), 1000000000, 0 },
    { "vm_network_receive_bytes_total", "counter",
      "Received since its start.", offsetof(vz_sample_t, rx_bytes), 1, 0 },
    { "vm_network_transmit_bytes_total", "counter", "Sent since its start.",
      offsetof(vz_sample_t, tx_bytes), 1, 0 }
};

#define VZ_METRICS_VMS_FIGURES                                                \
    (sizeof(vz_metrics_vms_figures) / sizeof(vz_metrics_vms_figures[0]))

static const vz_sql_t  vz_metrics_vms_rows = vz_sql("metrics vms",
    "SELECT v.id, v.ctid, v.name, n.name AS node, u.account"
    " FROM vm v JOIN node n ON n.id = v.node_id"
    " JOIN user u ON u.id = v.user_id"
    " WHERE v.lifecycle IN ('ready', 'suspended') ORDER BY v.id LIMIT ?");


void
vz_metrics_vms(vz_call_t *call)
{
    size_t              size;
    vz_code_e           rc;
    ngx_str_t           all;
    vz_rows_t           rows;
    ngx_uint_t          i;
    vz_json_t          *out;
    vz_metrics_vms_t    vms;
    vz_metrics_text_t   text;

    vz_collector_fresh();

    rc = vz_db_query(NULL, call->pool, &vz_metrics_vms_rows,
                     vz_binds(vz_int(VZ_METRICS_VMS_MAX)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    ngx_memzero(&vms, sizeof(vz_metrics_vms_t));
    (void) vz_sample_each(0, vz_metrics_vms_count, &vms);
    vms.all = ngx_palloc(call->pool, (vms.max + 1) * sizeof(vz_sample_t));
    size = vz_metrics_vms_size(&vms, &rows);
    all.data = ngx_palloc(call->pool, size);

    if (vms.all == NULL || all.data == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    (void) vz_sample_each(0, vz_metrics_vms_take, &vms);

    text.p = all.data;
    text.end = all.data + size;

    vz_metrics_vms_info(&text, &rows);
    vz_metrics_vms_states(&text, &vms);

    for (i = 0; i < VZ_METRICS_VMS_FIGURES; i++) {
        vz_metrics_vms_figure(&text, &vms, &vz_metrics_vms_figures[i]);
    }

    all.len = text.p - all.data;

    out = vz_call_reply(call, NGX_HTTP_OK);
    ngx_str_set(&call->type, "text/plain; version=0.0.4");
    vz_json_static(out, NULL, &all);
}


static ngx_int_t
vz_metrics_vms_count(void *data, const vz_sample_t *sample)
{
    vz_metrics_vms_t  *vms = data;

    (void) sample;

    return ++vms->max < VZ_METRICS_VMS_MAX ? NGX_OK : NGX_DONE;
}


static ngx_int_t
vz_metrics_vms_take(void *data, const vz_sample_t *sample)
{
    vz_metrics_vms_t  *vms = data;

    if (vms->n == vms->max) {
        return NGX_DONE;
    }

    /* what the node does not say now is not told */

    if (vz_zone_now() <= sample->taken + VZ_COLLECTOR_STALE
        && sample->state != VZ_STATE_UNKNOWN)
    {
        vms->all[vms->n++] = *sample;
    }

    return NGX_OK;
}


/* a text may be twice as long escaped */

static size_t
vz_metrics_vms_size(const vz_metrics_vms_t *vms, const vz_rows_t *rows)
{
    size_t      size;
    ngx_uint_t  i;

    size = (VZ_METRICS_VMS_FIGURES + 4) * 2 * VZ_METRICS_LINE
           + vms->max * (VZ_METRICS_VMS_FIGURES + 2) * VZ_METRICS_LINE / 2;

    for (i = 0; i < rows->rows; i++) {
        size += VZ_METRICS_LINE
                + 2 * (vz_row_text(rows, i, "name").len
                       + vz_row_text(rows, i, "node").len
                       + vz_row_text(rows, i, "account").len);
    }

    return size;
}


static void
vz_metrics_vms_info(vz_metrics_text_t *text, const vz_rows_t *rows)
{
    ngx_str_t   value;
    ngx_uint_t  i;

    vz_metrics_text_head(text, "vm_info", "gauge",
                         "What a container is called, where it is and whose.");

    for (i = 0; i < rows->rows; i++) {
        text->p = ngx_slprintf(text->p, text->end,
                               "vzpanel_vm_info{vm=\"%L\",ctid=\"%L\"",
                               vz_row_int(rows, i, "id"),
                               vz_row_int(rows, i, "ctid"));
        value = vz_row_text(rows, i, "name");
        vz_metrics_text_label(text, "name", &value, 0);
        value = vz_row_text(rows, i, "node");
        vz_metrics_text_label(text, "node", &value, 0);
        value = vz_row_text(rows, i, "account");
        vz_metrics_text_label(text, "owner", &value, 0);
        text->p = ngx_slprintf(text->p, text->end, "} 1\n");
    }
}


static void
vz_metrics_vms_states(vz_metrics_text_t *text, const vz_metrics_vms_t *vms)
{
    ngx_uint_t          i;
    const vz_sample_t  *one;

    vz_metrics_text_head(text, "vm_up", "gauge", "Whether it runs.");

    for (i = 0; i < vms->n; i++) {
        one = &vms->all[i];
        text->p = ngx_slprintf(text->p, text->end,
                               "vzpanel_vm_up{vm=\"%uL\"} %d\n", one->vm,
                               one->state != VZ_STATE_STOPPED);
    }

    vz_metrics_text_head(text, "vm_uptime_seconds", "gauge",
                         "Since its start.");

    for (i = 0; i < vms->n; i++) {
        one = &vms->all[i];

        if (one->state != VZ_STATE_STOPPED) {
            text->p = ngx_slprintf(text->p, text->end,
                                   "vzpanel_vm_uptime_seconds{vm=\"%uL\"}"
                                   " %uD\n", one->vm, one->uptime);
        }
    }
}


/* a limit that is none is left out */

static void
vz_metrics_vms_figure(vz_metrics_text_t *text, const vz_metrics_vms_t *vms,
    const vz_metrics_vms_figure_t *figure)
{
    uint64_t     value;
    ngx_uint_t   i;

    vz_metrics_text_head(text, figure->name, figure->type, figure->help);

    for (i = 0; i < vms->n; i++) {
        ngx_memcpy(&value, (u_char *) &vms->all[i] + figure->at,
                   sizeof(uint64_t));

        if (value >= INT64_MAX || (figure->limit && value == 0)) {
            continue;
        }

        text->p = ngx_slprintf(text->p, text->end, "vzpanel_%s{vm=\"%uL\"} ",
                               figure->name, vms->all[i].vm);
        text->p = figure->unit == 1
                  ? ngx_slprintf(text->p, text->end, "%uL\n", value)
                  : ngx_slprintf(text->p, text->end, "%uL.%09uL\n",
                                 value / figure->unit, value % figure->unit);
    }
}
