/*
 * The one route table, and the guard that every call passes.
 */

#include "panel/account/account.h"
#include "panel/account/password_reset.h"
#include "panel/account/session.h"
#include "panel/account/user_list.h"
#include "panel/account/user_write.h"
#include "panel/api/auth.h"
#include "panel/api/body.h"
#include "panel/api/edit.h"
#include "panel/api/identity.h"
#include "panel/api/openapi.h"
#include "panel/api/query.h"
#include "panel/api/route.h"
#include "panel/live/events.h"
#include "panel/mail/bounce.h"
#include "panel/mail/mail_admin.h"
#include "panel/node/address_admin.h"
#include "panel/node/address_pool.h"
#include "panel/ops/adopt_admin.h"
#include "panel/ops/audit_list.h"
#include "panel/ops/health.h"
#include "panel/ops/node_admin.h"
#include "panel/ops/stranger_admin.h"
#include "panel/order/order.h"
#include "panel/order/order_review.h"
#include "panel/order/plan.h"
#include "panel/order/plan_admin.h"
#include "panel/order/template.h"
#include "panel/order/template_admin.h"
#include "panel/task/task.h"
#include "panel/task/task_action.h"
#include "panel/vm/hardware.h"
#include "panel/vm/user_suspend.h"
#include "panel/vm/vm.h"
#include "panel/vm/vm_create.h"
#include "panel/vm/vm_destroy.h"
#include "panel/vm/vm_list.h"
#include "panel/vm/vm_query.h"
#include "panel/vm/vm_suspend.h"
#include "runtime/call.h"
#include "runtime/fiber.h"
#include "runtime/schema.h"
#include "wire/field_value.h"


#define VZ_ROUTE_SCHEMA  2000       /* ms that its number is good for */
#define VZ_ROUTE_CALLS   256        /* of one user at a time, in a worker */


typedef struct {
    const vz_route_t   *route;      /* NULL where the method does not fit */
    ngx_uint_t          found;      /* the path is known */
    ngx_uint_t          methods;    /* bits of what it takes */
} vz_route_match_t;


static void vz_route_find(vz_call_t *call, vz_route_match_t *match);
static ngx_uint_t vz_route_fits(vz_call_t *call, const char *pattern);
static void vz_route_refused(vz_call_t *call, const vz_route_match_t *match);
static vz_code_e vz_route_guard(vz_call_t *call, const vz_route_t *route);
static vz_code_e vz_route_enter(vz_call_t *call);
static vz_code_e vz_route_who(vz_call_t *call, const vz_route_t *route);


#define GET     NGX_HTTP_GET
#define POST    NGX_HTTP_POST
#define PUT     NGX_HTTP_PUT
#define PATCH   NGX_HTTP_PATCH
#define DELETE  NGX_HTTP_DELETE

/* what is a task may be waited for, and asked for again under a key; hardware
   is changed as it was seen */

#define CHANGE    VZ_ROUTE_WAIT | VZ_ROUTE_KEY
#define HARDWARE  VZ_ROUTE_WAIT | VZ_ROUTE_KEY | VZ_ROUTE_MATCH

