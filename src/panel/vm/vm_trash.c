/*
 * GET /api/trash; POST /api/vms/{id}/undelete.
 */

#include "panel/api/auth.h"
#include "panel/api/body.h"
#include "panel/api/listing.h"
#include "panel/api/query.h"
#include "panel/api/zone_ids.h"
#include "panel/task/task.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_trash.h"
#include "runtime/call.h"


static vz_code_e vz_vm_trash_back(vz_vm_action_t *change, vz_tx_t *tx);
static void vz_vm_trash_shown(vz_vm_action_t *change);


static const vz_vm_action_def_t  vz_vm_trash_change = {
    "undelete", "vm.undelete", 0, vz_vm_trash_back, vz_vm_trash_shown
};


static const vz_sql_t  vz_vm_trash_rows = vz_sql("trash list",
    "SELECT v.id, v.name, v.hostname, u.id, u.account, p.name, m.label,"
    " v.disk_hard_mib, (SELECT GROUP_CONCAT(a.address ORDER BY a.position,"
    "   a.id SEPARATOR ' ') FROM address a WHERE a.vm_id = v.id),"
    " " vz_row_json_time("v.trashed_at") ","
    " " vz_row_json_time("v.trashed_until") ","
    " GREATEST(0, TIMESTAMPDIFF(SECOND, NOW(), v.trashed_until)),"
    " v.trashed_suspended, t.id"
    " FROM vm v JOIN user u ON u.id = v.user_id"
    " LEFT JOIN plan p ON p.id = v.plan_id"
    " LEFT JOIN template m ON m.id = v.template_id"
    " LEFT JOIN task t ON t.busy = v.id"
    " WHERE v.trashed_until IS NOT NULL AND v.lifecycle = 'trashed'"
    " AND " vz_auth_owned("v.user_id") " AND (? IS NULL OR v.id < ?)"
    " ORDER BY v.id DESC LIMIT ?");

static const vz_sql_t  vz_vm_trash_update = vz_sql("undelete",
    "UPDATE vm SET lifecycle = IF(trashed_suspended, 'suspended', 'ready'),"
    " trashed_at = NULL, trashed_until = NULL, trashed_suspended = 0"
    " WHERE id = ? AND lifecycle = 'trashed'");


static const vz_query_t  vz_vm_trash_arg[] = {
    { "cursor", VZ_QUERY_CURSOR, 2, NULL },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_vm_trash_args = vz_query_args(vz_vm_trash_arg);

static const vz_row_json_member_t  vz_vm_trash_cells[] = {
    { "id", VZ_ROW_JSON_INT },
    { "name", VZ_ROW_JSON_TEXT },
    { "hostname", VZ_ROW_JSON_TEXT },
    { "owner", VZ_ROW_JSON_OBJECT },
    { "id", VZ_ROW_JSON_INT },
    { "account", VZ_ROW_JSON_TEXT },
    { NULL, VZ_ROW_JSON_END },
    { "plan", VZ_ROW_JSON_OPT },
    { "template_label", VZ_ROW_JSON_OPT },
    { "disk_mib", VZ_ROW_JSON_INT },
    { "addresses", VZ_ROW_JSON_WORDS },
    { "since", VZ_ROW_JSON_TEXT },
    { "until", VZ_ROW_JSON_TEXT },
    { "left_s", VZ_ROW_JSON_INT },
    { "suspended", VZ_ROW_JSON_BOOL },
    { "task", VZ_ROW_JSON_INT }
};

static const vz_row_json_t  vz_vm_trash_shape =
    vz_row_json(vz_vm_trash_cells);

static const vz_listing_t  vz_vm_trash_listing = {
    &vz_vm_trash_rows, NULL, &vz_vm_trash_args, &vz_vm_trash_shape, NULL
};


void
vz_vm_trash_list(vz_call_t *call)
{
    vz_bind_t  owner;

    owner = vz_auth_owner(call);

    vz_listing_call(call, &vz_vm_trash_listing, vz_binds(owner, owner));
}


void
vz_vm_trash_undelete(vz_call_t *call)
{
    vz_vm_action_call(call, &vz_vm_trash_change, NULL);
}


static vz_code_e
vz_vm_trash_back(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_call_t  *call = change->call;

    rc = vz_db_query(tx, call->pool, &vz_vm_trash_update,
                     vz_binds(vz_int(change->id)), &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "not_in_trash",
                        "The container is not in the trash.");
        return VZ_STATE;
    }

    change->detail = change->name;

    return rc;
}


static void
vz_vm_trash_shown(vz_vm_action_t *change)
{
    vz_zone_bump(VZ_GENERATION_VMS);
    vz_task_accepted(change->call, change->task);
}
