/*
 * What the panel floor offers the module.
 */

#include "panel/account/passkey_challenge.h"
#include "panel/api/body.h"
#include "panel/api/identity.h"
#include "panel/api/metric.h"
#include "panel/api/query.h"
#include "panel/api/route.h"
#include "panel/api/zone_ids.h"
#include "panel/live/collector.h"
#include "panel/live/events_check.h"
#include "panel/live/node_health.h"
#include "panel/live/notification.h"
#include "panel/live/sample.h"
#include "panel/live/task_view.h"
#include "panel/mail/mail.h"
#include "panel/node/node.h"
#include "panel/node/rdns_publish.h"
#include "panel/ops/cleanup.h"
#include "panel/ops/metrics.h"
#include "panel/order/plan.h"
#include "panel/page/shell.h"
#include "panel/panel.h"
#include "panel/resources.h"
#include "panel/routes.h"
#include "panel/task/first_boot.h"
#include "panel/task/periodic.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/task/task_wait.h"
#include "panel/task/trash.h"
#include "panel/vm/backup_check.h"
#include "panel/vm/backup_due.h"
#include "panel/vm/backup_forget.h"
#include "panel/vm/backup_late.h"
#include "panel/vm/traffic_act.h"
#include "panel/vm/traffic_count.h"
#include "panel/vm/vm_alert_job.h"
#include "panel/vm/vm_console_ticket.h"
#include "panel/vm/vm_moved.h"
#include "panel/workflow/workflow.h"
#include "runtime/zone_limit.h"


static const vz_periodic_t  vz_panel_jobs[] = {
    { "cleanup", 600000, VZ_LEASE_SWEEP, 0, vz_cleanup },
    { "outbox", 1000, VZ_LEASE_OUTBOX, 5000, vz_mail_look },
    { "rdns", 1000, VZ_LEASE_RDNS, 5000, vz_rdns_publish_due },
    { "rdns survey", 15000, VZ_LEASE_RDNS_SURVEY, 0, vz_rdns_publish_survey },
    { "traffic", 10000, VZ_LEASE_TRAFFIC, 30000, vz_traffic_count },
    { "quota", 5000, VZ_LEASE_QUOTA, 15000, vz_traffic_act },
    { "first boot", 2000, VZ_LEASE_FIRST_BOOT, 10000, vz_first_boot_look },
    { "alerts", 5000, VZ_LEASE_ALERTS, 10000, vz_vm_alert_job },
    { "backups", 5000, VZ_LEASE_BACKUPS, 15000, vz_backup_due_run },
    { "forget", 5000, VZ_LEASE_FORGET, 15000, vz_backup_forget_run },
    { "overdue", 60000, VZ_LEASE_OVERDUE, 0, vz_backup_late_run },
    { "trash", 5000, VZ_LEASE_TRASH, 15000, vz_trash_look },
    { "moved", 3000, VZ_LEASE_MOVED, 15000, vz_vm_moved_run },
    { "checks", 5000, VZ_LEASE_CHECKS, 15000, vz_backup_check_run }
};

#define VZ_PANEL_JOBS  (sizeof(vz_panel_jobs) / sizeof(vz_periodic_t))

_Static_assert(VZ_PANEL_JOBS <= VZ_PERIODIC_MAX, "others are never run");

const vz_table_def_t *const  vz_panel_tables[] = {
    &vz_identity_table,
    &vz_zone_limit_table,
    &vz_sample_table,
    &vz_task_view_table,
    &vz_node_health_table,
    &vz_notification_table,
    &vz_vm_console_ticket_table,
    &vz_metric_table,
    &vz_passkey_challenge_table,
    NULL
};


void
vz_panel_serve(vz_call_t *call)
{
    vz_route_call(call);
}


void
vz_panel_show(vz_call_t *call)
{
    vz_shell_show(call);
}


ngx_int_t
vz_panel_init(ngx_cycle_t *cycle)
{
    ngx_uint_t         count;
    const vz_route_t  *routes;

    if (vz_collector_init(cycle) != NGX_OK) {
        return NGX_ERROR;
    }

    if (vz_resources_init() != VZ_OK) {
        return NGX_ERROR;
    }

    routes = vz_routes_table(&count);
    vz_route_init(routes, count);

    vz_metrics_init(cycle);
    vz_task_wait_init(cycle);
    vz_events_check_init(cycle);

    vz_periodic_init(cycle, vz_panel_jobs, VZ_PANEL_JOBS);
    vz_workflow_init();

    return vz_runner_init(cycle);
}


void
vz_panel_exit(void)
{
    vz_runner_exit();
    vz_metrics_exit();
    vz_periodic_exit();
    vz_vm_alert_job_exit();
    vz_events_check_exit();
    vz_collector_exit();
    vz_node_exit();
    vz_plan_exit();
    vz_shell_exit();
}