static const vz_route_t  vz_routes[] = {

    { GET, "/plans", VZ_ROLE_ANYONE, 0, NULL, NULL, vz_plan_list,
      "Plans that can be contracted, and what is in stock", 200, "Offers" },
    { GET, "/templates", VZ_ROLE_ANYONE, 0, NULL, NULL, vz_template_list,
      "Operating systems that can be installed", 200, "Systems" },

    { POST, "/orders", VZ_ROLE_ANYONE, CHANGE, &vz_order_form, NULL,
      vz_order_make,
      "Contract a plan", 202, "Order" },
    { GET, "/orders/{link}", VZ_ROLE_ANYONE, VZ_ROUTE_STREAM, NULL,
      &vz_events_args, vz_order_show,
      "An order and its steps, or a stream of them", 200, "Order" },

    { POST, "/session", VZ_ROLE_ANYONE, VZ_ROUTE_ALWAYS, &vz_session_form, NULL,
      vz_session_open,
      "Sign in", 200, "SignedIn" },
    { GET, "/session", VZ_ROLE_USER, VZ_ROUTE_FIRST, NULL, NULL,
      vz_session_show,
      "Who is signed in", 200, "SignedIn" },
    { DELETE, "/session", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_ALWAYS | VZ_ROUTE_FIRST, NULL, NULL,
      vz_session_close,
      "Sign out", 204, NULL },

    { POST, "/password/reset", VZ_ROLE_ANYONE, 0, &vz_password_reset_ask_form,
    NULL,
      vz_password_reset_link,
      "Ask for a link that sets another password", 202, "Nothing" },
    { PUT, "/password/reset", VZ_ROLE_ANYONE, 0, &vz_password_reset_form, NULL,
      vz_password_reset_set,
      "Set another password by a link's token", 204, NULL },

    { PUT, "/account/password", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_FIRST, &vz_account_password_form, NULL,
      vz_account_password,
      "Change one's password", 204, NULL },
    { GET, "/account/sessions", VZ_ROLE_USER, VZ_ROUTE_FIRST, NULL, NULL,
      vz_account_sessions,
      "One's sessions", 200, "Sessions" },
    { DELETE, "/account/sessions/{id}", VZ_ROLE_USER, VZ_ROUTE_SESSION, NULL,
      NULL, vz_account_session_end,
      "End one of one's sessions", 204, NULL },
    { GET, "/account/tokens", VZ_ROLE_USER, VZ_ROUTE_FIRST, NULL, NULL,
      vz_account_tokens,
      "One's tokens", 200, "Tokens" },
    { POST, "/account/tokens", VZ_ROLE_USER, VZ_ROUTE_SESSION,
    &vz_account_token_form,
      NULL, vz_account_token_make,
      "Make a token; it is shown once", 201, "NewToken" },
    { DELETE, "/account/tokens/{id}", VZ_ROLE_USER, VZ_ROUTE_SESSION, NULL,
      NULL, vz_account_token_end,
      "End a token", 204, NULL },

    { GET, "/vms", VZ_ROLE_USER, VZ_ROUTE_OWN_AUTH, NULL, &vz_vm_query_args,
      vz_vm_list,
      "One's containers, an administrator's all, with live figures", 200,
      "Containers" },
    { GET, "/vms/{id}", VZ_ROLE_USER, VZ_ROUTE_ETAG, NULL, &vz_vm_args,
      vz_vm_one,
      "One container", 200, "Container" },
    { POST, "/vms/{id}/start", VZ_ROLE_USER, CHANGE, NULL, NULL, vz_vm_start,
      "Start a container", 202, "Task" },
    { POST, "/vms/{id}/stop", VZ_ROLE_USER, CHANGE, NULL, NULL, vz_vm_stop,
      "Stop a container", 202, "Task" },
    { POST, "/vms/{id}/restart", VZ_ROLE_USER, CHANGE, NULL, NULL,
      vz_vm_restart,
      "Restart a container", 202, "Task" },
    { PATCH, "/vms/{id}/network", VZ_ROLE_ADMIN, HARDWARE,
    &vz_hardware_network_form,
      NULL, vz_hardware_network,
      "Change hostname, addresses, gateway and name servers", 202, "Task" },
    { PATCH, "/vms/{id}/memory", VZ_ROLE_ADMIN, HARDWARE,
    &vz_hardware_memory_form,
      NULL, vz_hardware_memory,
      "Change the three pairs of memory", 202, "Task" },
    { PATCH, "/vms/{id}/disk", VZ_ROLE_ADMIN, HARDWARE,
    &vz_hardware_disk_form, NULL,
      vz_hardware_disk,
      "Change the disk", 202, "Task" },
    { PATCH, "/vms/{id}/cpu", VZ_ROLE_ADMIN, HARDWARE, &vz_hardware_cpu_form,
    NULL,
      vz_hardware_cpu,
      "Change weight and limit of the CPU", 202, "Task" },
    { POST, "/vms", VZ_ROLE_ADMIN, CHANGE, &vz_vm_create_form, NULL,
    vz_vm_create,
      "Make a container for a user that there is", 202, "Task" },
    { DELETE, "/vms/{id}", VZ_ROLE_ADMIN, CHANGE, &vz_vm_destroy_form, NULL,
      vz_vm_destroy,
      "Destroy a container; its name says that it is meant", 202, "Task" },
    { POST, "/vms/{id}/suspend", VZ_ROLE_ADMIN, CHANGE, &vz_vm_suspend_form,
    NULL,
      vz_vm_suspend,
      "Stop a container and let nobody start it", 202, "Task" },
    { POST, "/vms/{id}/unsuspend", VZ_ROLE_ADMIN, CHANGE, NULL, NULL,
      vz_vm_suspend_undo,
      "Let a suspended container run again", 202, "Task" },

    { GET, "/tasks", VZ_ROLE_USER, 0, NULL, &vz_task_list_args, vz_task_list,
      "Tasks, the newest first", 200, "Tasks" },
    { GET, "/tasks/{id}", VZ_ROLE_USER, VZ_ROUTE_WAIT, NULL, NULL, vz_task_one,
      "One task, its steps and its log", 200, "TaskWithLog" },
    { POST, "/tasks/{id}/retry", VZ_ROLE_ADMIN, VZ_ROUTE_WAIT, NULL, NULL,
      vz_task_action_retry,
      "Take a failed task up again", 202, "Task" },
    { POST, "/tasks/{id}/cancel", VZ_ROLE_ADMIN, VZ_ROUTE_WAIT, NULL, NULL,
      vz_task_action_cancel,
      "Take a waiting task back", 202, "Task" },
    { POST, "/tasks/{id}/seen", VZ_ROLE_ADMIN, 0, NULL, NULL,
    vz_task_action_seen,
      "Take a failed task off the count of those nobody has seen", 204,
      NULL },

    { GET, "/events", VZ_ROLE_USER, VZ_ROUTE_STREAM, NULL,
      &vz_events_stream_args, vz_events_stream,
      "Changes of containers and tasks, and notices, as a stream", 200,
      NULL },

    { GET, "/admin/templates", VZ_ROLE_ADMIN, 0, NULL, NULL,
      vz_template_admin_list,
      "Systems that are registered, and those the nodes have installed", 200,
      "Templates" },
    { POST, "/admin/templates", VZ_ROLE_ADMIN, 0, &vz_template_admin_form,
    NULL,
      vz_template_admin_create,
      "Register an installed system", 201, "Template" },
    { PATCH, "/admin/templates/{id}", VZ_ROLE_ADMIN, 0,
      &vz_template_admin_change_form, NULL, vz_template_admin_change,
      "Change how a system is offered", 200, "Template" },
    { DELETE, "/admin/templates/{id}", VZ_ROLE_ADMIN, 0, NULL, NULL,
      vz_template_admin_delete,
      "Take a system out of the register", 204, NULL },

    { GET, "/admin/plans", VZ_ROLE_ADMIN, 0, NULL, NULL, vz_plan_admin_list,
      "All plans, hidden ones too", 200, "Plans" },
    { POST, "/admin/plans", VZ_ROLE_ADMIN, 0, &vz_plan_admin_form, NULL,
      vz_plan_admin_create,
      "Make a plan", 201, "Plan" },
    { PATCH, "/admin/plans/{id}", VZ_ROLE_ADMIN, 0,
    &vz_plan_admin_change_form, NULL,
      vz_plan_admin_change,
      "Change a plan for orders to come", 200, "Plan" },
    { DELETE, "/admin/plans/{id}", VZ_ROLE_ADMIN, 0, NULL, NULL,
      vz_plan_admin_delete,
      "Delete a plan that nobody has", 204, NULL },

    { GET, "/admin/addresses", VZ_ROLE_ADMIN, 0, NULL, NULL,
    vz_address_pool_list,
      "Pools of addresses, and how much of each is taken", 200, "Pools" },
    { POST, "/admin/addresses", VZ_ROLE_ADMIN, 0, &vz_address_pool_form, NULL,
      vz_address_pool_create,
      "Make a pool with all its addresses", 201, "Pool" },
    { PATCH, "/admin/addresses/{id}", VZ_ROLE_ADMIN, 0,
    &vz_address_pool_change_form,
      NULL, vz_address_pool_change,
      "Change a pool for orders to come", 200, "Pool" },
    { DELETE, "/admin/addresses/{id}", VZ_ROLE_ADMIN, 0, NULL, NULL,
      vz_address_pool_delete,
      "Delete a pool of which nothing is taken", 204, NULL },
    { GET, "/admin/addresses/{id}/addresses", VZ_ROLE_ADMIN, 0, NULL,
      &vz_address_admin_args, vz_address_admin_list,
      "Addresses of a pool, and who has them", 200, "Addresses" },
    { PATCH, "/admin/addresses/{id}/{address}", VZ_ROLE_ADMIN, 0,
      &vz_address_admin_form, NULL, vz_address_admin_change,
      "Keep an address from being given out, or stop keeping it", 200,
      "Address" },

    { GET, "/admin/users", VZ_ROLE_ADMIN, 0, NULL, &vz_user_list_args,
      vz_user_list,
      "People who sign in", 200, "Users" },
    { POST, "/admin/users", VZ_ROLE_ADMIN, 0, &vz_user_write_form, NULL,
      vz_user_write_create,
      "Make an account; its password is mailed", 201, "User" },
    { GET, "/admin/users/{id}", VZ_ROLE_ADMIN, 0, NULL, NULL,
      vz_user_list_one,
      "One of them, with the containers", 200, "User" },
    { PATCH, "/admin/users/{id}", VZ_ROLE_ADMIN, 0,
    &vz_user_write_change_form, NULL,
      vz_user_write_change,
      "Change, lock or unlock an account", 200, "User" },
    { POST, "/admin/users/{id}/password", VZ_ROLE_ADMIN, 0, NULL, NULL,
      vz_user_write_password,
      "Mail a new password; sessions and tokens end", 204, NULL },
    { POST, "/admin/users/{id}/suspend", VZ_ROLE_ADMIN, 0,
      &vz_user_suspend_form, NULL, vz_user_suspend,
      "Suspend every container of somebody", 202, "SuspendedAll" },
    { POST, "/admin/users/{id}/unsuspend", VZ_ROLE_ADMIN, 0, NULL, NULL,
      vz_user_suspend_undo,
      "Let them run again", 202, "SuspendedAll" },

    { GET, "/admin/nodes", VZ_ROLE_ADMIN, 0, NULL, NULL, vz_node_admin_list,
      "Hosts of containers, and what they say of themselves", 200, "Nodes" },
    { POST, "/admin/nodes", VZ_ROLE_ADMIN, 0, &vz_node_admin_form, NULL,
      vz_node_admin_create,
      "Register a host that nginx.conf has", 201, "Node" },
    { PATCH, "/admin/nodes/{id}", VZ_ROLE_ADMIN, 0,
    &vz_node_admin_change_form, NULL,
      vz_node_admin_change,
      "Change what is placed on a node", 200, "Node" },
    { DELETE, "/admin/nodes/{id}", VZ_ROLE_ADMIN, 0, NULL, NULL,
      vz_node_admin_delete,
      "Forget a host that nginx.conf has no more and nothing is on", 204,
      NULL },

    { GET, "/admin/nodes/{id}/containers", VZ_ROLE_ADMIN, 0, NULL,
      &vz_stranger_admin_args, vz_stranger_admin_list,
      "What a node has and nobody knows here, and what it should have", 200,
      "NodeContainers" },
    { POST, "/admin/nodes/{id}/adopt", VZ_ROLE_ADMIN, CHANGE,
      &vz_adopt_admin_form, NULL, vz_adopt_admin_request,
      "Make a container that was there before somebody's", 202, "Adopted" },
    { POST, "/admin/nodes/{id}/leave", VZ_ROLE_ADMIN, 0,
    &vz_stranger_admin_leave_form, NULL,
      vz_stranger_admin_leave,
      "Leave such a container alone, or not any more", 204, NULL },

    { GET, "/admin/orders", VZ_ROLE_ADMIN, 0, NULL, &vz_order_review_args,
      vz_order_review_list,
      "Orders that wait for an administrator", 200, "WaitingOrders" },
    { POST, "/admin/orders/{task}/approve", VZ_ROLE_ADMIN, VZ_ROUTE_WAIT, NULL,
      NULL, vz_order_review_approve,
      "Let an order run", 202, "Task" },
    { POST, "/admin/orders/{task}/reject", VZ_ROLE_ADMIN, 0,
    &vz_order_review_reject_form,
      NULL, vz_order_review_reject,
      "Refuse an order; what it claimed goes back", 204, NULL },

    { GET, "/admin/audit", VZ_ROLE_ADMIN, 0, NULL, &vz_audit_list_args,
      vz_audit_list,
      "Who did what, on what, from where, when", 200, "Audit" },
    { GET, "/admin/mail", VZ_ROLE_ADMIN, 0, NULL, &vz_mail_admin_args,
      vz_mail_admin_list,
      "The outbox: what was sent, what waits, what was refused", 200,
      "Outbox" },
    { POST, "/admin/mail/{id}/retry", VZ_ROLE_ADMIN, 0, NULL, NULL,
      vz_mail_admin_retry,
      "Send a mail again that was refused", 200, "Mail" },

    { POST, "/mail/bounces", VZ_ROLE_ANYONE, VZ_ROUTE_MESSAGE, NULL,
      &vz_bounce_args, vz_bounce_take,
      "A mail that came back, as the mail server pipes it", 200, "Bounce" },

    { GET, "/health", VZ_ROLE_ANYONE, 0, NULL, NULL, vz_health_show,
      "Whether database, nodes and mail are well", 200, "Health" },
    { GET, "/openapi.json", VZ_ROLE_ANYONE, VZ_ROUTE_ETAG, NULL, NULL,
      vz_openapi_show,
      "This description, made from the route table", 200, NULL },
    { GET, "/metrics", VZ_ROLE_ANYONE, VZ_ROUTE_TEXT, NULL, NULL,
      vz_health_metrics,
      "Figures for Prometheus", 200, NULL }
};

