/*
 * /api/admin/orders: orders that wait for an administrator (vzpanel_signup
 * approve).  Their account, number and address are claimed already, so an
 * approval never comes too late; a rejection gives them back.
 */

#include "panel/account/password_reset.h"
#include "panel/api/edit.h"
#include "panel/api/identity.h"
#include "panel/api/listing.h"
#include "panel/api/route.h"
#include "panel/api/strlist.h"
#include "panel/api/zone_ids.h"
#include "panel/live/collector.h"
#include "panel/live/notification.h"
#include "panel/live/task_view.h"
#include "panel/mail/mail.h"
#include "panel/order/order_review.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "runtime/call.h"
#include "runtime/row.h"


typedef struct {
    ngx_str_t       reason;
} vz_reject_body_t;

typedef struct {
    uint64_t        task;
    uint64_t        vm;
    uint64_t        user;
    uint64_t        node;
    uint32_t        ctid;
    ngx_str_t       name;           /* of the container */
    ngx_str_t       first_name;
    ngx_str_t       email;
    ngx_str_t       language;
    ngx_str_t       plan;
    ngx_str_t       reason;
} vz_held_t;

typedef vz_code_e (*vz_held_pt)(vz_tx_t *tx, vz_call_t *call,
    vz_held_t *held);


static vz_code_e vz_held_decide(vz_call_t *call, vz_held_t *held,
    vz_held_pt decide);
static vz_code_e vz_held_find(vz_tx_t *tx, vz_call_t *call,
    vz_held_t *held);
static vz_code_e vz_held_approve(vz_tx_t *tx, vz_call_t *call,
    vz_held_t *held);
static vz_code_e vz_held_reject(vz_tx_t *tx, vz_call_t *call,
    vz_held_t *held);
static void vz_held_refuse(vz_call_t *call, vz_code_e rc);
static void vz_held_show(const vz_held_t *held);


static const vz_body_member_t  vz_reject_members[] = {
    { "reason", VZ_BODY_TEXT, 0, 0, 0, 200,
      offsetof(vz_reject_body_t, reason) }
};

const vz_body_t  vz_order_review_reject_form = vz_body("Reject",
                                                       vz_reject_members);


static const vz_sql_t  vz_held_rows = vz_sql("held orders",
    "SELECT t.id, " vz_row_json_time("t.created") ", v.id, v.name, u.id,"
    " u.account, u.first_name, u.last_name, COALESCE(u.document, u.dni),"
    " u.email, u.phone, p.name,"
    " s.label, (SELECT a.address FROM address a WHERE a.vm_id = v.id"
    "   ORDER BY a.position LIMIT 1)"
    " FROM task t JOIN vm v ON v.id = t.vm_id JOIN user u ON u.id = v.user_id"
    " JOIN template s ON s.id = v.template_id"
    " LEFT JOIN plan p ON p.id = v.plan_id"
    " WHERE t.state = 'held' AND (? IS NULL OR t.id > ?)"
    " ORDER BY t.id LIMIT ?");

static const vz_sql_t  vz_held_one = vz_sql("held order",
    "SELECT t.state, v.id AS vm, v.user_id, v.node_id, v.ctid, v.name,"
    " u.first_name, u.email, u.language, p.name AS plan"
    " FROM task t LEFT JOIN vm v ON v.id = t.vm_id"
    " LEFT JOIN user u ON u.id = v.user_id"
    " LEFT JOIN plan p ON p.id = v.plan_id"
    " WHERE t.id = ? AND t.kind = 'order' FOR UPDATE");

static const vz_sql_t  vz_held_queue = vz_sql("held queue",
    "UPDATE task SET state = 'queued' WHERE id = ? AND state = 'held'");

/* a drawn password is valid from the time that its mail is sent */

static const vz_sql_t  vz_held_drawn = vz_sql("held drawn",
    "UPDATE user SET drawn = NOW(3) WHERE id = ? AND drawn IS NOT NULL");

/* and so is the link of one who ordered with a key */

static const vz_sql_t  vz_held_link = vz_sql("held link",
    "UPDATE reset r JOIN task t ON t.user_id = r.user_id"
    " SET r.expires = NOW(3) + INTERVAL " VZ_PASSWORD_RESET_FIRST " DAY"
    " WHERE t.id = ? AND t.via = 'order' AND r.created <= t.created"
    " AND r.used IS NULL");

