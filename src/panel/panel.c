/*
 * What the panel floor offers the module.
 */

#include "live.h"
#include "node.h"
#include "outbox.h"
#include "panel.h"
#include "resource.h"
#include "route.h"
#include "runner.h"
#include "shell.h"
#include "stream_check.h"
#include "task.h"


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
    if (vz_live_init(cycle) != NGX_OK) {
        return NGX_ERROR;
    }

    vz_route_init();
    vz_task_wait_init(cycle);
    vz_stream_check_init(cycle);

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
    vz_stream_check_exit();
    vz_live_exit();
    vz_node_exit();
    vz_plan_exit();
    vz_shell_exit();
}