#undef GET
#undef POST
#undef PUT
#undef PATCH
#undef DELETE
#undef CHANGE
#undef HARDWARE


static const struct {
    ngx_uint_t    method;
    const char   *names;
} vz_route_methods[] = {
    { NGX_HTTP_GET, "GET, HEAD" },
    { NGX_HTTP_POST, "POST" },
    { NGX_HTTP_PUT, "PUT" },
    { NGX_HTTP_PATCH, "PATCH" },
    { NGX_HTTP_DELETE, "DELETE" },
    { 0, NULL }
};


static vz_share_t  vz_route_share;


void
vz_route_init(void)
{
    vz_share_init(&vz_route_share, VZ_FIBER_MAX - VZ_FIBER_RESERVE,
                  VZ_ROUTE_CALLS, VZ_ROUTE_CALLS, VZ_ROUTE_CALLS);
}


const vz_route_t *
vz_route_table(ngx_uint_t *count)
{
    *count = sizeof(vz_routes) / sizeof(vz_route_t);

    return vz_routes;
}


void
vz_route_call(vz_call_t *call)
{
    vz_route_match_t  match;

    vz_route_find(call, &match);

    if (match.route == NULL) {
        vz_route_refused(call, &match);
        return;
    }

    if (vz_route_guard(call, match.route) != VZ_OK) {
        return;
    }

    match.route->handler(call);

    if (call->status == 0 && call->stream == NULL && call->resume == NULL) {
        ngx_log_error(NGX_LOG_ALERT, call->log, 0,
                      "vzpanel: \"%s\" gave no reply", match.route->summary);
        vz_call_fault(call, "panel", VZ_INTERNAL);
    }
}