static const vz_sql_t  vz_held_cancel = vz_sql("held cancel",
    "UPDATE task SET state = 'cancelled', busy = NULL, finished = NOW(3),"
    " error_code = 'rejected', error_detail = ?"
    " WHERE id = ? AND state = 'held'");

/* deleted in this order, so that no row refers to a deleted one */

static const vz_sql_t  vz_held_mail = vz_sql("held mail",
    "DELETE FROM mail WHERE task_id = ? AND state = 'held'");

static const vz_sql_t  vz_held_address = vz_sql("held address",
    "UPDATE address SET vm_id = NULL, position = 0 WHERE vm_id = ?");

static const vz_sql_t  vz_held_vm = vz_sql("held vm",
    "DELETE FROM vm WHERE id = ?");

/*
 * the order created the account: it goes unless it has other containers; one
 * that was signed in when it ordered stays
 */

static const vz_sql_t  vz_held_user = vz_sql("held user",
    "DELETE u FROM user u JOIN task t ON t.user_id = u.id"
    " WHERE t.id = ? AND t.via = 'order' AND u.role = 'customer'"
    " AND NOT EXISTS (SELECT 1 FROM vm v WHERE v.user_id = u.id)");


static const vz_query_t  vz_held_arg[] = {
    { "cursor", VZ_QUERY_CURSOR, 2, NULL },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_order_review_args = vz_query_args(vz_held_arg);

static const vz_row_json_member_t  vz_held_cells[] = {
    { "task", VZ_ROW_JSON_INT },
    { "created", VZ_ROW_JSON_OPT },
    { "vm", VZ_ROW_JSON_OBJECT },
    { "id", VZ_ROW_JSON_INT },
    { "name", VZ_ROW_JSON_OPT },
    { NULL, VZ_ROW_JSON_END },
    { "user", VZ_ROW_JSON_OBJECT },
    { "id", VZ_ROW_JSON_INT },
    { "account", VZ_ROW_JSON_OPT },
    { "first_name", VZ_ROW_JSON_OPT },
    { "last_name", VZ_ROW_JSON_OPT },
    { "dni", VZ_ROW_JSON_OPT },
    { "email", VZ_ROW_JSON_OPT },
    { "phone", VZ_ROW_JSON_OPT },
    { NULL, VZ_ROW_JSON_END },
    { "plan", VZ_ROW_JSON_OPT },
    { "template", VZ_ROW_JSON_OPT },
    { "address", VZ_ROW_JSON_OPT }
};

static const vz_row_json_t  vz_held_shape = vz_row_json(vz_held_cells);

static const vz_listing_t  vz_held_listing = {
    &vz_held_rows, NULL, &vz_order_review_args, &vz_held_shape, NULL
};


void
vz_order_review_list(vz_call_t *call)
{
    vz_listing_call(call, &vz_held_listing, vz_no_binds);
}


void
vz_order_review_approve(vz_call_t *call)
{
    vz_code_e  rc;
    vz_held_t  held;

    ngx_memzero(&held, sizeof(vz_held_t));

    if (vz_route_id(call, 0, &held.task) != VZ_OK) {
        return;
    }

    rc = vz_held_decide(call, &held, vz_held_approve);

    if (rc != VZ_OK) {
        vz_held_refuse(call, rc);
        return;
    }

    vz_notification_tell(VZ_NOTICE_ORDER_DECIDED, 0, held.task, NULL, NULL);
    vz_collector_expect(held.node, held.ctid, held.vm, held.user);
    vz_runner_kick();
    vz_task_accepted(call, held.task);
}


void
vz_order_review_reject(vz_call_t *call)
{
    vz_code_e         rc;
    vz_held_t         held;
    vz_reject_body_t  body;

    ngx_memzero(&held, sizeof(vz_held_t));
    ngx_memzero(&body, sizeof(vz_reject_body_t));
    ngx_str_set(&body.reason, "");

    if (vz_route_id(call, 0, &held.task) != VZ_OK
        || vz_body_read(call, &vz_order_review_reject_form, &body) != VZ_OK)
    {
        return;
    }

    held.reason = body.reason;

    rc = vz_held_decide(call, &held, vz_held_reject);

    if (rc != VZ_OK) {
        vz_held_refuse(call, rc);
        return;
    }

    vz_identity_revoke_user(held.user);
    vz_zone_bump(VZ_GENERATION_CATALOG);
    vz_collector_gone(held.vm);
    vz_notification_tell(VZ_NOTICE_ORDER_DECIDED, 0, held.task, NULL, NULL);
    vz_held_show(&held);
    (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
}


static vz_code_e
vz_held_decide(vz_call_t *call, vz_held_t *held, vz_held_pt decide)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_held_find(tx, call, held);

    if (rc == VZ_OK) {
        rc = decide(tx, call, held);
    }

    return vz_db_end(tx, rc);
}


static vz_code_e
vz_held_find(vz_tx_t *tx, vz_call_t *call, vz_held_t *held)
{
    ngx_str_t  state;
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, call->pool, &vz_held_one,
                     vz_binds(vz_int(held->task)), &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_NOENT;
    }

    state = vz_row_text(&rows, 0, "state");

    if (vz_task_state_parse(&state) != VZ_TASK_STATE_HELD) {
        return VZ_STATE;
    }

    held->vm = vz_row_int(&rows, 0, "vm");
    held->user = vz_row_int(&rows, 0, "user_id");
    held->node = vz_row_int(&rows, 0, "node_id");
    held->ctid = vz_row_int(&rows, 0, "ctid");
    held->name = vz_row_text(&rows, 0, "name");
    held->first_name = vz_row_text(&rows, 0, "first_name");
    held->email = vz_row_text(&rows, 0, "email");
    held->language = vz_row_text(&rows, 0, "language");
    held->plan = vz_row_text(&rows, 0, "plan");

    return VZ_OK;
}


