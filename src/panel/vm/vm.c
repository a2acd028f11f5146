/*
 * GET /api/vms/{id}; POST /api/vms/{id}/start, /stop, /poweroff,
 * /restart.
 */

#include "panel/api/auth.h"
#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/api/route.h"
#include "panel/live/collector.h"
#include "panel/live/vm_desired.h"
#include "panel/vm/vm.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_destroy.h"
#include "panel/vm/vm_effective.h"
#include "panel/vm/vm_json.h"
#include "runtime/call.h"
#include "runtime/row.h"


static void vz_vm_undo(vz_json_t *out, const vz_rows_t *rows);
static void vz_vm_in_trash(vz_json_t *out, const vz_rows_t *rows);
static vz_code_e vz_vm_want(vz_vm_action_t *change, vz_tx_t *tx);


static const vz_vm_action_def_t  vz_vm_changes[] = {
    { "start", "vm.start", VZ_VM_LIFECYCLE_IS_READY, vz_vm_want, NULL },
    { "stop", "vm.stop", VZ_VM_LIFECYCLE_IS_READY, vz_vm_want, NULL },
    { "restart", "vm.restart", VZ_VM_LIFECYCLE_IS_READY, vz_vm_want, NULL },
    { "poweroff", "vm.poweroff", VZ_VM_LIFECYCLE_IS_READY, vz_vm_want, NULL }
};


static const vz_vm_desired_e  vz_vm_running = VZ_VM_DESIRED_RUNNING;
static const vz_vm_desired_e  vz_vm_stopped = VZ_VM_DESIRED_STOPPED;


static const vz_sql_t  vz_vm_select = vz_sql("vm",
    "SELECT " VZ_VM_COLUMNS ", v.tag, v.old_template,"
    " DATE_FORMAT(v.old_until, '%Y-%m-%dT%TZ') AS old_until,"
    " v.old_until > NOW() AS old_kept, " VZ_VM_DESTROY_HOURS " AS undo_hours,"
    " v.lifecycle = 'trashed' AS trashed,"
    " DATE_FORMAT(v.trashed_at, '%Y-%m-%dT%TZ') AS trashed_at,"
    " DATE_FORMAT(v.trashed_until, '%Y-%m-%dT%TZ') AS trashed_until,"
    " GREATEST(0, TIMESTAMPDIFF(SECOND, NOW(), v.trashed_until)) AS trash_left"
    " FROM vm v" VZ_VM_JOINS
    " WHERE v.id = ? AND " vz_auth_owned("v.user_id"));

static const vz_sql_t  vz_vm_desired_set = vz_sql("vm desired_state",
    "UPDATE vm SET desired_state = ? WHERE id = ?");


static const char *const  vz_vm_live[] = { "1", NULL };

static const vz_query_t  vz_vm_arg[] = {
    { "live", VZ_QUERY_WORD, 0, vz_vm_live }
};

const vz_query_args_t  vz_vm_args = vz_query_args(vz_vm_arg);


void
vz_vm_one(vz_call_t *call)
{
    uint64_t     id, node;
    uint32_t     ctid;
    ngx_str_t    tag;
    vz_bind_t    owner;
    vz_rows_t    rows;
    vz_json_t   *out;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    vz_collector_fresh();

    owner = vz_auth_owner(call);

    if (vz_route_row(call, &vz_vm_select, vz_binds(vz_int(id), owner, owner),
                     &rows)
        != VZ_OK)
    {
        return;
    }

    /* for If-Match only: the figures change while the version stays */

    vz_call_header(call, "ETag",
                   vz_call_printf(call, "\"%uL\"",
                                  vz_vm_json_version(&rows, 0, 0)));

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_vm_json_open(out, &rows, 0, 0);
    vz_vm_json_place(&rows, 0, 0, &node, &ctid);
    vz_vm_effective_features(call, out, node);
    vz_vm_undo(out, &rows);
    vz_vm_in_trash(out, &rows);

    if (vz_call_arg(call, "live").len) {
        tag = vz_row_text(&rows, 0, "tag");
        vz_vm_effective_json(call, out, node, ctid, &tag);
    }

    vz_json_close(out);
}


/* the system before the last reinstall, while its node keeps it */

static void
vz_vm_undo(vz_json_t *out, const vz_rows_t *rows)
{
    ngx_str_t  text;

    if (!vz_row_int(rows, 0, "old_kept")) {
        vz_json_null(out, "undo");
        return;
    }

    vz_json_object(out, "undo");
    text = vz_row_text(rows, 0, "old_template");
    vz_json_text(out, "template", &text);
    text = vz_row_text(rows, 0, "old_until");
    vz_json_text(out, "until", &text);
    vz_json_close(out);
}


/* how long a deletion can be undone, and how long this one */

static void
vz_vm_in_trash(vz_json_t *out, const vz_rows_t *rows)
{
    ngx_str_t  text;

    vz_json_int(out, "undo_hours", vz_row_int(rows, 0, "undo_hours"));

    if (!vz_row_int(rows, 0, "trashed")) {
        vz_json_null(out, "trash");
        return;
    }

    vz_json_object(out, "trash");
    text = vz_row_text(rows, 0, "trashed_at");
    vz_json_text(out, "since", &text);
    text = vz_row_text(rows, 0, "trashed_until");
    vz_json_text(out, "until", &text);
    vz_json_int(out, "left_s", vz_row_int(rows, 0, "trash_left"));
    vz_json_close(out);
}


void
vz_vm_start(vz_call_t *call)
{
    vz_vm_action_call(call, &vz_vm_changes[0], (void *) &vz_vm_running);
}


void
vz_vm_stop(vz_call_t *call)
{
    vz_vm_action_call(call, &vz_vm_changes[1], (void *) &vz_vm_stopped);
}


void
vz_vm_restart(vz_call_t *call)
{
    vz_vm_action_call(call, &vz_vm_changes[2], (void *) &vz_vm_running);
}


void
vz_vm_poweroff(vz_call_t *call)
{
    vz_vm_action_call(call, &vz_vm_changes[3], (void *) &vz_vm_stopped);
}


/* store the desired state with the task */

static vz_code_e
vz_vm_want(vz_vm_action_t *change, vz_tx_t *tx)
{
    const vz_vm_desired_e  *desired = change->data;

    return vz_db_query(tx, change->call->pool, &vz_vm_desired_set,
                       vz_binds(vz_bind_cstr(vz_vm_desired_name(*desired)),
                                vz_int(change->id)),
                       NULL);
}