static void
vz_route_find(vz_call_t *call, vz_route_match_t *match)
{
    ngx_uint_t  i;

    ngx_memzero(match, sizeof(vz_route_match_t));

    for (i = 0; i < sizeof(vz_routes) / sizeof(vz_route_t); i++) {

        if (!vz_route_fits(call, vz_routes[i].pattern)) {
            continue;
        }

        match->found = 1;
        match->methods |= vz_routes[i].method;

        if (vz_routes[i].method == call->method) {
            match->route = &vz_routes[i];
            return;
        }
    }
}


/* segment by segment; "{name}" takes any that is not empty */

static ngx_uint_t
vz_route_fits(vz_call_t *call, const char *pattern)
{
    u_char      *p, *end, *start;
    ngx_uint_t   n;

    n = 0;
    p = call->path.data;
    end = p + call->path.len;

    while (*pattern) {

        if (*pattern != '{') {
            if (p == end || *p != (u_char) *pattern) {
                return 0;
            }

            p++;
            pattern++;
            continue;
        }

        for (start = p; p < end && *p != '/'; p++) { /* void */ }

        if (p == start || n == VZ_PARAMS_MAX) {
            return 0;
        }

        call->params[n].data = start;
        call->params[n++].len = p - start;

        while (*pattern++ != '}') { /* void */ }
    }

    return p == end;
}


