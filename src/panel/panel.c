/*
 * What the panel floor offers the module.
 */

#include "panel/api/body.h"
#include "panel/api/identity.h"
#include "panel/api/query.h"
#include "panel/api/route.h"
#include "panel/live/collector.h"
#include "panel/live/events_check.h"
#include "panel/live/node_health.h"
#include "panel/live/notification.h"
#include "panel/live/sample.h"
#include "panel/live/task_view.h"
#include "panel/mail/outbox.h"
#include "panel/node/node.h"
#include "panel/order/plan.h"
#include "panel/page/shell.h"
#include "panel/panel.h"
#include "panel/resources.h"
#include "panel/routes.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/task/task_wait.h"
#include "runtime/zone_limit.h"


const vz_table_def_t *const  vz_panel_tables[] = {
    &vz_identity_table,
    &vz_zone_limit_table,
    &vz_sample_table,
    &vz_task_view_table,
    &vz_node_health_table,
    &vz_notification_table,
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

    if (vz_outbox_init(cycle) != NGX_OK) {
        return NGX_ERROR;
    }

    return vz_runner_init(cycle);
}


void
vz_panel_exit(void)
{
    vz_runner_exit();
    vz_outbox_exit();
    vz_events_check_exit();
    vz_collector_exit();
    vz_node_exit();
    vz_plan_exit();
    vz_shell_exit();
}
