/*
 * Where the container of a console is.
 */

#include "panel/api/auth.h"
#include "panel/api/route.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_console_place.h"
#include "runtime/row.h"


/* what is adopted has not our tag on its node yet */

#define VZ_VM_CONSOLE_ROW(first, next, of)                                    \
    first(of, vm, INT, "v.id")                                                \
    next(of, node_id, INT, "v.node_id")                                       \
    next(of, ctid, INT, "v.ctid")                                             \
    next(of, tag, TEXT, "v.tag")                                              \
    next(of, lifecycle, TEXT, "IF(v.adopting, 'creating', v.lifecycle)")      \
    next(of, reason, TEXT, "v.suspended_reason")

static const vz_row_member_t  vz_vm_console_row[] =
    vz_row_members(VZ_VM_CONSOLE_ROW, vz_vm_console_place_t);

static const vz_sql_t  vz_vm_console_select = vz_sql("console",
    "SELECT " vz_row_sql(VZ_VM_CONSOLE_ROW) " FROM vm v"
    " WHERE v.id = ? AND " vz_auth_owned("v.user_id"));


static vz_code_e vz_vm_console_node(vz_call_t *call,
    vz_vm_console_place_t *place);


vz_code_e
vz_vm_console_place(vz_tx_t *tx, vz_call_t *call, uint64_t vm,
    vz_vm_console_place_t *place)
{
    vz_bind_t       owner;
    vz_code_e       rc;
    vz_rows_t       rows;
    vz_vm_action_t  action;

    owner = vz_auth_owner(call);

    rc = vz_db_query(tx, call->pool, &vz_vm_console_select,
                     vz_binds(vz_int(vm), owner, owner), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (rows.rows == 0) {
        vz_route_absent(call);
        return VZ_NOENT;
    }

    ngx_memzero(place, sizeof(vz_vm_console_place_t));
    vz_row_read(&rows, 0, 0, vz_vm_console_row, place);

    ngx_memzero(&action, sizeof(vz_vm_action_t));
    action.call = call;
    action.lifecycle = vz_vm_lifecycle_parse(&place->lifecycle);
    action.reason = place->reason;

    if (action.lifecycle != VZ_VM_LIFECYCLE_READY) {
        vz_vm_action_refuse(&action, VZ_STATE);
        return VZ_STATE;
    }

    return vz_vm_console_node(call, place);
}


static vz_code_e
vz_vm_console_node(vz_call_t *call, vz_vm_console_place_t *place)
{
    (void) vz_node_load(call->pool);
    place->node = vz_node_find(place->node_id);

    if (place->node == NULL || place->node->relay == NULL) {
        vz_call_fault(call, "node", VZ_DOWN);
        return VZ_DOWN;
    }

    (void) ngx_sprintf(place->id, "%uD%Z", place->ctid);
    ngx_cpystrn((u_char *) place->mark.tag, place->tag.data,
                ngx_min(place->tag.len, VZ_TAG_LEN) + 1);

    return VZ_OK;
}