static void
vz_route_refused(vz_call_t *call, const vz_route_match_t *match)
{
    u_char      *p, *end, buf[64];
    ngx_str_t    allow;
    ngx_uint_t   i;

    if (!match->found) {
        vz_route_absent(call);
        return;
    }

    p = buf;
    end = buf + sizeof(buf);

    for (i = 0; vz_route_methods[i].names != NULL; i++) {
        if (match->methods & vz_route_methods[i].method) {
            p = ngx_slprintf(p, end, "%s%s", p == buf ? "" : ", ",
                             vz_route_methods[i].names);
        }
    }

    allow.data = buf;
    allow.len = p - buf;

    vz_call_problem(call, NGX_HTTP_NOT_ALLOWED, "method_not_allowed",
                    "This path takes %V.", &allow);
    vz_call_header(call, "Allow", vz_call_printf(call, "%V", &allow));
}


static vz_code_e
vz_route_guard(vz_call_t *call, const vz_route_t *route)
{
    vz_code_e  rc;

    if (route->method != NGX_HTTP_GET) {

        rc = vz_auth_origin(call);
        if (rc != VZ_OK) {
            return rc;
        }

        rc = vz_auth_type(call);
        if (rc != VZ_OK) {
            return rc;
        }
    }

    if (route->role != VZ_ROLE_ANYONE) {
        rc = vz_route_enter(call);

        if (rc == VZ_OK && !(route->flags & VZ_ROUTE_OWN_AUTH)) {
            rc = vz_route_who(call, route);
        }

        if (rc == VZ_OK) {
            rc = vz_auth_meant(call);
        }

        if (rc != VZ_OK) {
            return rc;
        }
    }

    if (route->method != NGX_HTTP_GET && !(route->flags & VZ_ROUTE_ALWAYS)
        && vz_schema_check(VZ_ROUTE_SCHEMA) == VZ_BEHIND)
    {
        vz_call_behind(call);
        return VZ_BEHIND;
    }

    return route->form == NULL && !(route->flags & VZ_ROUTE_MESSAGE)
           ? vz_body_none(call) : VZ_OK;
}


