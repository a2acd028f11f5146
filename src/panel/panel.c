/*
 * What the panel floor offers the module.
 */

#include "panel/account/passkey_challenge.h"
#include "panel/api/body.h"
#include "panel/api/identity.h"
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
#include "panel/ops/cleanup.h"
#include "panel/order/plan.h"
#include "panel/page/shell.h"
#include "panel/panel.h"
#include "panel/resources.h"
#include "panel/routes.h"
#include "panel/task/periodic.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/task/task_wait.h"
#include "panel/vm/vm_console_ticket.h"
#include "panel/workflow/workflow.h"
#include "runtime/zone_limit.h"


static const vz_periodic_t  vz_panel_jobs[] = {
    { "cleanup", 600000, VZ_LEASE_SWEEP, 0, vz_cleanup },
    { "outbox", 1000, VZ_LEASE_OUTBOX, 5000, vz_mail_look }
};

const vz_table_def_t *const  vz_panel_tables[] = {
    &vz_identity_table,
    &vz_zone_limit_table,
    &vz_sample_table,
    &vz_task_view_table,
    &vz_node_health_table,
    &vz_notification_table,
    &vz_vm_console_ticket_table,
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

    vz_task_wait_init(cycle);
    vz_events_check_init(cycle);

    vz_periodic_init(cycle, vz_panel_jobs,
                     sizeof(vz_panel_jobs) / sizeof(vz_periodic_t));
    vz_workflow_init();

    return vz_runner_init(cycle);
}


void
vz_panel_exit(void)
{
    vz_runner_exit();
    vz_periodic_exit();
    vz_events_check_exit();
    vz_collector_exit();
    vz_node_exit();
    vz_plan_exit();
    vz_shell_exit();
}