static vz_code_e
vz_held_approve(vz_tx_t *tx, vz_call_t *call, vz_held_t *held)
{
    vz_code_e  rc;

    rc = vz_db_query(tx, call->pool, &vz_held_queue,
                     vz_binds(vz_int(held->task)), NULL);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_held_drawn,
                         vz_binds(vz_int(held->user)), NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_held_link,
                         vz_binds(vz_int(held->task)), NULL);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    return vz_edit_audit(tx, call, "order.approve",
                          vz_call_printf(call, "vm %uL", held->vm));
}


static vz_code_e
vz_held_reject(vz_tx_t *tx, vz_call_t *call, vz_held_t *held)
{
    vz_code_e               rc;
    ngx_uint_t              i;
    const vz_mail_member_t  members[] = {
        { "first_name", held->first_name },
        { "plan", held->plan },
        { "reason", held->reason }
    };

    const struct {
        const vz_sql_t  *sql;
        uint64_t         id;
    } steps[] = {
        { &vz_held_mail, held->task },
        { &vz_held_address, held->vm },
        { &vz_held_vm, held->vm },
        { &vz_held_user, held->task }
    };

    rc = vz_db_query(tx, call->pool, &vz_held_cancel,
                     vz_binds(vz_text(held->reason), vz_int(held->task)),
                     NULL);

    for (i = 0; rc == VZ_OK && i < sizeof(steps) / sizeof(steps[0]); i++) {
        rc = vz_db_query(tx, call->pool, steps[i].sql,
                         vz_binds(vz_int(steps[i].id)), NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_mail_queue(tx, call->pool, 0, &held->email, "rejected",
                           &held->language, members,
                           sizeof(members) / sizeof(members[0]));
    }

    if (rc != VZ_OK) {
        return rc;
    }

    return vz_edit_audit(tx, call, "order.reject",
                          vz_call_printf(call, "vm %uL %V (%uD)", held->vm,
                                         &held->name, held->ctid));
}


static void
vz_held_refuse(vz_call_t *call, vz_code_e rc)
{
    if (rc == VZ_NOENT) {
        vz_route_absent(call);

    } else if (rc == VZ_STATE) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "not_possible",
                        "This order does not await approval.");

    } else {
        vz_call_fault(call, "database", rc);
    }
}


/* notify the page of the order */

static void
vz_held_show(const vz_held_t *held)
{
    vz_task_view_t  view;

    ngx_memzero(&view, sizeof(vz_task_view_t));

    view.id = held->task;
    view.owner = held->user;
    ngx_memcpy(view.kind, "order", sizeof("order"));
    ngx_cpystrn(view.state,
                (u_char *) vz_task_state_name(VZ_TASK_STATE_CANCELLED),
                sizeof(view.state));
    ngx_cpystrn(view.detail, held->reason.data,
                ngx_min(held->reason.len + 1, sizeof(view.detail)));

    vz_task_view_put(&view);
}