/* who the zone does not know yet is told by what he shows */

static vz_code_e
vz_route_enter(vz_call_t *call)
{
    uint64_t   thing;
    vz_code_e  rc;

    (void) vz_auth_look(call);
    ngx_memcpy(&thing, call->token, sizeof(uint64_t));

    rc = vz_share_take(&vz_route_share, &call->who, call->token, thing,
                       &call->place);

    if (rc == VZ_BUSY) {
        vz_call_problem(call, NGX_HTTP_TOO_MANY_REQUESTS, "too_many",
                        "Too many calls at a time; try again in a moment.");
        vz_call_header(call, "Retry-After", vz_call_printf(call, "1"));

    } else if (rc != VZ_OK) {
        vz_call_fault(call, "panel", rc);
    }

    return rc;
}


static vz_code_e
vz_route_who(vz_call_t *call, const vz_route_t *route)
{
    vz_code_e  rc;

    rc = vz_auth_call(call);

    if (rc == VZ_DENIED) {
        vz_auth_refuse(call);
        return rc;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (!(route->flags & VZ_ROUTE_FIRST) && vz_auth_own(call) != VZ_OK) {
        return VZ_DENIED;
    }

    if (route->role == VZ_ROLE_ADMIN && !call->who.admin) {
        vz_auth_forbid(call);
        return VZ_DENIED;
    }

    if ((route->flags & VZ_ROUTE_SESSION) && !call->cookie_auth) {
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "forbidden",
                        "A token may not do this: sign in.");
        return VZ_DENIED;
    }

    if (route->method != NGX_HTTP_GET && !call->identity->write) {
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "forbidden",
                        "This token may only read.");
        return VZ_DENIED;
    }

    return VZ_OK;
}


vz_code_e
vz_route_id(vz_call_t *call, ngx_uint_t n, uint64_t *id)
{
    ngx_str_t  *text;

    text = &call->params[n];

    if (vz_field_value_number((char *) text->data, text->len, INT64_MAX, id)
        != VZ_OK
        || *id == 0)
    {
        vz_route_absent(call);
        return VZ_NOENT;
    }

    return VZ_OK;
}


vz_code_e
vz_route_row(vz_call_t *call, const vz_sql_t *sql, const vz_bind_t *binds,
    ngx_uint_t n, vz_rows_t *rows)
{
    vz_code_e  rc;

    rc = vz_db_query(NULL, call->pool, sql, binds, n, rows);

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (rows->rows == 0) {
        vz_route_absent(call);
        return VZ_NOENT;
    }

    return VZ_OK;
}


void
vz_route_absent(vz_call_t *call)
{
    vz_call_problem(call, NGX_HTTP_NOT_FOUND, "not_found",
                    "There is no such thing here.");
}
