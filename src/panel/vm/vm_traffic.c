#include "panel/api/auth.h"
#include "panel/api/edit.h"
#include "panel/api/limit.h"
#include "panel/api/query.h"
#include "panel/api/route.h"
#include "panel/api/row_json.h"
#include "panel/node/node_limit.h"
#include "panel/vm/traffic_month.h"
#include "panel/vm/vm_traffic.h"
#include "runtime/row.h"


#define VZ_VM_TRAFFIC_SAME    INT64_MIN     /* of a number: it was not given */
#define VZ_VM_TRAFFIC_GIB     8388608       /* 8 PiB in a month */
#define VZ_VM_TRAFFIC_MONTHS  "24"


typedef struct {
    int64_t      quota;
    ngx_str_t    action;
    int64_t      throttle;
} vz_vm_traffic_ask_t;


static const vz_body_member_t  vz_vm_traffic_members[] = {
    { "quota_gib", VZ_BODY_LIMIT, 0, 0, 1, VZ_VM_TRAFFIC_GIB,
      offsetof(vz_vm_traffic_ask_t, quota) },
    { "action", VZ_BODY_FIELD, VZ_FIELD_OVERUSE, 0, 0, 0,
      offsetof(vz_vm_traffic_ask_t, action) },
    { "throttle_mbit", VZ_BODY_INT, 0, 0, 1, 99999,
      offsetof(vz_vm_traffic_ask_t, throttle) }
};

const vz_body_t  vz_vm_traffic_form = vz_body("Traffic",
                                              vz_vm_traffic_members);


static const vz_sql_t  vz_vm_traffic_select = vz_sql("vm traffic",
    "SELECT v.node_id, v.traffic_gib, v.traffic_action, v.throttle_rate,"
    " v.throttled, v.traffic_suspended AND v.lifecycle = 'suspended'"
    "  AS suspended,"
    " DATE_FORMAT(UTC_DATE(), '%Y-%m') AS month, "
    VZ_TRAFFIC_MONTH_NEXT " AS next"
    " FROM vm v WHERE v.id = ? AND " vz_auth_owned("v.user_id"));

static const vz_sql_t  vz_vm_traffic_list = vz_sql("vm traffic months",
    "SELECT DATE_FORMAT(month, '%Y-%m'), bytes_in, bytes_out"
    " FROM vm_traffic WHERE vm_id = ?"
    " ORDER BY month DESC LIMIT " VZ_VM_TRAFFIC_MONTHS);

static const vz_row_json_member_t  vz_vm_traffic_month[] = {
    { "month", VZ_ROW_JSON_TEXT },
    { "in_bytes", VZ_ROW_JSON_INT },
    { "out_bytes", VZ_ROW_JSON_INT }
};

static const vz_row_json_t  vz_vm_traffic_shape =
    vz_row_json(vz_vm_traffic_month);

static const vz_sql_t  vz_vm_traffic_update = vz_sql("vm traffic set",
    "UPDATE vm SET traffic_gib = IF(?, ?, traffic_gib),"
    " traffic_action = COALESCE(?, traffic_action),"
    " throttle_rate = COALESCE(?, throttle_rate), version = version + 1"
    " WHERE id = ?");


void
vz_vm_traffic_show(vz_call_t *call)
{
    uint64_t        id;
    ngx_str_t       text;
    vz_bind_t       owner;
    vz_code_e       rc;
    vz_rows_t       vm, months;
    vz_json_t      *out;
    vz_node_row_t  *node;

    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_route_row(call, &vz_vm_traffic_select,
                        vz_binds(vz_int(id), owner, owner), &vm)
           != VZ_OK)
    {
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_vm_traffic_list,
                     vz_binds(vz_int(id)), &months);

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    (void) vz_node_load(call->pool);
    node = vz_node_find(vz_row_int(&vm, 0, "node_id"));

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_json_bool(out, "counted",
                 node != NULL && node->relay != NULL
                 && vz_node_limit_has(vz_node_limit_known(node), "traffic"));
    text = vz_row_text(&vm, 0, "month");
    vz_json_text(out, "month", &text);
    text = vz_row_text(&vm, 0, "next");
    vz_json_text(out, "starts_anew", &text);
    vz_limit_json(out, "quota_gib", vz_row_int(&vm, 0, "traffic_gib"));
    text = vz_row_text(&vm, 0, "traffic_action");
    vz_json_text(out, "action", &text);
    vz_json_int(out, "throttle_mbit", vz_row_int(&vm, 0, "throttle_rate"));
    vz_json_bool(out, "throttled", vz_row_int(&vm, 0, "throttled") != 0);
    vz_json_bool(out, "suspended", vz_row_int(&vm, 0, "suspended") != 0);
    vz_row_json_rows(out, "items", &vz_vm_traffic_shape, &months);
    vz_json_null(out, "next");
    vz_json_close(out);
}


/* what follows of it is for the job that looks at all containers */

void
vz_vm_traffic_set(vz_call_t *call)
{
    uint64_t             id;
    vz_code_e            rc;
    vz_rows_t            rows;
    vz_vm_traffic_ask_t  ask;

    ngx_memzero(&ask, sizeof(vz_vm_traffic_ask_t));
    ask.quota = VZ_VM_TRAFFIC_SAME;
    ask.throttle = VZ_VM_TRAFFIC_SAME;

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_body_read(call, &vz_vm_traffic_form, &ask) != VZ_OK)
    {
        return;
    }

    if (ask.quota == VZ_VM_TRAFFIC_SAME && ask.throttle == VZ_VM_TRAFFIC_SAME
        && ask.action.len == 0)
    {
        vz_call_problem(call, 422, "invalid", "The body names nothing to "
                                              "change.");
        return;
    }

    rc = vz_edit_write(call, &vz_vm_traffic_update,
                       vz_binds(vz_int(ask.quota != VZ_VM_TRAFFIC_SAME),
                                ask.quota != VZ_VM_TRAFFIC_SAME
                                ? vz_limit_bind(ask.quota) : vz_none(),
                                vz_bind_opt(ask.action),
                                ask.throttle != VZ_VM_TRAFFIC_SAME
                                ? vz_int(ask.throttle) : vz_none(),
                                vz_int(id)),
                       "vm.traffic", vz_call_printf(call, "vm %uL", id),
                       &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_NOENT;
    }

    if (vz_route_failed(call, rc) == VZ_OK) {
        vz_vm_traffic_show(call);
    }
}
